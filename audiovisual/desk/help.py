"""The help page: six stations, every step with who takes it, and the words of the trade; all read from the tables."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from audiovisual.kernel.web import requires
from audiovisual.people.particulars import PARTICULARS
from audiovisual.people.queries import settings
from workflows.access import ROLES
from workflows.engine import PREVIOUS, Machine
from workflows.errors import N_
from workflows.project import PROJECT, STATIONS
from workflows.records import HOUSE
from workflows.review import ASSIGNMENT, CHANGE, ROUND

from .views import bp


def rows(machine: Machine) -> list[dict[str, object]]:
    """The steps of a machine as lines of a table: label, from, to, who."""
    return [
        {
            "label": step.label, "from": [machine.state(code).label for code in step.source],
            "to": None if step.target == PREVIOUS else machine.state(step.target).label,
            "who": [ROLES[role] for role in ROLES if role in step.roles],
        }
        for step in machine.steps
    ]  # fmt: skip


def contact() -> list[tuple[str, str]]:
    """Whom to ask at the bureau: what the administrator entered under its settings, by label."""
    office = settings()
    return [
        (each.label, office[each.key]) for each in PARTICULARS if office.get(each.key) and each.key != "bureau_name"
    ]


@bp.get("/help")
@requires("signed_in")
def help_page() -> ResponseReturnValue:
    """What happens to a title, step by step."""
    tables = [
        (N_("项目"), rows(PROJECT)), (N_("审核轮次"), rows(ROUND)), (N_("专家审看"), rows(ASSIGNMENT)),
        (N_("整改条目"), rows(CHANGE)), (N_("制作机构"), rows(HOUSE)),
    ]  # fmt: skip
    states = {n: [s.label for s in PROJECT.states if s.station == n] for n in range(1, 7)}
    return render_template("desk/help.html", stations=STATIONS, states=states, tables=tables, contact=contact())
