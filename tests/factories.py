"""Makers of people and titles for tests; each takes what a test cares about and fills in the rest."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.files import StoredFile, keep_bytes
from audiovisual.kernel.lifecycle import apply
from audiovisual.kernel.model import db, today, utcnow
from audiovisual.people.models import Expert, House, RoleGrant, User
from audiovisual.projects import operations  # noqa: F401
from audiovisual.projects.models import Project
from audiovisual.projects.operations import filing, intake, production
from workflows.access import Actor
from workflows.uscc import check_character

from .scenes import number, scene, step

SENTENCES = (
    "清晨的码头雾气未散，沈小满沿着湿滑的石阶往下走。", "她要在天亮之前把父亲留下的账本交到老周手里。",
    "河对岸的厂房已经停工三年，只剩看门人的一盏灯。", "没有人知道那只木箱里装的是什么，也没有人愿意先开口。",
)  # fmt: skip


def actor_of(user: User) -> Actor:
    """The person as the rules see him, without delegations."""
    return Actor(user.id, user.name, user.roles, user.house_id)


def uscc(serial: int) -> str:
    """A valid unified social credit code, different for each serial number."""
    first = f"91320100{serial:09d}"
    return first + check_character(first)


@step
def house(**given: Any) -> House:
    """An admitted house."""
    n = number()
    fields: dict[str, Any] = {
        "name": f"南京试映文化传媒{n}有限公司", "short_name": f"试映{n}", "uscc": uscc(n), "state": "admitted",
        "licence_number": f"（苏）字第{n:05d}号", "licence_expires_on": today() + timedelta(days=700), "city": "nanjing",
        "contact_name": "林知夏", "contact_phone": "025-83000000", "contact_email": f"house{n}@example.test",
        "decided_at": utcnow(), **given,
    }  # fmt: skip
    row = House(**fields)
    with unit_of_work() as session:
        session.add(row)
    return row


@step
def user(*roles: str, house: House | None = None, **given: Any) -> User:
    """A person with these roles."""
    n = number()
    fields: dict[str, Any] = {"login": f"user{n}", "name": f"周{n}", "email": f"user{n}@example.test", **given}
    row = User(**fields, house_id=house.id if house else None)
    row.grants = [RoleGrant(role=role) for role in roles]
    with unit_of_work() as session:
        session.add(row)
        if "expert" in roles:
            session.flush()
            session.add(Expert(user_id=row.id, title="研究员", institution="江苏省社会科学院", specialities=["艺术"]))
    return row


@step
def producer(at: House | None = None) -> User:
    """A producer of an admitted house."""
    return user("producer", house=at or house())


@step
def stored(by: User, content: bytes = b"%PDF-1.4\n%test\n", name: str = "承诺书.pdf") -> StoredFile:
    """A stored file."""
    with unit_of_work():
        return keep_bytes(content, name, "application/pdf", by.id)


def filled(**given: Any) -> dict[str, Any]:
    """The fields of a complete filing."""
    n = number()
    start = today() + timedelta(days=60)
    return {
        "title": f"春水码头{n}", "type": "web_series", "form": "live", "theme_era": "当代", "theme_topic": "都市",
        "episodes": 24, "minutes_per_episode": 45, "investment_yuan": 12_000_000, "cast_pay_yuan": 3_600_000,
        "lead_pay_yuan": 2_000_000, "source_kind": "original", "source_work": "", "rights_note": "", "platforms": "荔枝网",
        "shooting_place": "南京", "shooting_start": start, "shooting_end": start + timedelta(days=90),
        "release_on": start + timedelta(days=240), "special_subjects": [], "submitted_elsewhere": False,
        "elsewhere_detail": "", "ai_use": "none", "ai_note": "", "contact_name": "林知夏", "contact_phone": "025-83000000",
        "synopsis": "".join(SENTENCES) * 18, "theme_statement": "".join(SENTENCES) * 4, "pledged": True,
        "first_created": False, "first_reviewed": False, "first_released": False,
        "credits": [{"role": "writer", "name": "宋知微"}, {"role": "director", "name": "贺兰舟"},
                    {"role": "producer", "name": "林知夏"}, {"role": "lead_actor", "name": "顾清让"}],
        "co_producers": [], **given,
    }  # fmt: skip


@step
def draft(by: User, **given: Any) -> Project:
    """A complete draft with its papers, ready to be submitted."""
    from audiovisual.kernel.rules import rule_on
    from audiovisual.projects.classes import class_of
    from workflows.filing import papers_needed

    with unit_of_work():
        project = filing.create(actor_of(by), **filled(**given))
    papers = papers_needed(filing.view_of(project), class_of(project), rule_on("filing").value)
    for kind in papers:
        file = stored(by)
        with unit_of_work():
            filing.attach(project, actor_of(by), kind, file)
    return project


@scene
def project(state: str = "submitted", by: User | None = None, officer: User | None = None, head: User | None = None,
            **given: Any) -> Project:  # fmt: skip
    """A title brought to `state` through the operations people use (draft … in_production)."""
    by = by or producer()
    row = draft(by, **given)
    path = ("draft", "submitted", "received", "accepted", "proposed", "screened", "scheduled", "in_production")
    officer = officer or user("officer")
    head = head or user("head")
    for target in path[1 : path.index(state) + 1]:
        with unit_of_work():
            _step(row, target, actor_of(by), actor_of(officer), actor_of(head))
    return row


def _step(row: Project, target: str, house_: Actor, officer: Actor, head: Actor) -> None:
    match target:
        case "submitted":
            filing.submit(row, house_)
        case "received":
            intake.receive(row, officer)
        case "accepted":
            intake.accept(row, officer)
        case "proposed":
            if row.class_code is None:
                intake.decide_class(row, officer, "two", "按立项文件认定。")
            intake.propose(row, officer, scores(), "admit", "建议入库。")
        case "screened":
            intake.screen(row, head)
        case "scheduled":
            production.schedule(row, officer, plan())
        case "in_production":
            production.start(row, house_, today())


def scores() -> list[dict[str, Any]]:
    """The four intake criteria, scored with reasons."""
    return [
        {"code": c, "score": 80, "reason": "材料齐全，条件具备。"}
        for c in ("strength", "maturity", "feasibility", "market")
    ]


def plan(start: date | None = None) -> dict[str, date]:
    """Planned days of the five nodes."""
    start = start or today()
    kinds = ("script_lock", "shooting_start", "shooting_end", "cut_delivery", "release")
    return {kind: start + timedelta(days=30 * i) for i, kind in enumerate(kinds)}


__all__ = [
    "actor_of",
    "apply",
    "db",
    "draft",
    "filled",
    "house",
    "plan",
    "producer",
    "project",
    "scores",
    "stored",
    "uscc",
    "user",
]


@scene
def delivered(officer: User | None = None, by: User | None = None, **given: Any) -> Project:
    """A title whose first cut was delivered: it stands in review, no round opened yet."""
    from audiovisual.reviews.operations import cuts

    by = by or producer()
    row = project("in_production", by=by, officer=officer, **given)
    file = stored(by, b"\x00\x00\x00\x18ftypmp42" + b"0" * 64, "春水码头.mp4")
    with unit_of_work():
        cuts.deliver(row, actor_of(by), {0: file})
    return row


@scene
def reading(officer: User, by: User | None = None, experts: int = 3, **given: Any) -> tuple[Any, list[User]]:
    """A round whose experts have accepted; gives the round and its experts."""
    from audiovisual.reviews.operations import opinions, panels

    row = delivered(officer, by, **given)
    people = [user("expert") for _ in range(experts)]
    with unit_of_work():
        round_ = panels.open_(row, actor_of(officer))
        round_.seats = experts
        for expert in people:
            panels.choose(round_, actor_of(officer), expert)
        panels.invite(round_, actor_of(officer))
        for assignment in list(round_.assignments):
            opinions.take(assignment, actor_of(assignment.expert))
    return round_, people


@step
def written(assignment: Any, conclusion: str = "pass_after_changes") -> None:
    """Fill an opinion so that it can be signed: every score, one must-row, a conclusion."""
    from audiovisual.reviews.operations import opinions

    me = actor_of(assignment.expert)
    with unit_of_work():
        for key in sorted(opinions.dimensions_of(assignment.round)):
            opinions.save_score(
                assignment, me, key, 1 if "." in key else 82, "符合要求。" if "." in key else "扎实可信。"
            )
        if conclusion != "passed":
            opinions.add_row(
                assignment, me, episode=1, frame_in=250, frame_out=500, problem="未成年人独自吸烟，近景过长。",
                basis="令16号第二十五条第六项", demand="cut", demand_text="删去点烟近景。", severity="must",
            )  # fmt: skip
        opinions.save_opinion(assignment, me, None, conclusion, "整体扎实，改后可播。")


@scene
def decided(outcome: str = "pass_after_changes", **given: Any) -> tuple[Any, dict[str, User]]:
    """A round the leader decided; gives it and the people by role."""
    from audiovisual.reviews.operations import opinions, settling
    from audiovisual.reviews.queries import opinions_of

    people = {role: user(role) for role in ("officer", "head", "leader", "sealer")}
    people["producer"] = producer()
    round_, _experts = reading(people["officer"], people["producer"], **given)
    verdict = "passed" if outcome == "passed" else "pass_after_changes"
    for assignment in list(round_.assignments):
        written(assignment, verdict)
        with unit_of_work():
            opinions.sign(assignment, actor_of(assignment.expert))
    officer = actor_of(people["officer"])
    with unit_of_work():
        rows = [row for opinion in opinions_of(round_) for row in opinion.rows]
        if rows:
            settling.adopt(round_, officer, rows)
        settling.propose(round_, officer, outcome, "主题积极，制作精良。", "违反规定。" if outcome == "refused" else "")
    with unit_of_work():
        settling.agree(round_, actor_of(people["head"]))
    with unit_of_work():
        settling.decide(round_, actor_of(people["leader"]))
    return round_, people


@scene
def served(outcome: str = "pass_after_changes", **given: Any) -> tuple[Any, dict[str, User]]:
    """A round whose letter was sealed, made and served by the worker."""
    from audiovisual.documents.models import Document
    from audiovisual.documents.operations import seal
    from audiovisual.kernel.outbox import work_off

    round_, people = decided(outcome, **given)
    document = db.session.query(Document).filter_by(round_id=round_.id).one()
    with unit_of_work():
        seal(document, actor_of(people["sealer"]))
    round_id, ids = round_.id, {role: person.id for role, person in people.items()}
    work_off()  # the worker leaves the session, so everything is read anew
    return db.session.get(type(round_), round_id), {role: db.session.get(User, id_) for role, id_ in ids.items()}
