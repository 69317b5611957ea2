"""Chinese justification for WeasyPrint, which by itself stretches nothing but spaces.

The rest of a line is spread evenly over the places where Chinese may breathe: beside a Han character or Chinese
punctuation, and at spaces; never inside a number, a timecode or a Latin word. WeasyPrint has no hook for this, so
`install` puts `spread_line` in the place of one of its functions. It refuses when the functions it leans on are no
longer the ones it was written for, rather than print letters with ragged or overlapping lines.
"""

from __future__ import annotations

import hashlib
import inspect
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

WRITTEN_FOR = "f9e8eba4e3f4bd21a0b157b7133fbbab6732c02afeb2de62cc611ee4149665c0"
"""SHA-256 over the source of what the adapter replaces, subclasses or relies on (`foundations`), WeasyPrint 70.0."""

NARROW = 14
"""Fewer places than this on a line: a column of a table."""
_JOINED = frozenset(("Mn", "Mc", "Me", "Cf"))


class JustificationChanged(RuntimeError):
    """The installed WeasyPrint lays lines out differently from the one the adapter was written for."""


def foundations() -> tuple[Any, ...]:
    """The functions and the class of WeasyPrint whose inner workings this module depends on."""
    from weasyprint.draw.text import draw_first_line, draw_text
    from weasyprint.layout import inline
    from weasyprint.text.line_break import Layout, create_layout

    original = getattr(inline.justify_line, "replaces", inline.justify_line)
    return inline.text_align, original, inline.add_word_spacing, Layout, create_layout, draw_text, draw_first_line


def fingerprint() -> str:
    """SHA-256 of the source text of `foundations`."""
    return hashlib.sha256("\n".join(inspect.getsource(part) for part in foundations()).encode()).hexdigest()


def install() -> None:
    """Let WeasyPrint justify Chinese, once per process.

    Refuses with JustificationChanged when the installed version is not the one this was written for.
    """
    from weasyprint.layout import inline

    if hasattr(inline.justify_line, "replaces"):
        return
    if fingerprint() != WRITTEN_FOR:
        import weasyprint

        raise JustificationChanged(
            f"已安装的 WeasyPrint {weasyprint.__version__} 改了排行方法，与两端对齐的适配（audiovisual/documents/justify.py）不符："
            "请装回 requirements.lock 里的版本。"
        )
    original = inline.justify_line

    def justify_line(context: Any, line: Any, extra_width: float) -> None:
        if not spread_line(line, extra_width):
            original(context, line, extra_width)

    justify_line.replaces = original  # type: ignore[attr-defined]
    inline.justify_line = justify_line


def spread_line(line: Any, extra_width: float) -> bool:
    """Spread `extra_width` (CSS pixels) over the line's places; False when it has none.

    A line with much to spread stays as it is, in a narrow column sooner: holes between characters read worse than an
    edge. In the text that is one whose end did not fit, such as a year with its serial, which is not broken.
    """
    texts = list(_text_boxes(line))
    places = spread_places([box.text for box in texts])
    count = sum(len(own) for own in places)
    if not count:
        return False
    share = extra_width / count
    if share > line.style["font_size"] / (4 if count < NARROW else 3):
        return True
    _move(line, dict(zip(map(id, texts), places, strict=True)), share, 0.0)
    return True


def spread_places(texts: list[str]) -> list[list[int]]:
    """For the text runs of one line: the indexes, run by run, of the characters after which space may be added."""
    places: list[list[int]] = [[] for _ in texts]
    flat = [(run, index, char) for run, text in enumerate(texts) for index, char in enumerate(text)]
    for (run, index, char), (_, _, following) in pairwise(flat):
        if _may_breathe(char, following):
            places[run].append(index)
    return places


def _may_breathe(char: str, following: str) -> bool:
    """Between these two characters a line may be stretched."""
    if unicodedata.category(following) in _JOINED:
        return False
    if char == following and char in "—…":  # 破折号 and 省略号 are one mark of two cells
        return False
    return char in " \u00a0" or _is_wide(char) or _is_wide(following)


def _is_wide(char: str) -> bool:
    """A character that fills a Chinese cell: Han, full-width forms, and the quotation marks and dashes used among them."""
    return unicodedata.east_asian_width(char) in "WF" or char in "“”‘’—…·×"


def _text_boxes(box: Any) -> Iterator[Any]:
    from weasyprint.formatting_structure import boxes

    if isinstance(box, boxes.TextBox):
        yield box
    elif isinstance(box, boxes.LineBox | boxes.InlineBox):
        for child in box.children:
            if child.is_in_normal_flow():
                yield from _text_boxes(child)


def _move(box: Any, places: dict[int, list[int]], share: float, advance: float) -> float:
    """Move a box by `advance` and widen it by its own places; return how far what follows has to move."""
    from weasyprint.formatting_structure import boxes

    if isinstance(box, boxes.TextBox):
        box.position_x += advance
        own = places[id(box)]
        box.width += share * len(own)
        if own:
            box.pango_layout = _spread_layout(box, own, share)
        return advance + share * len(own)
    if isinstance(box, boxes.LineBox | boxes.InlineBox):
        box.position_x += advance
        before = advance
        for child in box.children:
            if child.is_in_normal_flow():
                advance = _move(child, places, share, advance)
        box.width += advance - before
        return advance
    box.translate(advance, 0)
    return advance


def _spread_layout(box: Any, places: list[int], share: float) -> Any:
    """A text layout of the box whose glyphs before each place are wider by `share`."""
    from weasyprint.text.ffi import TO_UNITS, ffi
    from weasyprint.text.line_break import Layout

    class SpreadLayout(Layout):
        def set_text(self, text: str, justify: bool = False) -> None:
            super().set_text(text, justify)
            self.spread = False

        def get_first_line(self) -> Any:
            line, index = super().get_first_line()
            if not self.spread:
                self.spread = True
                _widen(line, _byte_offsets(box.text, places), share * TO_UNITS, ffi.NULL)
            return line, index

    layout = SpreadLayout(box.style)
    layout.set_text(box.text)
    layout.deactivate()
    return layout


def _byte_offsets(text: str, places: list[int]) -> frozenset[int]:
    """Pango counts in bytes of UTF-8."""
    offsets, position = [], 0
    for char in text:
        offsets.append(position)
        position += len(char.encode())
    return frozenset(offsets[index] for index in places)


def _widen(line: Any, offsets: frozenset[int], units: float, null: Any) -> None:
    """Add `units` to the width of the glyph of each of the characters at `offsets`; rounding never adds up."""
    run, given, count = line.runs[0], 0, 0
    while run != null:
        item = run.data
        for index in range(item.glyphs.num_glyphs):
            if item.item.offset + item.glyphs.log_clusters[index] in offsets:
                count += 1
                more = round(units * count) - given
                given += more
                item.glyphs.glyphs[index].geometry.width += more
        run = run.next
