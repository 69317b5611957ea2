"""A query as a tree of small values, whichever parser made it and whichever engine will run it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import analyzer
from .analyzer import Run

NUMBER, TITLE, NAMES = "number", "title", "names"
HEADS = (TITLE, NAMES, NUMBER)
"""The short texts of a finding; a single CJK character is looked for only here."""


@dataclass(frozen=True)
class Leaf:
    """A needle in one of the short texts, or anywhere. `prefix`: its last word may go on (江苏2026* finds 江苏20260)."""

    row: tuple[Run, ...]
    field: str | None = None
    prefix: bool = False

    @property
    def plain(self) -> str:
        """What has to be a part of the text's plain form."""
        written = analyzer.plain(self._runs)
        return written.removesuffix(">") if self.prefix else written

    @property
    def tokens(self) -> list[str]:
        """What has to stand one after another in the index."""
        return [self.row[0].text] if self.single else analyzer.tokens(self._runs)

    @property
    def _runs(self) -> list[Run]:
        return analyzer.without_noughts(list(self.row)) if self.field == NUMBER else list(self.row)

    @property
    def single(self) -> bool:
        """Whether this is one CJK character alone."""
        return len(self.row) == 1 and not self.row[0].word and len(self.row[0].text) == 1


@dataclass(frozen=True)
class Condition:
    """A registered key with its value: 状态:入库."""

    key: str
    value: Value


@dataclass(frozen=True)
class Value:
    """What stands after the colon of a key: words, or a range with either end open."""

    text: str = ""
    low: str | None = None
    high: str | None = None
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True)
class And:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Or:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    part: Node


@dataclass(frozen=True)
class Nothing:
    """Finds nothing: a key whose value does not exist."""


Node = Leaf | Condition | And | Or | Not | Nothing


def textual(node: Node) -> bool:
    """Whether an engine can answer this part by its index alone: no key in it, and never only a negation."""
    match node:
        case Leaf():
            return True
        case And(parts):
            positive = [part for part in parts if not isinstance(part, Not)]
            return bool(positive) and all(textual(part.part if isinstance(part, Not) else part) for part in parts)
        case Or(parts):
            return all(textual(part) for part in parts)
    return False


def split(node: Node) -> tuple[Node | None, list[Node]]:
    """The part the index can lead with, and what is then asked of each row it finds."""
    if textual(node):
        return node, []
    parts = node.parts if isinstance(node, And) else (node,)
    leading = tuple(part for part in parts if textual(part))
    if not leading:
        return None, list(parts)
    behind = [part for part in parts if isinstance(part, Not) and textual(part.part)]
    rest = [part for part in parts if not textual(part) and part not in behind]
    return (leading[0] if len(leading) + len(behind) == 1 else And(leading + tuple(behind))), rest


def replaced(node: Node, leaf: Callable[[Leaf], Node]) -> Node:
    """The tree with every leaf that has to be found (not those under NOT) put through `leaf`."""
    match node:
        case Leaf():
            return leaf(node)
        case And(parts):
            return And(tuple(replaced(part, leaf) for part in parts))
        case Or(parts):
            return Or(tuple(replaced(part, leaf) for part in parts))
    return node


def only_in(node: Node, *fields: str) -> Node:
    """The same query asked of the short texts named: each unqualified leaf has to stand in one of them."""

    def narrow(leaf: Leaf) -> Node:
        if leaf.field is not None:
            return leaf
        choices = tuple(Leaf(leaf.row, field, leaf.prefix) for field in fields)
        return choices[0] if len(choices) == 1 else Or(choices)

    return replaced(node, narrow)


def leaves(node: Node) -> list[Leaf]:
    """Every leaf that has to be found, in the order written: what a snippet marks."""
    found: list[Leaf] = []
    replaced(node, lambda leaf: found.append(leaf) or leaf)  # type: ignore[func-returns-value]
    return found
