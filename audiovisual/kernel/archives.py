"""Office files (docx, xlsx) weighed without being unpacked: a small archive may hold gigabytes of nothing.

All figures are the archive's own declarations; readers stop at a declared size, so a lie there hurts nobody. A refusal
names what was found: `%(name)s` is the file, `%(entry)s` the thing inside it.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any, NoReturn

from workflows.errors import N_, RuleBroken, say

MB = 1024 * 1024
ENTRIES = 5_000
DIRECTORY = 2 * MB
UNPACKED = 300 * MB
RATIO = 100
SMALL = 5 * MB
NESTED = 20 * MB
CONTENT_TYPES = "[Content_Types].xml"
MAIN = {
    b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": "docx",
    b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": "xlsx",
}
SLIDES = b"application/vnd.openxmlformats-officedocument.presentationml."
PACKED = (".zip", ".rar", ".7z", ".gz", ".bz2", ".xz", ".tar", ".jar", ".exe")
CROWDED = N_("“%(name)s”里的部件超过 %(most)s 个，没有收下。请另存为 PDF 再上传。")
BURSTS = N_("“%(name)s”展开后过大（最多 %(most)s MB），没有收下。请另存为 PDF 再上传。")
DENSE = N_("“%(name)s”压缩得太紧，展开后是原来的 %(times)s 倍，没有收下。请另存为 PDF 再上传。")
MISDECLARED = N_("“%(name)s”自己写明的大小前后不符，没有收下。请用 Word 或 Excel 打开另存后再上传。")
CUT_OFF = N_("“%(name)s”的结尾不见了，多半没有复制完整。请重新复制，或用 Word、Excel 打开另存后再上传。")
DAMAGED = N_("“%(name)s”的内容读不出来，已损坏。请用 Word 或 Excel 打开另存后再上传。")
UNREADABLE = N_("“%(name)s”用了这里读不了的压缩方式，请用 Word 或 Excel 打开另存后再上传。")
PRESENTATION = N_("“%(name)s”是 PowerPoint 演示文稿，请另存为 PDF 再上传。")
FOREIGN = N_("“%(name)s”是压缩包，不是 Word 或 Excel 文件。请解开后逐个上传其中的文件。")
HOLDS = N_("“%(name)s”里嵌有“%(entry)s”，这里不收。请去掉后再上传。")
TOO_DEEP = N_("“%(name)s”里嵌的“%(entry)s”又嵌有文件，请去掉，或另存为 PDF 再上传。")
TOO_HEAVY = N_("“%(name)s”里嵌的“%(entry)s”超过 %(most)s MB，请去掉，或另存为 PDF 再上传。")
MACROS = N_("“%(name)s”带宏，请另存为不带宏的 docx 或 xlsx 再上传。")
LOCKED = N_("“%(name)s”里有加了密码的部件，请去掉密码后再上传。")
ESCAPES = N_("“%(name)s”里有不合规范的路径（%(entry)s），没有收下。请用 Word 或 Excel 打开另存后再上传。")


@dataclass
class Weighing:
    """An Office file on the scales: its name for people, the field it came by, what it and those inside may still weigh."""

    name: str
    field: str | None
    entries: int = ENTRIES
    unpacked: int = UNPACKED

    def refuse(self, template: str, **values: Any) -> NoReturn:
        """Refuse the file in a sentence."""
        raise RuleBroken(say(template, name=self.name, **values), self.field)

    def take(self, archive: zipfile.ZipFile, packed: int) -> None:
        """Count an archive in, or refuse it."""
        entries = archive.infolist()
        declared, stored = sum(e.file_size for e in entries), sum(e.compress_size for e in entries)
        self.entries -= len(entries)
        self.unpacked -= declared
        if self.entries < 0:
            self.refuse(CROWDED, most=f"{ENTRIES:,}")
        if self.unpacked < 0:
            self.refuse(BURSTS, most=UNPACKED // MB)
        if stored > packed:
            self.refuse(MISDECLARED)
        if declared > SMALL and declared > RATIO * packed:
            self.refuse(DENSE, times=declared // packed)


def office_kind(path: Path, name: str, field: str | None = None) -> str:
    """The code ("docx", "xlsx") of the zip archive at `path`; every other archive is refused with its sentence."""
    size, scales = path.stat().st_size, Weighing(name, field)
    with path.open("rb") as file:
        kind = _kind(file, size, scales, outer=True)
    if kind == "pptx":
        scales.refuse(PRESENTATION)
    return kind or scales.refuse(FOREIGN)


def _kind(file: IO[bytes], size: int, scales: Weighing, *, outer: bool) -> str | None:
    _check_directory(file, size, scales)
    try:
        with zipfile.ZipFile(file) as archive:
            scales.take(archive, size)
            for entry in archive.infolist():
                _check_entry(entry, scales)
            _check_nested(archive, scales, outer)
            return _main_part(archive, scales)
    except NotImplementedError:
        scales.refuse(UNREADABLE)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError):
        scales.refuse(DAMAGED)


def _check_directory(file: IO[bytes], size: int, scales: Weighing) -> None:
    """Refuse a list of millions of entries before it is read into memory."""
    tail_size = min(size, 65_557)
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        scales.refuse(CUT_OFF)
    _disk, entries, length = struct.unpack_from("<HHI", tail, at + 8)
    if tail[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        entries, length = _large_directory(file, tail[at - 20 : at], size, scales)
    if entries > ENTRIES or length > DIRECTORY:
        scales.refuse(CROWDED, most=f"{ENTRIES:,}")
    file.seek(0)


def _large_directory(file: IO[bytes], locator: bytes, size: int, scales: Weighing) -> tuple[int, int]:
    """How many entries a directory of the large form (zip64) has, and its bytes; programs write it for small files too."""
    (at,) = struct.unpack_from("<Q", locator, 8)
    if at > size - 56:
        scales.refuse(DAMAGED)
    file.seek(at)
    record = file.read(56)
    if not record.startswith(b"PK\x06\x06"):
        scales.refuse(DAMAGED)
    _here, entries, length = struct.unpack_from("<QQQ", record, 24)
    return entries, length


def _check_entry(entry: zipfile.ZipInfo, scales: Weighing) -> None:
    # zipfile cuts the name at NUL and turns backslashes on Windows; the raw name shows what was meant
    name = entry.orig_filename
    if "\\" in name or "\0" in name or name.startswith("/") or ":" in name or ".." in PurePosixPath(name).parts:
        scales.refuse(ESCAPES, entry=_shown(name))
    if entry.flag_bits & 0x1:
        scales.refuse(LOCKED)
    if name.lower().endswith("vbaproject.bin"):
        scales.refuse(MACROS)
    if name.lower().endswith(PACKED):
        scales.refuse(HOLDS, entry=_shown(name))


def _shown(entry: str) -> str:
    """A name from inside an archive as it may stand in a sentence."""
    return "".join(sign if sign.isprintable() else "?" for sign in entry)[-60:]


def _check_nested(archive: zipfile.ZipFile, scales: Weighing, outer: bool) -> None:
    """A table embedded in a text is an archive inside the archive: one level, small, counted into the same budget."""
    for entry in archive.infolist():
        if entry.is_dir() or entry.filename.endswith((".xml", ".rels")) or not entry.file_size:
            continue
        with archive.open(entry) as inner:
            if inner.read(4) != b"PK\x03\x04":
                continue
        shown = _shown(entry.filename)
        if not outer:
            scales.refuse(TOO_DEEP, entry=shown)
        if "/embeddings/" not in entry.filename:
            scales.refuse(HOLDS, entry=shown)
        if entry.file_size > NESTED:
            scales.refuse(TOO_HEAVY, entry=shown, most=NESTED // MB)
        content = archive.read(entry)
        if _kind(BytesIO(content), len(content), scales, outer=False) is None:
            scales.refuse(HOLDS, entry=shown)


def _main_part(archive: zipfile.ZipFile, scales: Weighing) -> str | None:
    if CONTENT_TYPES not in archive.namelist():
        return None
    if archive.getinfo(CONTENT_TYPES).file_size > MB:
        scales.refuse(CROWDED, most=f"{ENTRIES:,}")
    types = archive.read(CONTENT_TYPES)
    if b"macroEnabled" in types:
        scales.refuse(MACROS)
    if SLIDES in types:
        return "pptx"
    return next((kind for mark, kind in MAIN.items() if mark in types), None)
