"""What a file is, by its content, and where such a file may be used.

A type is accepted only when content and extension agree, so that the name never promises what the file is not. Office
files are zip archives and are weighed by their declared sizes without being unpacked (see `archives`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import filetype

from workflows.errors import N_, RuleBroken, Sentence, say

from . import foreign
from .archives import office_kind
from .filenames import extension_of

MB = 1024 * 1024
HEAD = 64 * 1024
PDF_WITHIN = 1024
"""So far from the beginning readers of PDF look for its mark: line breaks or a mail's head may stand before it."""
BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
PICTURES = {"jpg": "jpg", "png": "png", "apng": "png"}
STILL_OR_SOUND = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"crx ", b"M4A ", b"M4B ", b"M4P ")


@dataclass(frozen=True)
class FileType:
    """A kind of file: its code (the usual extension), all extensions it goes by, media type, name for people."""

    code: str
    extensions: tuple[str, ...]
    media_type: str
    label: str


TYPES: dict[str, FileType] = {
    kind.code: kind
    for kind in (
        FileType("pdf", ("pdf",), "application/pdf", N_("PDF")),
        FileType(
            "docx",
            ("docx",),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            N_("Word 文档"),
        ),
        FileType(
            "xlsx", ("xlsx",), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", N_("Excel 表格")
        ),
        FileType("jpg", ("jpg", "jpeg"), "image/jpeg", N_("JPEG 图片")),
        FileType("png", ("png",), "image/png", N_("PNG 图片")),
        FileType("mp4", ("mp4", "m4v"), "video/mp4", N_("MP4 视频")),
        FileType("mov", ("mov",), "video/quicktime", N_("QuickTime 视频")),
        FileType("mkv", ("mkv",), "video/x-matroska", N_("MKV 视频")),
        FileType("webm", ("webm",), "video/webm", N_("WebM 视频")),
        FileType("mxf", ("mxf",), "application/mxf", N_("MXF 视频")),
    )
}
BY_EXTENSION = {extension: kind for kind in TYPES.values() for extension in kind.extensions}


@dataclass(frozen=True)
class Purpose:
    """Which types a place takes, up to how many bytes, and how that is said."""

    types: frozenset[str]
    most: int
    said: str


PURPOSES: dict[str, Purpose] = {
    "document": Purpose(frozenset({"pdf", "docx", "xlsx", "jpg", "png"}), 200 * MB, N_("PDF、Word（docx）、Excel（xlsx）、JPG、PNG")),
    "image": Purpose(frozenset({"jpg", "png"}), 50 * MB, N_("JPG、PNG")),
    "sheet": Purpose(frozenset({"xlsx"}), 50 * MB, N_("Excel（xlsx）")),
    "cut": Purpose(frozenset({"mp4", "mov", "mkv", "mxf", "webm"}), 2048 * MB, N_("MP4、MOV、MKV、MXF、WebM")),
    "evidence": Purpose(frozenset(TYPES), 2048 * MB, N_("PDF、Word（docx）、Excel（xlsx）、JPG、PNG、MP4、MOV、MKV、MXF、WebM")),
}  # fmt: skip
MOST_OF_TYPE = {code: PURPOSES["cut" if code in PURPOSES["cut"].types else "document"].most for code in TYPES}


def inspect(path: Path, name: str, field: str | None = None) -> FileType:
    """The type of the file at `path` which its owner calls `name`; reads its head (and an archive's list) only.

    Refuses an empty file, an unknown type, an extension that says something else, and an archive that would burst.
    """
    size = path.stat().st_size
    if not size:
        raise RuleBroken(say("“%(name)s”是空文件，请检查后重新选择。", name=name), field)
    code = code_of(path, field, name)
    if code is None:
        raise RuleBroken(_unknown(path, name), field)
    kind, extension = TYPES[code], extension_of(name)
    if extension not in kind.extensions:
        raise RuleBroken(
            say(
                "“%(name)s”的内容是 %(label)s，扩展名应为 .%(extension)s，请改正文件名后重新上传。",
                name=name, label=say(kind.label), extension=kind.extensions[0],
            ),
            field,
        )  # fmt: skip
    if size > MOST_OF_TYPE[code]:
        raise RuleBroken(too_big(name, MOST_OF_TYPE[code], kind), field)
    return kind


