"""The clause library: browse and search; the same as JSON for the field where an expert names a basis."""

from __future__ import annotations

from itertools import groupby

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel.forms import clean_line, sought
from audiovisual.kernel.sought import meant
from audiovisual.kernel.web import requires, wants_json

from .. import queries
from . import bp

SUGGESTED = 8
"""Clauses offered while a basis is typed; how many more there are is said below them."""


@bp.get("/reviews/clauses", endpoint="clauses")
@requires("review.clauses")
def clause_library() -> ResponseReturnValue:
    """Clauses whose citation or heading holds every word, by norm."""
    if wants_json():
        words = meant(clean_line(request.args.get("q")) or "")[:100]
        found = queries.clauses(words)
        more = _("另有 %(n)s 条，请写得再具体些", n=len(found) - SUGGESTED) if len(found) > SUGGESTED else ""
        shown = [{"text": clause.citation, "heading": clause.heading} for clause in found[:SUGGESTED]]
        return {"clauses": shown, "more": more}
    words = sought(request.args.get("q"))
    found = queries.clauses(words)
    return render_template(
        "reviews/clauses.html", words=words, total=len(found),
        norms=[(norm, list(rows)) for norm, rows in groupby(found, key=lambda clause: clause.norm)],
        crumbs=[(_("工作台"), url_for("desk.home")), (_("条款库"), None)],
    )  # fmt: skip
