"""Rows people edit: a change made from an old version is refused, nothing is overwritten in silence."""

from __future__ import annotations

from typing import Any

from audiovisual.kernel.model import Versioned
from workflows.errors import Sentence, WrongState, say

from .queries.saved import Saved, saved_last


class LostRace(WrongState):
    """It was changed since the page was opened. `sentence`: where there is more to say than that; `saved`: by whom, when."""

    def __init__(self, sentence: Sentence | None = None, saved: Saved | None = None) -> None:
        super().__init__(sentence or say("您打开这一页之后，这条记录改过了。请对照新内容，再改一次。"))
        self.saved = saved


def expect(row: Versioned, version: int | None) -> None:
    """Refuse (409) when the row was changed since the form was opened; called under the write lock."""
    if row.version != version:
        raise LostRace(saved=saved_last(row))


def as_read(version: int, seen: int | None, row: Any, *acts: str) -> None:
    """Like `expect`, for acts that are also taken without a page: None has read nothing that could be old.

    `row`, `acts`: whose trace tells who changed it, and by which acts alone, if not by any.
    """
    if seen is not None and version != seen:
        raise LostRace(saved=saved_last(row, *acts))
