"""The faces of official documents: where their files lie, which characters they hold, how they are declared.

GB/T 9704-2012 asks for 仿宋, 楷体, 黑体, 宋体 and 小标宋. The bureau's own files come first when they lie in the font
folder (`.fonts/`, or the setting FONTS); the free Fandol faces stand in for them; rare characters of names come from
LXGW WenKai, then Noto Serif CJK, which are large and therefore only loaded for the letter that needs them.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import current_app, has_app_context

from workflows.errors import RuleBroken, say

PROJECT = Path(__file__).resolve().parents[2]
SYSTEM_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))


@dataclass(frozen=True)
class Face:
    """One face under an ASCII name (Chinese names make PDF names that strict readers reject)."""

    family: str
    files: tuple[str, ...]
    """File names, the first one found is taken."""
    unicode_range: str = ""


OFFICE = (
    Face("Office Title", ("FZXBSJW.TTF", "FZXBSK.TTF", "方正小标宋简体.ttf")),
    Face("Office Fang", ("仿宋_GB2312.ttf", "FangSong_GB2312.ttf", "SIMFANG.TTF", "simfang.ttf")),
    Face("Office Kai", ("楷体_GB2312.ttf", "KaiTi_GB2312.ttf", "SIMKAI.TTF", "simkai.ttf")),
    Face("Office Hei", ("SIMHEI.TTF", "simhei.ttf")),
)
FREE = (
    Face("Letter Digits", ("gbsn00lp.ttf",), "U+30-3A"),
    Face("Letter Number", ("gbsn00lp.ttf",), "U+20, U+30-39, U+2014"),
    Face("Letter Title", ("FandolSong-Bold.otf",)),
    Face("Letter Fang", ("FandolFang-Regular.otf",)),
    Face("Letter Kai", ("FandolKai-Regular.otf",)),
    Face("Letter Hei", ("FandolHei-Regular.otf",)),
)
RARE = (
    Face("Letter Rare", ("LXGWWenKai-Regular.ttf", "LXGWWenKai-Regular.otf")),
    Face("Letter Last", ("NotoSerifCJK-Regular.ttc", "NotoSerifCJKsc-Regular.otf")),
)


class MissingGlyph(RuleBroken):
    """A character no face can draw: the document is not made, and the character is named."""

    def __init__(self, characters: Iterable[str]) -> None:
        self.characters = sorted(characters)
        named = "、".join(f"“{char}”（U+{ord(char):04X}）" for char in self.characters)
        super().__init__(
            say(
                "字库里没有%(characters)s，印出来会是方框。请改用别的写法，或者给系统装上有这个字的字体。",
                characters=named,
            )
        )


class MissingFonts(RuleBroken):
    """Faces of official documents that are not installed: nothing is made in others, and the files are named."""

    def __init__(self, files: Iterable[str]) -> None:
        super().__init__(
            say(
                "服务器上缺公文字体%(files)s，做出来的公文字体会不对，所以没有办。请系统管理员装好字体再办。",
                files="、".join(f"“{name}”" for name in files),
            )
        )


def refuse_missing() -> None:
    """Refuse to make or to seal a letter while a face is missing."""
    if files := missing_fonts():
        raise MissingFonts(files)


def font_folders() -> list[Path]:
    """Where font files are looked for, in this order."""
    own = current_app.config["FONTS"] if has_app_context() else ""
    return [PROJECT / (own or ".fonts"), *SYSTEM_FOLDERS]


@lru_cache(maxsize=4)
def _files_by_name(folders: tuple[Path, ...]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*.[oOtT][tT][fFcC]")):
            found.setdefault(path.name, path)
    return found


def font_file(face: Face) -> Path | None:
    """The file of a face, or None when it is not installed."""
    known = _files_by_name(tuple(font_folders()))
    return next((known[name] for name in face.files if name in known), None)


def missing_fonts() -> list[str]:
    """File names of the faces without which no letter can be made, those that cannot be read among them.

    The faces for rare characters are not among them: without them a letter that needs them is refused by name.
    """
    _files_by_name.cache_clear()
    return list(dict.fromkeys(face.files[0] for face in FREE if not _is_readable(font_file(face))))


def _is_readable(path: Path | None) -> bool:
    if path is None:
        return False
    told = path.stat()
    return _opens(path, told.st_size, told.st_mtime_ns)


@lru_cache(maxsize=64)
def _opens(path: Path, size: int, changed: int) -> bool:
    """Whether it is a font as it lies there now: a damaged one is silently replaced by another face."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with TTFont(path, fontNumber=0, lazy=True) as font:
            return bool(font.getBestCmap()) and all(len(font.reader[tag]) for tag in font.reader.tables)
    except (TTLibError, OSError, ValueError, KeyError, AssertionError, struct.error):
        return False


@lru_cache(maxsize=32)
def _characters(path: Path) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(path, fontNumber=0, lazy=True) as font:
        return frozenset(font.getBestCmap())


def characters_of(faces: Iterable[Face]) -> frozenset[int]:
    """Code points that every one of the faces holds (those not installed and those for digits aside)."""
    files = [font_file(face) for face in faces if not face.unicode_range]
    return _held_by_all(tuple(path for path in files if path is not None))


@lru_cache(maxsize=32)
def _held_by_all(paths: tuple[Path, ...]) -> frozenset[int]:
    return frozenset.intersection(*map(_characters, paths)) if paths else frozenset()


def needs_glyph(char: str) -> bool:
    """Spaces and line ends are not drawn; everything else is."""
    return not (char.isspace() or unicodedata.category(char) in ("Zs", "Zl", "Zp"))


def rare_faces(text: str) -> tuple[Face, ...]:
    """The faces beyond the usual ones that this text needs, the preferred first."""
    wanting = {ord(char) for char in text if needs_glyph(char)} - characters_of(FREE)
    chosen: list[Face] = []
    for face in RARE:
        held = wanting & characters_of((face,))
        if held:
            chosen.append(face)
            wanting -= held
    return tuple(chosen)


def missing_glyphs(text: str) -> set[str]:
    """Characters of the text that no installed face can draw."""
    usual = characters_of(FREE)
    wanting = {char for char in set(text) if needs_glyph(char) and ord(char) not in usual}
    for face in RARE if wanting else ():
        held = characters_of((face,))
        wanting = {char for char in wanting if ord(char) not in held}
    return wanting


def face_rules(faces: Iterable[Face]) -> str:
    """`@font-face` rules for the faces that are installed.

    Files are named by address, not by font name: Fandol's bold file claims to be regular, and a name may match
    something else on another machine.
    """
    rules = []
    for face in faces:
        path = font_file(face)
        if path is not None:
            extent = f" unicode-range: {face.unicode_range};" if face.unicode_range else ""
            rules.append(f'@font-face {{ font-family: "{face.family}"; src: url("{path.as_uri()}");{extent} }}')
    return "\n".join(rules)
