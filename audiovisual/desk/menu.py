"""The side menu: a person's own lists with their counts, then the pages his roles open."""

from __future__ import annotations

from typing import Any

from flask import current_app, g, request, url_for
from flask_login import current_user
from markupsafe import Markup

from audiovisual.kernel.languages import language
from audiovisual.kernel.model import today
from audiovisual.kernel.web import script_root
from workflows.access import Actor
from workflows.actions import roles_for
from workflows.errors import N_

from . import queries
from .counts import Counts
from .counts import counts as counts_of

BUSINESS = (
    ("projects.bank", N_("种子库"), "bank", "project.list"),
    ("reviews.index", N_("审核"), "film", "review.list"),
    ("documents.index", N_("公文"), "document", "document.list"),
    ("desk.key_titles", N_("重点项目"), "star", "desk.key_titles"),
    ("desk.urgent", N_("绿色通道"), "bolt", "desk.urgent"),
)
PLACES = (
    ("people.houses", N_("制作机构"), "building", "people.houses"),
    ("people.experts", N_("专家库"), "user", "people.experts"),
    ("people.people", N_("人员"), "people", "people.manage"),
    ("people.invitation_list", N_("邀请"), "mail", "people.invite"),
    ("people.security_events", N_("安全事件"), "shield", "people.security"),
    ("people.settings", N_("系统设置"), "gear", "people.settings"),
    ("reviews.clauses", N_("条款库"), "scale", "review.clauses"),
    ("people.delegations", N_("代理"), "swap", "people.delegate"),
    ("desk.help_page", N_("办事指南"), "question", "desk.view"),
)
MOST = 1000
"""People whose counts a process remembers."""
LISTS = (
    ("todo", N_("待办"), "home"), ("doing", N_("在办"), "hourglass"), ("done", N_("已办"), "done"), ("late", N_("超期"), "overdue"),
)  # fmt: skip


def counts_for(actor: Actor) -> Counts:
    """The person's counts. Every act leaves an audit row, so they stand as long as the chain ends where it did."""
    values = g._get_current_object()
    if "counts" not in values:
        values.counts = _remembered(actor) if request.method == "GET" else counts_of(actor)
    return values.counts


def _remembered(actor: Actor) -> Counts:
    known: dict[Any, tuple[int | None, Counts]] = current_app.extensions.setdefault("desk_counts", {})
    key = actor.id, frozenset(actor.roles), tuple(actor.on_behalf.items()), actor.organisation_id, today()
    end, found = current_user.trace_end, known.get(key)
    if found is None or found[0] != end:
        if len(known) >= MOST:
            known.clear()
        found = known[key] = end, counts_of(actor)
    return found[1]


def drawn_menu(actor: Actor) -> Markup:
    """The menu as it stands in the page. It changes with the counts and the page one is on, and is drawn once for each."""
    counts, here = counts_for(actor), _here()
    drawn: dict[Any, Markup] = current_app.extensions.setdefault("desk_menus", {})
    shown = counts.all_todo, counts.doing, counts.done, counts.late
    key = here, shown, actor.roles, actor.organisation_id, language(), script_root()
    if key not in drawn:
        if len(drawn) >= MOST:
            drawn.clear()
        macros: Any = current_app.jinja_env.get_template("macros/shell.html").make_module({"menu": menu_for(actor)})
        drawn[key] = macros.side_menu()
    return drawn[key]


def _here() -> tuple[str | None, str]:
    """The page one is on, as far as the menu tells pages apart."""
    asked = request._get_current_object()  # type: ignore[attr-defined]
    return asked.endpoint, (asked.view_args or {}).get("which", "todo")


def menu_for(actor: Actor) -> list[dict[str, Any]]:
    """Groups of items as the macro `side_menu` draws them."""
    counts = counts_for(actor)
    lengths = {"todo": counts.all_todo, "doing": counts.doing, "late": counts.late, "done": counts.done}
    here = _here()
    mine = [
        {
            "label": label, "icon": icon, "count": shown(lengths[which]), "overdue": which == "late" and counts.late > 0,
            "url": url_for("desk.home") if which == "todo" else url_for("desk.work", which=which),
            "active": here in (("desk.work", which), ("desk.home", which)),
        }
        for which, label, icon in LISTS
    ]  # fmt: skip
    groups = [{"title": N_("我的事"), "items": mine}]
    for title, entries in ((N_("业务"), BUSINESS), (N_("名录与依据"), PLACES)):
        items = [
            {
                "label": label,
                "icon": icon,
                "count": 0,
                "overdue": False,
                "url": url_for(endpoint),
                "active": here[0] == endpoint,
            }
            for endpoint, label, icon, action in entries
            if actor.roles & roles_for(action)
        ]
        if items:
            groups.append({"title": title, "items": items})
    if "producer" in actor.roles and actor.organisation_id is not None:
        own = {"label": N_("本机构"), "icon": "building", "count": 0, "overdue": False, "active": here[0] == "people.house",
               "url": url_for("people.house", house_id=actor.organisation_id)}  # fmt: skip
        drafts = {"label": N_("我的申报"), "icon": "edit", "count": 0, "overdue": False, "url": url_for("projects.drafts"),
                  "active": here[0] in ("projects.drafts", "projects.new", "projects.edit")}  # fmt: skip
        groups.append({"title": N_("机构"), "items": [drafts, own]})
    return groups


def shown(count: int) -> str | int:
    """A count as it is shown: one that stopped counting says so."""
    return f"{queries.CAP}+" if count >= queries.CAP else count
