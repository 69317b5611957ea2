"""From a letter's content to the bytes of its PDF: closed to everything outside, and the same each time."""

from __future__ import annotations

import atexit
import hashlib
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from . import justify, layout
from .fonts import FREE, OFFICE, Face, MissingGlyph, face_rules, missing_glyphs, rare_faces, refuse_missing
from .letter import LetterContent, chinese_day, printed_text

PROJECT = Path(__file__).resolve().parents[2]
STYLESHEET = PROJECT / "static" / "css" / "documents" / "letter.css"

_one_at_a_time = threading.Lock()
"""Pango's font map, which we keep between letters (a fresh one costs half a second), is not for two threads."""


def render_letter(content: LetterContent) -> bytes:
    """The letter as a tagged PDF; equal content gives equal bytes under equal versions and fonts.

    Refuses with MissingFonts where a face is not installed, with MissingGlyph where a character cannot be drawn. The letter is Chinese whoever reads it.
    """
    refuse_missing()
    check_glyphs(content)
    with _one_at_a_time:
        return _pdf(letter_html(content), _measures(content), rare_faces(printed_text(content)), content)


def check_glyphs(content: LetterContent) -> None:
    """Refuse a letter with a character that no face can draw, while the person who wrote it can still mend it."""
    missing = missing_glyphs(printed_text(content))
    if missing:
        raise MissingGlyph(missing)


def letter_html(content: LetterContent) -> str:
    """The letter as HTML, every text of the content escaped."""
    return _templates().get_template("letter.html").render(letter=content, day=chinese_day(content.day))


@lru_cache(maxsize=1)
def _templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(PROJECT / "templates" / "documents"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(prose=layout.prose, cell=layout.cell, sentence=layout.sentence, clean=layout.clean)
    return templates


def _pdf(html: str, measures: str, rare: tuple[Face, ...], content: LetterContent) -> bytes:
    from weasyprint import CSS, HTML
    from weasyprint.urls import URLFetcher

    closed = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    fonts, sheets = _typefaces(rare)
    document = HTML(string=html, url_fetcher=closed)
    pdf = document.write_pdf(
        font_config=fonts,
        stylesheets=[*sheets, CSS(string=measures, font_config=fonts, url_fetcher=closed)],
        pdf_identifier=hashlib.sha256(content.to_json().encode()).digest()[:16],
        pdf_tags=True,
    )
    return bytes(pdf)


@lru_cache(maxsize=3)
def _typefaces(rare: tuple[Face, ...]) -> tuple[Any, list[Any]]:
    """Font map and style sheet with the usual faces and these rare ones; kept, as loading fonts is the dear part.

    The sheets are ours, so only they may read files, and only fonts.
    """
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    justify.install()
    fonts = FontConfiguration()
    files = URLFetcher(allowed_protocols=("file",), allow_redirects=False)
    faces = face_rules((*OFFICE, *FREE, *rare))
    sheets = [
        CSS(string=faces, font_config=fonts, url_fetcher=files),
        CSS(string=STYLESHEET.read_text("utf-8"), font_config=fonts, url_fetcher=files),
    ]
    return fonts, sheets


atexit.register(_typefaces.cache_clear)  # the font maps remove their copies of the fonts while they still can


def _measures(content: LetterContent) -> str:
    """The lengths of this letter that the style sheet cannot know, as variables."""
    size = layout.mark_size(content.issuer)
    signer, day = layout.signature_edges(content.issuer, chinese_day(content.day), content.sealed)
    mark_bottom = 30 + size * layout.MARK_INK * 25.4 / 72
    return (
        f":root {{ --mark-size: {size:.2f}pt; --mark-up: {size * layout.MARK_RISE:.3f}pt;"
        f" --rule-top: {mark_bottom + 4:.3f}mm;"
        f" --signer-edge: {signer * layout.CELL:.3f}pt; --day-edge: {day * layout.CELL:.3f}pt;"
        f" --copies-height: {layout.copies_height(content.copies):.3f}pt; }}"
    )
