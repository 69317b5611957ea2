"""The security events: read, filtered and exported by administrators."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audiovisual.kernel import security
from audiovisual.kernel.model import shanghai, today
from audiovisual.kernel.paging import asked_page
from audiovisual.kernel.web import is_shown, requires

from ..queries.security import MOST_EXPORTED, Told, exported, find_events
from .frame import PER_PAGE, asked, bp

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would take for a formula."""


@bp.get("/security")
@requires("people.security")
def security_events() -> ResponseReturnValue:
    """All events, the latest first; filtered by kind, by how they ended, by person, address or page."""
    kind, verdict, words = asked("kind", 20), asked("verdict", 10), asked("q")
    return render_template(
        "people/security.html", found=find_events(kind, verdict, words, asked_page(), PER_PAGE), kind=kind,
        verdict=verdict, words=words, kinds=security.KINDS, verdicts=security.VERDICTS, most=MOST_EXPORTED,
    )  # fmt: skip


@bp.get("/security/export")
@requires("people.security")
def export_security_events() -> ResponseReturnValue:
    """The same as a table for a spreadsheet; that it was taken is an event too."""
    rows = list(exported(asked("kind", 20), asked("verdict", 10), asked("q")))
    if is_shown():
        security.good("export", "events")
    name = f"security-events-{today():%Y%m%d}.csv"
    return Response(
        "".join(_lines(rows)), mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _lines(rows: list[Told]) -> Iterator[str]:
    heads = (_("时间"), _("种类"), _("结果"), _("谁"), _("事情"), _("来访地址"), _("会话"))
    yield "\ufeff" + _line(heads)
    for row in rows:
        at = f"{shanghai(row.at):%Y-%m-%d %H:%M:%S}"
        yield _line((at, row.kind, row.verdict, row.who, row.what, row.address, row.session))
    if len(rows) == MOST_EXPORTED:
        yield _line((_("只到这里：一次最多 %(n)s 条，请用筛选分次导出。", n=MOST_EXPORTED),))


def _line(cells: tuple[str, ...]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return out.getvalue()
