"""The README lists what there is."""

import re
from pathlib import Path

from audiovisual.config import SETTINGS

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_stands_in_the_readme_with_default_meaning_and_limits():
    def line(s):
        default = f"`{s.default}`" if s.default != "" else "空"
        return f"| `{s.variable}` | {default} | {s.meaning} | {s.allowed.told.strip()} |\n"

    assert [line(s) for s in SETTINGS if line(s) not in README] == []


def test_every_setting_of_the_readme_exists():
    table = README.partition("## 设置")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [s.variable for s in SETTINGS]


def test_every_command_of_make_stands_in_the_readme():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = re.findall(r"^([a-z][a-z-]*):[^#\n]*## ", makefile, re.MULTILINE)
    assert [name for name in commands if name != "help" and f"| `make {name}` |" not in README] == []


def test_every_command_of_ours_stands_in_the_readme(app):
    ours = {name for name in app.cli.commands if name not in ("db", "shell", "run", "routes")}
    assert [name for name in sorted(ours) if not re.search(rf"`{name}[ `]|--app wsgi {name}\b", README)] == []
