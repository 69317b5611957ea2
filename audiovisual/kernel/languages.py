"""Texts in the reader's language, looked up quickly: a page asks some hundred times."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from babel import Locale
from flask import g
from flask_babel import Domain, get_domain, get_locale
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

_MARKED: dict[tuple[str, str, bool], Markup] = {}
"""By language, text and whether it has no places: what is printed, or what the places are filled in."""
LOCALES = {"zh": Locale("zh"), "en": Locale("en")}
"""The two languages, made once: a locale read from its name takes as long as fifty texts."""
MOST = 20_000
"""Texts remembered; templates hold far fewer."""


PLACES = re.compile(r"%\((\w+)\)s")
"""The places of a text."""
NUMBERED = re.compile(r"\[(\w+):([^|\]]*)\|([^\]]*)\]")
"""In an English text: `%(n)s [n:day|days] left`, the first for one, the second for every other number."""


class QuickDomain(Domain):
    """Flask-Babel's domain, with the catalogue of a locale remembered, and for a request which one it reads.

    Flask-Babel finds locale and catalogue anew for every text, which took a third of a list's time.
    """

    def __init__(self, directories: str) -> None:
        super().__init__(directories)
        self._read: dict[str, tuple[Any, Any, dict[str, str]]] = {}

    def get_translations(self) -> Any:
        """The catalogue for the request at hand."""
        if not g:
            return super().get_translations()
        values = g._get_current_object()
        known = values.get("catalogue")
        locale = get_locale()
        if known is None or known[0] is not locale:
            code = getattr(locale, "language", "")
            known = self._read.get(code)
            if known is None or known[0] is not locale:
                known = (locale, super().get_translations(), {})
                if LOCALES.get(code) is locale:
                    self._read[code] = known
            values.catalogue = known
        return known[1]

    def gettext(self, string: str, /, **variables: Any) -> str:
        """The text in the reader's language, with its places filled."""
        return gettext(string, **variables)


def language() -> str:
    """The code of the reader's language, "" where there is none at hand."""
    try:
        return g._get_current_object()._flask_babel.babel_locale.language  # type: ignore[no-any-return]
    except (AttributeError, RuntimeError):  # the first text of a request, or none at hand
        return getattr(get_locale(), "language", "")


def gettext(string: str, /, **variables: Any) -> str:
    """A text of ours in the reader's language, with its places filled: Flask-Babel's own, by a shorter way."""
    try:
        values = g._get_current_object()  # each look through a proxy costs as much as the text itself
        known, context = values.catalogue, values._flask_babel
        texts = known[2] if known[0] is context.babel_locale else {}
    except (AttributeError, RuntimeError):
        texts = {}
    text = texts.get(string)
    if text is None:
        text = get_domain().get_translations().ugettext(string)
        if len(texts) < MOST:
            texts[string] = text
    return filled(text, variables) if variables else text


def filled(text: str, values: Mapping[str, Any]) -> str:
    """A text with its places filled, its words in the number of what fills them."""
    return (numbered(text, values) if "[" in text else text) % values


def numbered(text: str, values: Mapping[str, Any]) -> str:
    """The words of a text that depend on a number, chosen. Chinese has none."""
    return NUMBERED.sub(lambda words: words[2] if values.get(words[1]) in (1, "1") else words[3], text)


@pass_eval_context
def in_template(evaluation: EvalContext, string: str, /, **variables: Any) -> str:
    """`_` of the templates: like Jinja's own, but a text without places is looked up once per language.

    A page prints a hundred texts, and the way through Jinja's and Flask-Babel's functions was an eighth of its time.
    """
    if not evaluation.autoescape:
        return filled(gettext(string), variables)
    key = language(), string, not variables
    text = _MARKED.get(key)
    if text is None:
        text = Markup(gettext(string))
        text = text if variables else text % {}
        if len(_MARKED) < MOST:
            _MARKED[key] = text
    if not variables:
        return text
    if "[" in text:
        text = Markup(numbered(text, variables))
    if all(type(value) is int for value in variables.values()):  # nothing to escape
        return Markup(str.__mod__(text, variables))
    return text % variables
