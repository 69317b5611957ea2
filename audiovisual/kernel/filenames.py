"""Names of files: what a person may call a file once it is ours."""

from __future__ import annotations

import re
import unicodedata

MOST = 120
_BIDI = frozenset("\u00ad\u200b\u2060\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def clean_name(raw: str | None) -> str:
    """A name without folders, control or direction characters, at most 120 characters; the extension stays.

    "..\\\\..\\\\剧本.pdf" → "剧本.pdf"; nothing left → "未命名".
    """
    parted = re.sub(r"[\t\n\v\f\r\x85\u2028\u2029]", " ", raw or "")  # words of two lines stay two words
    text = unicodedata.normalize("NFC", "".join(c for c in parted if not _is_bad(c)))
    text = re.sub(r'[<>:"|?*]', "_", re.split(r"[/\\]", text)[-1])
    text = re.sub(r"\s+", " ", text).strip(" .")
    stem, dot, extension = text.rpartition(".")
    if not dot or len(extension) > 10:
        stem, dot, extension = text, "", ""
    stem = stem.strip(" .")[: MOST - len(dot + extension)] or "未命名"
    return f"{stem}{dot}{extension}"


def extension_of(name: str) -> str:
    """The extension in small letters without its dot, "" when there is none."""
    stem, dot, extension = name.rpartition(".")
    return extension.lower() if dot and stem else ""


def _is_bad(c: str) -> bool:
    return unicodedata.category(c) in ("Cc", "Cs") or c in _BIDI
