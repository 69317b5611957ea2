"""The query language: Whoosh's parser reads it, and its query becomes a tree of ours.

    江苏 医院            both            "不在话下"         as written        山 OR 水, 山 或 水
    江苏 NOT 医院, -医院  without         (山 OR 水) 状态:入库                  seed2026*   a word's beginning
    编号:苏网种〔2026〕1   a key           投资:>300  集数:20..40  集数:[20 TO 40]

Whatever is typed is answered: what the parser cannot read is searched as plain words.
"""

from __future__ import annotations

import functools
import re
import warnings
from dataclasses import dataclass

from workflows import numerals, uscc

from . import analyzer, keys
from .analyzer import Run
from .tree import And, Condition, Leaf, Node, Not, Nothing, Or, Value, leaves

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Whoosh 2.7.4 has regular expressions in plain strings
    from whoosh import query as wq
    from whoosh.qparser import plugins
    from whoosh.qparser.default import QueryParser

LONGEST = 400
"""Characters of a query that are read."""
MOST = 24
"""Needles and conditions of a query that are asked."""
DEEPEST = 12
ANYWHERE = ""

_PUNCTUATION = str.maketrans("：“”„＂（）＊［］｛｝＞＜，\x00", ':""""()*[]{}><, ')
_YEAR = re.compile(r"[〔(\[【（［](\d{4})[〕)\]】）］]")
_UNREAD_KEY = re.compile(r"(?<!\S)([^\W\d_][\w]*):(?=\S)")
_RANGE = re.compile(r"(?P<low>[^.<>]*)\.\.(?P<high>[^.<>]*)|(?P<sign>[<>]=?)(?P<end>[^<>]+)")


@dataclass(frozen=True)
class Note:
    """What a person should know about his query: an unknown key or value, and what there is instead."""

    kind: str
    written: str
    valid: tuple[str, ...]


@dataclass(frozen=True)
class Parsed:
    """A query read: its tree (None: nothing asked), the notes, and whether it is plain words."""

    node: Node | None
    words: str
    simple: bool = False
    notes: tuple[Note, ...] = ()


@functools.lru_cache(maxsize=512)
def parse(text: str, staff: bool = True) -> Parsed:
    """Read a query. `staff`: whether the bureau's own keys are keys for this person. Never refuses."""
    text = " ".join(text[:LONGEST].split())
    notes = _unread_keys(text, staff)
    asked = numerals.closed(uscc.joined(text))
    try:
        read = _read(asked, staff)
    except Exception:  # whatever the parser stumbles over, the person meant some words
        read = None
    node = _limited(read) if read is not None else _words(asked)
    size = MOST if read is None else _size(read)
    if size > MOST or (size == MOST and len(_all_needles(asked)) > MOST):
        notes = (*notes, Note("many", str(MOST), ()))
    return Parsed(None if node is None else _in_all_writings(node), text, _simple(node), notes)


keys.on_change(parse.cache_clear)


def _read(text: str, staff: bool) -> Node | None:
    written = _YEAR.sub(r"〔\1〕", text).translate(_PUNCTUATION)
    if written.count("(") > DEEPEST or written.count(":") > MOST:
        return None
    return _tree(_parser().parse(written, normalize=False), staff)


@functools.lru_cache(maxsize=1)
def _parser() -> QueryParser:
    """Whoosh's parser with the plugins of this language; fields are exactly the known keys."""
    names = "|".join(re.escape(name) for name in keys.written_names())
    return QueryParser(
        ANYWHERE, None,
        plugins=[
            plugins.FieldsPlugin(expr=rf"(?i)(?<!\w)(?P<text>{names}):(?=\S)"), plugins.PhrasePlugin(),
            plugins.RangePlugin(), plugins.GroupPlugin(),
            plugins.OperatorsPlugin(
                And=r"(?<=\s)(AND|且|并且)(?=\s)", Or=r"(?<=\s)(OR|或|或者)(?=\s)", AndNot=None, AndMaybe=None,
                Not=r"(^|(?<=(\s|[(])))((NOT|非|不含)(?=\s)|-(?=[^\s-]))", Require=None,
            ),
            plugins.PrefixPlugin(),
        ],
    )  # fmt: skip


keys.on_change(_parser.cache_clear)


def _tree(query: wq.Query, staff: bool) -> Node | None:
    """Whoosh's query as a tree of ours; None where nothing is left to look for."""
    match query:
        case wq.Not():
            part = _tree(query.query, staff)
            return None if part is None else Not(part)
        case wq.Or() | wq.And():
            parts = [node for part in query.subqueries if (node := _tree(part, staff)) is not None]
            return _group(Or if isinstance(query, wq.Or) else And, parts)
        case wq.Phrase():
            return _term(query.fieldname, " ".join(query.words), staff)
        case wq.TermRange():
            low, high = query.start or None, query.end or None
            return _keyed(query.fieldname, Value("", low, high, query.startexcl, query.endexcl), staff)
        case wq.Prefix():
            return _term(query.fieldname, query.text, staff, prefix=True)
        case wq.Term():
            return _term(query.fieldname, query.text, staff)
    return None


