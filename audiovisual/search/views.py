"""The page of results. Which kinds there are and what they are called is data below."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from workflows.errors import N_

from ..kernel import findable
from ..kernel.forms import clean_line, whole_number
from ..kernel.web import current_actor, requires
from . import cli, index, keys, queries

bp = Blueprint("search", __name__, cli_group="search")
bp.record_once(lambda state: findable.install_sink(index.sink, index.remove))
cli.install(bp)

KINDS: dict[str, str] = {
    "project": N_("项目"),
    "house": N_("机构"),
    "expert": N_("专家"),
    "opinion": N_("专家意见"),
    "document": N_("公文"),
}
"""What each kind is called on the page; a kind without a name here is shown under 其他."""


@bp.get("/search")
@requires("search.view")
def results() -> ResponseReturnValue:
    """`q`: what was typed; `kind`: only this kind; `page`. Nothing typed is refused."""
    text = clean_line(request.args.get("q")) or ""
    kind = request.args.get("kind") or None
    kind = kind if kind in {source.kind for source in findable.SOURCES.values()} else None
    page = whole_number(request.args.get("page")) or 1
    actor = current_actor()
    found = queries.search(text, actor, page, kind)
    groups = grouped(found.hits)
    known = [written(key) for key in keys.KEYS.values() if actor.is_staff or not key.staff_only]
    answer = render_template(
        "search/results.html", found=found, text=text, kind=kind, groups=groups, kinds=KINDS, keys=known
    )
    for shown, hits in groups:
        if shown in findable.SHOWN:
            findable.SHOWN[shown]([hit.id for hit in hits])
    return answer


def written(key: keys.Key) -> tuple[str, list[str]]:
    """How the help writes a key, and how else one may: first the Chinese name; in English the names of Latin letters."""
    latin = str(get_locale() or "zh").startswith("en")
    first, *others = [name for name in (key.name, *key.aliases) if name.isascii() or not latin]
    return first, others


def grouped(hits: list[queries.Hit]) -> list[tuple[str, list[queries.Hit]]]:
    """Hits by kind, kinds in the order of their best hit."""
    groups: dict[str, list[Any]] = {}
    for hit in hits:
        groups.setdefault(hit.kind, []).append(hit)
    return list(groups.items())
