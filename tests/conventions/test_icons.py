"""Every icon that a template or a menu names is drawn in the sprite, and the sprite holds no name twice."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DRAWN = re.findall(r'<symbol id="([a-z-]+)"', (ROOT / "static/img/icons.svg").read_text(encoding="utf-8"))
IN_TEMPLATES = re.compile(r"""(?:icon\(|symbol=|\bicons?\.get\([^,]+,\s*)['"]([a-z-]+)['"]""")
IN_MENUS = re.compile(r"""["']icon["']:\s*["']([a-z-]+)["']|\bicon=["']([a-z-]+)["']""")


def test_every_named_icon_is_drawn() -> None:
    named = {
        (name, str(path.relative_to(ROOT)))
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for name in IN_TEMPLATES.findall(path.read_text(encoding="utf-8"))
    } | {
        (one or other, str(path.relative_to(ROOT)))
        for path in sorted((ROOT / "audiovisual").rglob("*.py"))
        for one, other in IN_MENUS.findall(path.read_text(encoding="utf-8"))
    }
    missing = sorted(use for use in named if use[0] not in DRAWN)
    assert missing == [], f"draw these in static/img/icons.svg or use one of {', '.join(sorted(DRAWN))}"


def test_no_icon_is_drawn_twice() -> None:
    assert sorted(DRAWN) == sorted(set(DRAWN))
