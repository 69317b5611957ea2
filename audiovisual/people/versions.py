"""Rows people edit: a change made from an old version is refused, nothing is overwritten in silence."""

from __future__ import annotations

from audiovisual.kernel.model import Versioned
from workflows.errors import Sentence, WrongState, say


class LostRace(WrongState):
    """Somebody else changed it since the page was opened; `sentence` where there is more to say than that."""

    def __init__(self, sentence: Sentence | None = None) -> None:
        super().__init__(sentence or say("您打开这一页之后，别人已经改过这条记录。请对照新内容，再改一次。"))


def expect(row: Versioned, version: int | None) -> None:
    """Refuse (409) when the row was changed since the form was opened; called under the write lock."""
    if row.version != version:
        raise LostRace()


def as_read(version: int, seen: int | None) -> None:
    """Like `expect`, for acts that are also taken without a page: None has read nothing that could be old."""
    if seen is not None and version != seen:
        raise LostRace()
