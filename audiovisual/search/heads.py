"""Asking the index for ids by the short texts alone: names that hold some words, titles that share characters.

Whoever asks must ask his own condition of visibility of the ids: nothing is said here about who may see them.
"""

from __future__ import annotations

from sqlalchemy import text

from workflows import uscc

from ..kernel.model import db
from . import analyzer
from .engines import engine_of
from .statements import Values
from .tree import HEADS, TITLE, And, Leaf, Node, Or, only_in


def named(kind: str, words: str, limit: int) -> list[int]:
    """Ids of the newest rows of a kind whose number, title or names hold the words."""
    row = tuple(analyzer.runs(uscc.joined(words)))
    return _ids(kind, only_in(Leaf(row), *HEADS), limit) if row else []


def near(kind: str, title: str, limit: int) -> list[int]:
    """Ids of the newest rows of a kind whose title shares three characters in a row, or two pairs close together."""
    whole = "".join(run.text for run in analyzer.runs(title))
    if len(whole) < 2:
        return []
    size = min(3, len(whole))
    parts: list[Node] = [_leaf(whole[i : i + size]) for i in range(len(whole) - size + 1)]
    for apart in (2, 3):
        ends = range(len(whole) - apart - 1)
        parts += [And((_leaf(whole[i : i + 2]), _leaf(whole[i + apart : i + apart + 2]))) for i in ends]
    return _ids(kind, Or(tuple(parts)) if len(parts) > 1 else parts[0], limit)


def _leaf(piece: str) -> Leaf:
    return Leaf(tuple(analyzer.runs(piece)), TITLE)


def _ids(kind: str, node: Node, limit: int) -> list[int]:
    values = Values()
    answers = engine_of(db.session.connection()).answers(node, values.bind)
    asked = (
        f"SELECT search_document.ref_id FROM ({answers}) AS answer JOIN search_document "
        f"ON search_document.id = answer.id WHERE search_document.kind = {values.bind(kind)} "
        f"ORDER BY answer.id DESC LIMIT {limit}"
    )
    return list(db.session.execute(text(asked), values).scalars())
