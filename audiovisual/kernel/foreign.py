"""Files no place takes, by what they are: each is named, with what to do instead. Nothing is said that was not seen."""

from __future__ import annotations

import codecs
import mmap
from pathlib import Path
from typing import Any

import filetype

from workflows.errors import N_, Sentence, say

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Head of the container of Office files before 2007, and of every Office file under a password."""
STREAMS = (
    ("EncryptedPackage", N_("“%(name)s”加了打开密码，请去掉密码后重新上传。")),
    ("WordDocument", N_("“%(name)s”是旧版 Word 或 WPS 文字文件（doc、wps），请另存为 docx 或 PDF 再上传。")),
    ("Workbook", N_("“%(name)s”是旧版 Excel 或 WPS 表格文件（xls、et），请另存为 xlsx 或 PDF 再上传。")),
    ("PowerPoint Document", N_("“%(name)s”是旧版 PowerPoint 文件（ppt），请另存为 PDF 再上传。")),
)  # fmt: skip
PACKED = ("zip", "rar", "7z", "gz", "bz2", "xz", "tar", "cab", "lz", "zst", "Z")


def told(path: Path, head: bytes, name: str, label: str) -> Sentence | None:
    """What the file is instead of what its name promises (`label`), with advice; None where that cannot be seen.

    `head`: its first bytes.
    """
    if head.startswith(COMPOUND):
        return _compound(path, name)
    if not head.strip(b"\0"):
        return say("“%(name)s”的开头全是空的，多半没有复制完整。请重新复制或导出后上传。", name=name)
    found = filetype.guess(head)
    if found is not None and found.extension in PACKED:
        kind = found.extension.upper()
        return say("“%(name)s”是压缩包（%(kind)s），请解开后逐个上传其中的文件。", name=name, kind=kind)
    what = _what(found, head)
    if what is None:
        return None
    template = N_("“%(name)s”的内容是%(what)s，不是 %(label)s。请重新导出后上传。")
    return say(template, name=name, what=what, label=say(label))


def _what(found: Any, head: bytes) -> Sentence | None:
    """A kind of file in a few words."""
    if found is None:
        return say("纯文字") if _is_text(head) else None
    kind, family = found.extension.upper(), found.mime.partition("/")[0]
    if family == "image":
        return say(" %(kind)s 图片", kind=kind)
    if family == "video":
        return say(" %(kind)s 视频", kind=kind)
    if family == "audio":
        return say("声音（%(kind)s）", kind=kind)
    return say(" %(kind)s 文件", kind=kind)


def _compound(path: Path, name: str) -> Sentence:
    """Old Office: which, by the names of its streams, wherever they stand in the file."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for stream, sentence in STREAMS:
            if content.find(stream.encode("utf-16-le")) >= 0:
                return say(sentence, name=name)
    return say("“%(name)s”是旧的 Office 格式，请另存为 PDF 或 docx、xlsx 再上传。", name=name)


def _is_text(head: bytes) -> bool:
    """Whether the bytes read as text; a sign cut off at their end does not count."""
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        return False
    return all(ord(sign) >= 32 or sign in "\r\n\t\f" for sign in text)
