"""Jinja as our pages need it: the same language, by shorter ways for what a page does a thousand times.

A page of this product calls two hundred macros, reads four hundred attributes and prints a thousand values. Jinja's own
ways allow for everything a template might meet; these allow first for what ours do meet and leave the rest to Jinja.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import FunctionType, MethodType
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask.sansio.app import App
from flask.templating import Environment
from jinja2 import Template
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, Macro
from markupsafe import Markup, _escape_inner, escape

from .languages import in_template

FUNCTIONS = (FunctionType, MethodType)


def printed(value: Any) -> str:
    """A value as it stands in the page. Escaped like `markupsafe.escape`, without marking what is only joined."""
    kind = type(value)
    if kind is str:
        return _escape_inner(value)
    if kind is Markup:
        return value
    return str(value) if kind is int else escape(value)


def query(changes: Mapping[str, Any]) -> str:
    """The query of the page asked for with some keys changed; a key given as None is left out."""
    kept = [(key, value) for key, value in request.args.items(multi=True) if key not in changes]
    return "?" + urlencode(kept + [(key, value) for key, value in changes.items() if value is not None])


class QuickContext(Context):
    """The context of a template; what our templates call is known, so it is not asked what it would like to be given."""

    def call(self, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call a macro or a function of a template."""
        kind = type(obj)
        wants_escaping = kind is Macro or obj is in_template
        if not wants_escaping and (kind not in FUNCTIONS or hasattr(obj, "jinja_pass_arg")):
            return super().call(obj, *args, **kwargs)
        if kwargs:
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
        return obj(self.eval_ctx, *args, **kwargs) if wants_escaping else obj(*args, **kwargs)


class Page(Template):
    """A template. Its macros are the same for every page that imports them, and it prints by `printed`."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        # Jinja compares all global names at each import to see whether one page has others; ours all have the same
        return super()._get_default_module()

    @classmethod
    def _from_namespace(cls, environment: Any, namespace: Any, globals: Any) -> Any:
        namespace["escape"] = printed
        return super()._from_namespace(environment, namespace, globals)


class Pages(Environment):
    """Flask's environment with the above; in a dict a key goes before a method of that name."""

    template_class = Page
    context_class = QuickContext

    def __init__(self, app: App, **options: Any) -> None:
        super().__init__(app, **options)
        self.globals["query"] = query

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`obj.attribute` of a template."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        try:
            return getattr(obj, attribute)
        except AttributeError:
            return super().getattr(obj, attribute)
