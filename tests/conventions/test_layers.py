"""No view and no form escapes the directions of import: what is called so stands in the layers of `setup.cfg`."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FEATURES = ("desk", "documents", "reviews", "projects", "people", "search")


def test_every_module_of_views_and_forms_stands_in_a_layer():
    """Add the module to the line it belongs to in `[importlinter:contract:inside]`."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    layered = set(re.findall(r"\((\w+)\)", config["importlinter:contract:inside"]["layers"]))
    found = [
        f"{path.relative_to(ROOT)}"
        for feature in FEATURES
        for path in sorted((ROOT / "audiovisual" / feature).glob("*.py"))
        if re.search(r"views|forms|^filing_", path.stem) and path.stem not in layered
    ]
    assert not found, f"这些模块不在导入方向的约定里：{found}"
