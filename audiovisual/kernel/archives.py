"""Office files (docx, xlsx) weighed without being unpacked: a small archive may hold gigabytes of nothing.

All figures are the archive's own declarations; readers stop at a declared size, so a lie there hurts nobody.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, NoReturn

from workflows.errors import RuleBroken, Sentence, say

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
PACKED = (".zip", ".rar", ".7z", ".gz", ".bz2", ".xz", ".tar", ".jar", ".exe")
BURSTS = say("这个文件展开后过大，像是压缩炸弹，没有收下。请重新导出后再上传。")
DAMAGED = say("这个 Office 文件已损坏或不完整，请用 Word 或 Excel 打开另存后再上传。")
FOREIGN = say("压缩包不能上传，请解开后逐个上传其中的文件。")
MACROS = say("带宏的 Office 文件不收，请另存为不带宏的 docx 或 xlsx 再上传。")
LOCKED = say("这个文件加了密码，请去掉密码后再上传。")
ESCAPES = say("这个文件内部含有越界的路径，没有收下。请重新导出后再上传。")


@dataclass
class Budget:
    """What an archive and those inside it may weigh together."""

    entries: int = ENTRIES
    unpacked: int = UNPACKED

    def take(self, archive: zipfile.ZipFile, packed: int, field: str | None) -> None:
        """Count an archive in, or refuse it."""
        entries = archive.infolist()
        declared, stored = sum(e.file_size for e in entries), sum(e.compress_size for e in entries)
        self.entries -= len(entries)
        self.unpacked -= declared
        if self.entries < 0 or self.unpacked < 0 or stored > packed:
            _refuse(BURSTS, field)
        if declared > SMALL and declared > RATIO * packed:
            _refuse(BURSTS, field)


def office_kind(path: Path, field: str | None = None) -> str:
    """The code ("docx", "xlsx") of the zip archive at `path`; every other archive is refused with its sentence."""
    size = path.stat().st_size
    with path.open("rb") as file:
        return _kind(file, size, Budget(), field, outer=True) or _refuse(FOREIGN, field)


def _kind(file: IO[bytes], size: int, budget: Budget, field: str | None, *, outer: bool) -> str | None:
    _check_directory(file, size, field)
    try:
        with zipfile.ZipFile(file) as archive:
            budget.take(archive, size, field)
            for entry in archive.infolist():
                _check_entry(entry, field)
            _check_nested(archive, budget, field, outer)
            return _main_part(archive, field)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError):
        _refuse(DAMAGED, field)


def _check_directory(file: IO[bytes], size: int, field: str | None) -> None:
    """Refuse a list of millions of entries before it is read into memory."""
    tail_size = min(size, 65_557)
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        _refuse(DAMAGED, field)
    _disk, entries, length = struct.unpack_from("<HHI", tail, at + 8)
    if entries > ENTRIES or length > DIRECTORY or b"PK\x06\x07" in tail[max(0, at - 20) : at]:
        _refuse(BURSTS, field)
    file.seek(0)


def _check_entry(entry: zipfile.ZipInfo, field: str | None) -> None:
    # zipfile cuts the name at NUL and turns backslashes on Windows; the raw name shows what was meant
    name = entry.orig_filename
    if "\\" in name or "\0" in name or name.startswith("/") or ":" in name or ".." in PurePosixPath(name).parts:
        _refuse(ESCAPES, field)
    if entry.flag_bits & 0x1:
        _refuse(LOCKED, field)
    if name.lower().endswith("vbaproject.bin"):
        _refuse(MACROS, field)
    if name.lower().endswith(PACKED):
        _refuse(FOREIGN, field)


def _check_nested(archive: zipfile.ZipFile, budget: Budget, field: str | None, outer: bool) -> None:
    """A table embedded in a text is an archive inside the archive: one level, small, counted into the same budget."""
    for entry in archive.infolist():
        if entry.is_dir() or entry.filename.endswith((".xml", ".rels")) or not entry.file_size:
            continue
        with archive.open(entry) as inner:
            if inner.read(4) != b"PK\x03\x04":
                continue
        if not outer or "/embeddings/" not in entry.filename or entry.file_size > NESTED:
            _refuse(BURSTS, field)
        content = archive.read(entry)
        if _kind(BytesIO(content), len(content), budget, field, outer=False) is None:
            _refuse(FOREIGN, field)


def _main_part(archive: zipfile.ZipFile, field: str | None) -> str | None:
    if CONTENT_TYPES not in archive.namelist():
        return None
    if archive.getinfo(CONTENT_TYPES).file_size > MB:
        _refuse(BURSTS, field)
    types = archive.read(CONTENT_TYPES)
    if b"macroEnabled" in types:
        _refuse(MACROS, field)
    return next((kind for mark, kind in MAIN.items() if mark in types), None)


def _refuse(sentence: Sentence, field: str | None) -> NoReturn:
    raise RuleBroken(sentence, field)
