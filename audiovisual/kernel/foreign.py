"""Files no place takes, by what they are: each is named, with what to do instead. Nothing is said that was not seen."""

from __future__ import annotations

import codecs
import mmap
from pathlib import Path

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


def told(path: Path, head: bytes, name: str) -> Sentence | None:
    """What the file is, in a sentence with advice; None where that cannot be seen. `head`: its first bytes."""
    if head.startswith(COMPOUND):
        return _compound(path, name)
    if not head.strip(b"\0"):
        return say("“%(name)s”的开头全是空的，多半没有复制完整。请重新复制或导出后上传。", name=name)
    found = filetype.guess(head)
    if found is None:
        return say("“%(name)s”是纯文字，请存成 docx 或 PDF 再上传。", name=name) if _is_text(head) else None
    kind = found.extension.upper()
    if found.extension in PACKED:
        return say("“%(name)s”是压缩包（%(kind)s），请解开后逐个上传其中的文件。", name=name, kind=kind)
    advice = {
        "image": say("“%(name)s”是 %(kind)s 图片，请另存为 JPG 或 PNG 再上传。", name=name, kind=kind),
        "video": say("“%(name)s”是 %(kind)s 视频，请导出成 MP4 再上传。", name=name, kind=kind),
        "audio": say("“%(name)s”只有声音（%(kind)s），这里不收。", name=name, kind=kind),
    }
    other = say("“%(name)s”是 %(kind)s 文件，这里不收。", name=name, kind=kind)
    return advice.get(found.mime.partition("/")[0], other)


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
