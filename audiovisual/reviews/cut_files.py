"""Which file holds which episode, read from the files' names: “第3集.mp4”, “EP03 终混.mov”, “03.mp4”."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Protocol, TypeVar

from workflows.cuts import WHOLE
from workflows.errors import RuleBroken, say

NAMED = (
    re.compile(r"第\s*(\d{1,4})\s*[集话回]"),
    re.compile(r"(?<![a-z])(?:ep|episode|e)[\s._-]*(\d{1,4})(?!\d)", re.IGNORECASE),
    re.compile(r"(?<!\d)(\d{1,3})(?!\d)"),
)


def episode_in(name: str) -> int | None:
    """The episode a file's name gives, or None when it gives none or more than one."""
    stem = unicodedata.normalize("NFKC", name).rsplit(".", 1)[0]
    for form in NAMED:
        found = {int(number) for number in form.findall(stem)}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


class HasName(Protocol):
    """A file, kept or on its way in."""

    @property
    def name(self) -> str:
        """As it came."""


File = TypeVar("File", bound=HasName)


def by_episode(files: Sequence[File], episodes: int, field: str = "cut") -> dict[int, File]:
    """Episode → file. One file alone is the whole title unless its name gives an episode.

    Refuses beside `field`: no file, a name without an episode among several, an episode the title does not have, two
    files of one episode.
    """
    if not files:
        raise RuleBroken(say("请上传送审样片。"), field)
    if len(files) == 1 and (episodes == 1 or episode_in(files[0].name) is None):
        return {WHOLE: files[0]}
    parts: dict[int, File] = {}
    for file in files:
        episode = episode_in(file.name)
        if episode is None:
            raise RuleBroken(
                say("“%(name)s”的文件名看不出是第几集，请改成“第01集.mp4”这样再传。", name=file.name), field
            )
        if not 1 <= episode <= episodes:
            raise RuleBroken(
                say("“%(name)s”是第 %(n)s 集，这部片共 %(all)s 集。", name=file.name, n=episode, all=episodes), field
            )
        if episode in parts:
            raise RuleBroken(
                say("第 %(n)s 集有两个文件：“%(one)s”和“%(two)s”。", n=episode, one=parts[episode].name, two=file.name),
                field,
            )
        parts[episode] = file
    return parts
