"""The bank as a list: the address carries everything that was asked for."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from audiovisual.kernel.calendar import working_calendar
from audiovisual.kernel.forms import sought, whole_number
from audiovisual.kernel.languages import gettext as _
from audiovisual.kernel.model import today
from audiovisual.kernel.text import column_amount, is_english
from audiovisual.kernel.web import current_actor, requires
from workflows.access import Actor
from workflows.clock import Calendar
from workflows.errors import N_
from workflows.project import PROJECT
from workflows.ruleset.vocabulary import ERAS, THEMES, TYPES
from workflows.uscc import CITIES

from .. import due, labels
from ..queries import bank as listing
from ..queries import records
from . import bp

DUES = {"over": N_("已超期"), "soon": N_("三日内到期")}
STATES = tuple(state.code for state in PROJECT.states if state.code not in ("draft", "discarded"))


@bp.get("")
@requires("project.list")
def bank() -> ResponseReturnValue:
    """Titles the person may know of, filtered and sorted; what makes no sense in the address is passed over."""
    actor = current_actor()
    asked = read(request.args, actor)
    page = listing.listed(asked, actor)
    officers = [
        (id_, name if here else _("%(name)s（已离岗）", name=name))
        for id_, name, here in (records.officers_ever() if actor.is_staff else ())
    ]
    base, day, calendar = url_for("projects.bank"), today(), working_calendar()
    words = Words()
    # attributes, because a template looks for those first and a key costs it an exception
    rows = [SimpleNamespace(**_shown(row, actor.is_staff, base, day, calendar, words)) for row in page.rows]
    facets = _facets(asked, actor)
    return render_template(
        "projects/bank.html", asked=asked, page=page, rows=rows, officers=officers,
        chips=_chips(asked, dict(officers)), facets=facets, eras=tuple(ERAS),
        topics=THEMES.get(asked.era, ()), sizes_shown=_sizes(asked), first=(page.page - 1) * asked.per + 1,
        pages=-(-page.total // asked.per), size=_size(page), kept=_kept("q"),
        kept_by_facets=_kept_by_facets(facets), **_heads(),
    )  # fmt: skip


def _size(page: listing.Page) -> str:
    """How many there are, and how many of them are in the bank."""
    if page.more:
        return _("项目多于 %(n)s 部", n=listing.CAP)
    if page.in_bank:
        return _("项目 %(n)s 部，其中在库 %(m)s 部", n=page.total, m=page.in_bank)
    return _("项目 %(n)s 部，都不在库", n=page.total) if page.total else _("没有这样的项目")


def _heads() -> dict[str, str]:
    """Column names the cards of the phone repeat in every row, looked up once."""
    return {
        "l_no": _("编号"), "l_type": _("类型"), "l_theme": _("题材"), "l_house": _("制作机构"), "l_city": _("城市"),
        "l_money": _("投资 万元"), "l_station": _("站"), "l_holder": _("在谁手里"), "l_left": _("剩余"),
    }  # fmt: skip


def _kept_by_facets(facets: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What the address asked for and the form of the facets does not offer to untick: words, order, size, a house."""
    offered = {(group["name"], value) for group in facets for value, _label, _on in group["options"]}
    return [pair for pair in _kept("era", "topic", "officer") if pair not in offered]


def _kept(*left_out: str) -> list[tuple[str, str]]:
    """What the address asked for, but for the page and what is named."""
    return [(key, value) for key, value in request.args.items(multi=True) if key not in ("page", *left_out)]


def _sizes(asked: listing.Asked) -> list[dict[str, Any]]:
    base, kept = url_for("projects.bank"), _kept("per")
    return [
        {"label": size, "url": f"{base}?{urlencode([*kept, ('per', size)])}", "on": size == asked.per}
        for size in listing.SIZES
    ]


def read(args: MultiDict[str, str], actor: Actor) -> listing.Asked:
    """What an address asks for."""

    def several(name: str, allowed: Any) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value for value in args.getlist(name) if value in allowed))

    def number(name: str) -> int | None:
        raw = args.get(name, "")
        return whole_number(raw)

    era = args.get("era", "")
    officer = actor.id if args.get("officer") == "me" else number("officer")
    per, sort = number("per"), args.get("sort", "")
    return listing.Asked(
        words=sought(args.get("q")),
        stations=tuple(int(value) for value in several("station", "123456")),
        states=several("state", STATES if actor.is_staff else (*STATES, "draft")),
        types=several("type", TYPES), classes=several("class", labels.CLASSES), cities=several("city", CITIES),
        era=era if era in ERAS else "", topic=args["topic"] if args.get("topic") in THEMES.get(era, ()) else "",
        officer=officer, house=number("house"), key_year=number("key_year"), urgent=args.get("urgent") == "1",
        due=args["due"] if args.get("due") in DUES else "", sort=sort if sort in listing.SORTS else "due",
        page=min(max(1, number("page") or 1), FURTHEST), per=per if per in listing.SIZES else 50,
    )  # fmt: skip


