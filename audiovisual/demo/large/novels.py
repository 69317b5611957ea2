"""Synopses from a file of stories: sentences of its chapters in a new order, no sentence twice in one text."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from random import Random

_SENTENCE = re.compile(r"[^。！？]+[。！？]+[”’」』]?")
SHORTEST, LONGEST = 6, 160


class Unreadable(ValueError):
    """The file is not what it should be; says in one sentence where."""


def _chapters(path: Path) -> Iterator[str]:
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _text_of(line, f"{path} 第 {number} 行")
    except UnicodeDecodeError:
        raise Unreadable(f"{path} 不是 UTF-8 编码的文字。") from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise Unreadable(f"{path} 不是完整的 gzip 文件。") from None


def _text_of(line: str, place: str) -> str:
    try:
        text = json.loads(line)["text"]
    except (ValueError, LookupError, TypeError, RecursionError):
        text = None
    if not isinstance(text, str):
        raise Unreadable(f"{place}应为一个 JSON 对象，其中 text 是文字。")
    return text


class Novels:
    """The sentences of a file with one JSON object per line, of which `text` is read; plain or gzipped."""

    def __init__(self, path: Path) -> None:
        chapters = list(_chapters(path))
        found = (sentence.strip() for chapter in chapters for sentence in _SENTENCE.findall(chapter))
        self.sentences = list(dict.fromkeys(one for one in found if SHORTEST <= len(one) <= LONGEST))
        if not self.sentences:
            raise Unreadable(f"{path} 里没有可用的句子（{SHORTEST} 到 {LONGEST} 字，以句号、问号或叹号结尾）。")

    def compose(self, rng: Random, least: int) -> str:
        """A text of at least so many characters, in paragraphs of eight sentences."""
        told: list[str] = []
        length = 0
        while length < least:
            sentence = self.sentences[rng.randrange(len(self.sentences))]
            told.append(sentence + ("\n" if len(told) % 8 == 7 else ""))
            length += len(sentence)
        return "".join(told).strip()
