"""Rows people edit: a change made from an old version is refused, nothing is overwritten in silence."""

from __future__ import annotations

from audiovisual.kernel.model import Versioned
from workflows.errors import WrongState, say


def expect(row: Versioned, version: int | None) -> None:
    """Refuse (409) when the row was changed since the form was opened; called under the write lock."""
    if row.version != version:
        raise WrongState(say("您打开这一页之后，别人已经改过这条记录。请对照新内容，再改一次。"))