def require(name: str, media_type: str, size: int, purpose: str, field: str | None = None) -> None:
    """Refuse the file of that name when a place does not take its type or size."""
    place = PURPOSES[purpose]
    if media_type not in {TYPES[code].media_type for code in place.types}:
        raise RuleBroken(_not_here(name, place), field)
    if size > place.most:
        raise RuleBroken(too_big(name, place.most), field)


def require_name(name: str, purpose: str | None = None, field: str | None = None) -> None:
    """Refuse by its extension alone, before gigabytes travel in vain. A purpose nobody knows is any."""
    place = PURPOSES.get(purpose or "", PURPOSES["evidence"])
    kind = BY_EXTENSION.get(extension_of(name))
    if kind is None or kind.code not in place.types:
        raise RuleBroken(_not_here(name, place), field)


def _not_here(name: str, place: Purpose) -> Sentence:
    return say("“%(name)s”不能传到这里：这里只收 %(types)s。", name=name, types=say(place.said))


def accept_attribute(purpose: str) -> str:
    """The `accept` attribute of a file field: ".pdf,.docx"."""
    return ",".join(f".{e}" for kind in TYPES.values() if kind.code in PURPOSES[purpose].types for e in kind.extensions)


def code_of(path: Path, field: str | None = None, name: str = "") -> str | None:
    """The code of a file's type by its content alone, None when it is none of ours."""
    head = _head(path)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return office_kind(path, name or path.name, field)
    if head[4:8] in BOXES:
        return _iso_kind(head, path.stat().st_size)
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "webm" if b"webm" in head[:128] else "mkv" if b"matroska" in head[:128] else None
    if b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02" in head:
        return "mxf"
    found = filetype.guess(head)
    if found is not None and found.extension in PICTURES:
        return PICTURES[found.extension]
    return "pdf" if b"%PDF-" in head[: PDF_WITHIN + 5] else None


def _iso_kind(head: bytes, size: int) -> str | None:
    first = int.from_bytes(head[:4], "big")
    if first != 1 and not 8 <= first <= size:
        return None
    if head[4:8] != b"ftyp":
        return "mov"  # QuickTime before there were brands
    brand = head[8:12]
    if brand == b"qt  ":
        return "mov"
    return None if brand in STILL_OR_SOUND else "mp4"


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)


def _unknown(path: Path, name: str) -> Sentence:
    """Why a file is none of ours: what it is, that it breaks off, or only that it is not known."""
    head, size = _head(path), path.stat().st_size
    if head[4:8] in BOXES and size < int.from_bytes(head[:4], "big") and b"\0" in head:
        return say("“%(name)s”没有传完整：它自己写明的长度比文件大。请重新复制或导出后上传。", name=name)
    every = say(PURPOSES["evidence"].said)
    promised = BY_EXTENSION.get(extension_of(name))
    known = foreign.told(path, head, name, promised.label if promised else PURPOSES["evidence"].said)
    return known or say(
        "认不出“%(name)s”是什么文件，只知道不是 %(types)s。请用原来的软件打开，另存后再上传。", name=name, types=every
    )


def most_of(purpose: str, setting: int) -> int:
    """How many bytes a place takes, under the bank's own limit for a file."""
    return min(PURPOSES[purpose].most, setting)


def too_big(name: str, most: int, kind: FileType | None = None) -> Sentence:
    """The refusal of a file, by its name: several may be on their way. `kind`: the limit is that of its type."""
    said = bytes_said(most)
    if kind is not None:
        return say("“%(name)s”太大，最多 %(most)s（%(label)s）。", name=name, label=say(kind.label), most=said)
    return say("“%(name)s”太大，这里最多 %(most)s。", name=name, most=said)


def bytes_said(most: int) -> str:
    """A limit with its unit: 200 MB, 2 GB."""
    return f"{most / (1024 * MB):.3g} GB" if most >= 1024 * MB else f"{most // MB} MB"
