"""Synopses from a file of stories: sentences of its chapters in a new order, no sentence twice in one text."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from random import Random

_SENTENCE = re.compile(r"[^。！？]+[。！？]+[”’」』]?")
SHORTEST, LONGEST = 6, 160


class Novels:
    """The sentences of a file with one JSON object per line, of which `text` is read; plain or gzipped."""

    def __init__(self, path: Path) -> None:
        opened = (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8")
        with opened as lines:
            chapters = [json.loads(line)["text"] for line in lines if line.strip()]
        found = (sentence.strip() for chapter in chapters for sentence in _SENTENCE.findall(chapter))
        self.sentences = list(dict.fromkeys(one for one in found if SHORTEST <= len(one) <= LONGEST))
        if not self.sentences:
            raise ValueError(f"{path} holds no sentences")

    def compose(self, rng: Random, least: int) -> str:
        """A text of at least so many characters, in paragraphs of eight sentences."""
        told: list[str] = []
        length = 0
        while length < least:
            sentence = self.sentences[rng.randrange(len(self.sentences))]
            told.append(sentence + ("\n" if len(told) % 8 == 7 else ""))
            length += len(sentence)
        return "".join(told).strip()