FURTHEST = 100_000
"""The highest page an address may ask for."""
WORTH = ("one", "two", "three")


def _theme(row: Any, words: Words) -> str:
    if not row.theme_era or not row.theme_topic:
        return ""
    alone = row.theme_topic.startswith(row.theme_era)
    between = " " if is_english() else ""
    return words[row.theme_topic] if alone else words[row.theme_era] + between + words[row.theme_topic]


class Words(dict[str, str]):
    """Labels in the reader's language, each looked up once a page."""

    def __missing__(self, label: str) -> str:
        self[label] = shown = _(label)
        return shown


def _shown(row: Any, staff: bool, base: str, day: date, calendar: Calendar, words: Words) -> dict[str, Any]:
    """A row as the table prints it."""
    state = PROJECT.state(row.state)
    station = state.station or (PROJECT.state(row.resume_state).station if row.resume_state else 0)
    holder = ""
    if row.holder_role == "producer":
        holder = row.short_name or row.house
    elif row.holder_role:
        holder = (row.holder or words[labels.nobody(row)]) if staff else words[N_("省局")]
    worth = words[labels.CLASSES[row.class_code]] if row.class_code in WORTH else ""
    kind = words[TYPES[row.type]] if row.type in TYPES else ""
    return {
        "row": row, "url": f"{base}/{row.id}", "number": row.number or "—", "title": row.title or words[N_("未命名")],
        "kind": f"{kind} {worth}" if worth else kind, "money": column_amount(row.investment_yuan), "theme": _theme(row, words),
        "house": row.short_name or row.house, "city": words[CITIES.get(row.city, row.city)], "station": station, "state": words[state.label_for(staff)],
        "marked": row.urgent or row.key_year is not None, "holder": holder, "due": due.due_of(row, day, calendar, of_house=not staff),
    }  # fmt: skip


def _chips(asked: listing.Asked, officers: dict[int, str]) -> list[tuple[str, str]]:
    """What is asked for in words, each with the address of the list without it."""
    found: list[tuple[str, str, str]] = []
    found += [("station", str(n), _(labels.STATIONS[n - 1])) for n in asked.stations]
    found += [("state", code, _(PROJECT.state(code).label)) for code in asked.states]
    found += [("type", code, _(TYPES[code])) for code in asked.types]
    found += [("class", code, _(labels.CLASSES[code])) for code in asked.classes]
    found += [("city", city, _(CITIES[city])) for city in asked.cities]
    if asked.era:
        found.append(("era", asked.era, _(asked.era)))
    if asked.topic:
        found.append(("topic", asked.topic, _(asked.topic)))
    if asked.officer is not None:
        found.append(("officer", "", _("经办：%(name)s", name=officers.get(asked.officer, str(asked.officer)))))
    if asked.house is not None:
        found.append(("house", "", _("一家机构")))
    if asked.key_year is not None:
        found.append(("key_year", "", _("%(year)s 年度重点", year=asked.key_year)))
    if asked.urgent:
        found.append(("urgent", "", _("加急")))
    if asked.due:
        found.append(("due", "", _(DUES[asked.due])))
    if asked.words:
        found.append(("q", "", f"“{asked.words}”"))
    return [(words, _without(name, value)) for name, value, words in found]


def _without(name: str, value: str) -> str:
    kept = [
        (key, each) for key, each in request.args.items(multi=True)
        if key != "page" and not (key == name and (not value or each == value)) and not (name == "era" and key == "topic")
    ]  # fmt: skip
    return url_for("projects.bank") + ("?" + urlencode(kept) if kept else "")


def _facets(asked: listing.Asked, actor: Actor) -> list[dict[str, Any]]:
    """What can be ticked, by group."""
    year = today().year
    groups = [
        ("station", _("站"), [(str(n), _(label), n in asked.stations) for n, label in enumerate(labels.STATIONS, 1)]),
        ("type", _("类型"), [(code, _(label), code in asked.types) for code, label in TYPES.items()]),
        ("class", _("类别"), [(c, _(label), c in asked.classes) for c, label in labels.CLASSES.items() if c != "none"]),
        ("city", _("城市"), [(city, _(label), city in asked.cities) for city, label in CITIES.items()]),
        ("state", _("特别状态"), [
            (code, _(PROJECT.state(code).label_for(actor.is_staff)), code in asked.states)
            for code in ("completing", "rectifying", "suspended", "dormant", "rejected", "withdrawn")
        ]),
        ("due", _("期限"), [(code, _(label), code == asked.due) for code, label in DUES.items()]),
        ("urgent", _("标记"), [("1", _("加急"), asked.urgent)]),
        ("key_year", "", [(str(year), _("%(year)s 年度重点", year=year), asked.key_year == year)]),
    ]  # fmt: skip
    return [{"name": name, "label": label, "options": options} for name, label, options in groups]