def _group(kind: type[And] | type[Or], parts: list[Node]) -> Node | None:
    """A group made flat: groups of its own kind inside it are taken apart."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, kind) else (part,))]
    return None if not flat else flat[0] if len(flat) == 1 else kind(tuple(flat))


def _term(written: str, text: str, staff: bool, prefix: bool = False) -> Node | None:
    key = keys.find(written, staff) if written else None
    if key is None:
        return _words(f"{written} {text}" if written else text, prefix=prefix)
    if key.condition is not None:
        choices = [part.strip() for part in re.split("[,、|]", text) if part.strip()]
        return _group(Or, [Condition(key.name, _value(choice)) for choice in choices])
    return _words(text, key.field, prefix)


def _keyed(written: str, value: Value, staff: bool) -> Node | None:
    """A range: for keys with a condition; elsewhere its ends are words."""
    key = keys.find(written, staff) if written else None
    if key is None or key.condition is None:
        return _words(f"{value.low or ''} {value.high or ''}")
    return Condition(key.name, value)


def _value(text: str) -> Value:
    """20..40, >300, <=5 or a word."""
    found = _RANGE.fullmatch(text)
    if not found:
        return Value(text)
    if sign := found["sign"]:
        is_open, end = len(sign) == 1, found["end"].strip()
        return Value("", low=end, low_open=is_open) if sign[0] == ">" else Value("", high=end, high_open=is_open)
    low, high = found["low"].strip() or None, found["high"].strip() or None
    return Value("", low, high) if low or high else Value(text)


def _words(text: str, field: str | None = None, prefix: bool = False) -> Node | None:
    """Every needle of a text, all of which have to be found."""
    rows = needles(text)
    last = len(rows) - 1
    return _group(And, [Leaf(row, field, prefix and place == last and row[-1].word) for place, row in enumerate(rows)])


def needles(text: str) -> list[tuple[Run, ...]]:
    """The first `MOST` of the pieces of a text: cut where a reader sees a gap."""
    return _all_needles(text)[:MOST]


def _all_needles(text: str) -> list[tuple[Run, ...]]:
    """A text cut where a reader sees a gap; words of Latin letters or digits stay together in their order.

    A single character among longer pieces is let go: in a sentence copied with its punctuation it says nothing.
    """
    rows: list[list[Run]] = []
    for run in analyzer.runs(text):
        if rows and (run.joined or (run.word and rows[-1][-1].word)):
            rows[-1].append(run)
        else:
            rows.append([run._replace(joined=False)])
    longer = [row for row in rows if len(row) > 1 or row[0].word or len(row[0].text) > 1]
    single = [] if longer and len(rows) > len(text.split()) else [row for row in rows if row not in longer]
    kept = [row for row in rows if row in longer or row in single]
    return list(dict.fromkeys(tuple(row) for row in kept))


def _in_all_writings(node: Node) -> Node:
    """The tree with each needle that names an article (第二十五条) looked for in digits too, and the other way round."""
    match node:
        case Leaf():
            return _either(node)
        case And(parts) | Or(parts):
            return type(node)(tuple(map(_in_all_writings, parts)))
        case Not(part):
            return Not(_in_all_writings(part))
    return node


def _either(leaf: Leaf) -> Node:
    if not all(run.joined for run in leaf.row[1:]):
        return leaf
    _written, *others = numerals.writings("".join(run.text for run in leaf.row))
    choices = [Leaf(tuple(analyzer.runs(other)), leaf.field, leaf.prefix) for other in others]
    return Or((leaf, *choices)) if choices else leaf


def _simple(node: Node | None) -> bool:
    """Whether the query is plain words, to which titles can be compared as a whole."""
    parts = node.parts if isinstance(node, And) else (node,)
    return all(isinstance(part, Leaf) and part.field is None and not part.prefix for part in parts)


def _limited(node: Node | None) -> Node | None:
    """The tree, unless it is larger or deeper than is asked of a database."""
    if node is not None and (_size(node) > MOST or _depth(node) > DEEPEST):
        words: list[Node] = [*dict.fromkeys(leaves(node))]
        return _group(And, words[:MOST])
    return node


def _size(node: Node) -> int:
    match node:
        case And(parts) | Or(parts):
            return sum(map(_size, parts))
        case Not(part):
            return _size(part)
    return 1


def _depth(node: Node) -> int:
    match node:
        case And(parts) | Or(parts):
            return 1 + max(map(_depth, parts))
        case Not(part):
            return 1 + _depth(part)
    return 1


def _unread_keys(text: str, staff: bool) -> tuple[Note, ...]:
    """Notes for what looks like a key and is none."""
    written = dict.fromkeys(match[1] for match in _UNREAD_KEY.finditer(text.translate(_PUNCTUATION)))
    return tuple(
        Note("key", name, tuple(keys.nearest(name, staff))) for name in written if keys.find(name, staff) is None
    )


__all__ = ["Note", "Nothing", "Parsed", "needles", "parse"]
