"""Every list ends visibly: it says how many rows there are, and each of them is reached by following its pager.

Each list is filled beyond every page, and walked by somebody who reads it: the figure it says, the rows met on the way and
the rows of the bank are the same number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import inspect

import audiovisual
from audiovisual.desk.models import UrgentRequest
from audiovisual.documents.models import Document
from audiovisual.kernel import audit
from audiovisual.kernel.audit import AuditRow
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event, note
from audiovisual.kernel.model import db, today, utcnow
from audiovisual.people.models import Delegation, Expert, House, Invitation, Message, RoleGrant, User
from audiovisual.people.operations import invitations
from audiovisual.projects.models import ChangeRequest, Permit, Project, Question
from audiovisual.projects.operations import records
from audiovisual.projects.queries import twins
from audiovisual.projects.reminders import warn_lapsing
from audiovisual.reviews.models import Assignment, Round
from tests import factories as make

MANY = 110
"""More rows than any page holds, but for the timeline and what a person did, which have a hundred."""
LONG = 210


def copies(row: Any, n: int, **fresh: Callable[[int], Any] | Any) -> list[int]:
    """n copies of a row with these fields (a value, or a function of the copy's number); gives their ids."""
    table = type(row).__table__
    keys = [column.key for column in inspect(type(row)).primary_key]
    given = {column.key: getattr(row, column.key) for column in table.c if keys != ["id"] or column.key != "id"}
    put = lambda place: {key: value(place) if callable(value) else value for key, value in fresh.items()}  # noqa: E731
    with unit_of_work() as session:
        before = session.scalar(db.select(db.func.max(table.c[keys[0]]))) or 0
        session.execute(table.insert(), [{**given, **put(place)} for place in range(n)])
        return list(
            session.scalars(db.select(table.c[keys[0]]).where(table.c[keys[0]] > before).order_by(table.c[keys[0]]))
        )


def titles(row: Project, n: int, **fresh: Any) -> list[int]:
    """n titles that stand where this one stands."""
    mark = f"{row.state}{row.id}"
    named = {"title": lambda k: f"长河{mark}之{k}", "title_key": lambda k: f"长河{mark}之{k}"}
    number = {"number": lambda k: f"JS-{mark}-{k:05}"} if row.number else {}
    return copies(row, n, **{**named, **number, **fresh})


class Walk(NamedTuple):
    """What was met on the way through the pages of a list."""

    said: set[int]
    rows: list[str]
    pages: int
    key: str
    """What the address calls the page."""


def walked(client: Any, where: str, row: str, part: str = "") -> Walk:
    """Follow a list from its first page to its last. `row`: what marks a row; `part`: where on the page the list stands."""
    said: set[int] = set()
    rows: list[str] = []
    pages, address, key = 0, where, "page"
    while address:
        page = client.get(address, follow_redirects=True).text
        section = re.search(part, page, re.S)[0] if part else page.split("<main")[1].split("</main>")[0]
        pager = re.search(r'<nav class="pager".*?</nav>', section, re.S)
        rows += re.findall(row, section)
        pages += 1
        assert pages < 50, f"{where}：翻不到头"
        assert pager, f"{where}：没有分页，列表在哪里结束没有说"
        said.add(int(re.search(r"共 ([\d,]+)", pager[0])[1].replace(",", "")))
        onward = re.search(r'rel="next" href="([^"]+)"', pager[0])
        address = onward and onward[1].replace("&amp;", "&")
        key = re.search(rf"(\w+)={pages + 1}\b", address)[1] if address else key
        address = where.partition("?")[0] + address if address and address.startswith("?") else address
    return Walk(said, rows, pages, key)


class List(NamedTuple):
    """A list: who reads it, where, what marks a row, how many there are, and where on the page it stands."""

    who: str
    where: str
    row: str
    there: Any
    part: str = ""


def counted(model: Any, *where: Any) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(model).where(*where))


TITLE = r'<td class="col-n">.*?href="/projects/(\d+)"'
SIDE = r"<aside.*?</aside>"


@pytest.fixture
def bank(app) -> Iterator[dict[str, Any]]:
    """People by role, and more of everything than any page holds."""
    of: dict[str, Any] = {role: make.user(role) for role in ("officer", "head", "leader", "sealer", "admin")}
    of["house"], of["expert"] = make.producer(), make.user("expert")
    _titles(of)
    _reviews(of)
    _people(of)
    of = {name: value if isinstance(value, int) else value.id for name, value in of.items()}
    db.session.expire_all()
    yield of


def _titles(of: dict[str, Any]) -> None:
    officer, house = of["officer"], of["house"]
    given = {"by": house, "officer": officer, "head": of["head"]}
    accepted, proposed = make.project("accepted", **given), make.project("proposed", **given)
    draft, of["title"] = make.draft(house), accepted
    lie = titles(accepted, MANY, due_on=today() - timedelta(days=3), house_due_on=None)
    titles(proposed, MANY)
    titles(draft, MANY)
    event = db.session.scalars(db.select(Event).where(Event.trigger == "accept", Event.project_id == accepted.id)).one()
    copies(event, LONG)
    with unit_of_work() as session:
        asked = UrgentRequest(project_id=accepted.id, reason="赶首播档期。", asked_by_id=house.id, asked_at=utcnow())
        question = Question(project_id=accepted.id, asked_by_id=house.id, text="材料齐了吗？")
        session.add_all([asked, question])
        session.flush()
        records.ask_change(accepted, make.actor_of(house), "episodes", "20", "删并两集。")
    copies(asked, MANY, project_id=lambda k: lie[k])
    copies(question, MANY, project_id=lambda k: lie[k])
    copies(db.session.scalars(db.select(ChangeRequest)).one(), MANY, project_id=lambda k: lie[k])


def _reviews(of: dict[str, Any]) -> None:
    round_, people = make.decided()
    letter = db.session.scalars(db.select(Document)).one()
    seat = db.session.scalars(db.select(Assignment)).first()
    ids = titles(round_.project, MANY)
    rounds = copies(round_, MANY, project_id=lambda k: ids[k])
    copies(letter, MANY, project_id=lambda k: ids[k], round_id=lambda k: rounds[k])
    copies(seat, MANY, project_id=lambda k: ids[k], round_id=lambda k: rounds[k])
    of["panel"], of["signing"] = seat.expert_id, people["head"]
    waiting, _experts = make.reading(people["officer"], people["producer"], experts=2)
    with unit_of_work():
        waiting.seats = 3
    of["reading"], of["arranger"] = waiting.id, people["officer"]


def _people(of: dict[str, Any]) -> None:
    house, admin, officer = of["house"], make.actor_of(of["admin"]), of["officer"]
    copies(
        house, MANY, login=lambda k: f"colleague{k}", name=lambda k: f"同事{k}", email=lambda k: f"copy{k}@example.test"
    )
    home = house.house
    copies(
        home,
        MANY,
        name=lambda k: f"南京长河{k}影视有限公司",
        uscc=lambda k: make.uscc(5000 + k),
        state="applied",
        decided_at=None,
    )
    experts = copies(of["expert"], MANY, login=lambda k: f"expert{k}", name=lambda k: f"专家{k}", email="")
    profile, grant = of["expert"].expert, of["expert"].grants[0]
    with unit_of_work() as session:
        for model, row in ((Expert, profile), (RoleGrant, grant)):
            given = {column.key: getattr(row, column.key) for column in model.__table__.c}
            session.execute(model.__table__.insert(), [{**given, "user_id": id_} for id_ in experts])
        session.add(
            Delegation(absent_id=officer.id, deputy_id=of["head"].id, role="officer", starts_on=today(), ends_on=today(), reason="休假")
        )  # fmt: skip
        session.add(Message(user_id=officer.id, subject="通知", body="请看。", url="/"))
        invitations.invite(admin, "invited@example.test", "新人", ["expert"])
        invitations.invite(make.actor_of(house), "mate@example.test", "新同事", ["producer"])
        note(home, "admit", make.actor_of(officer), "同意入驻", public_text="入驻申请已通过")
        for _ in range(MANY):
            audit.record("user.logged_in", officer, make.actor_of(officer))
    copies(db.session.scalars(db.select(Delegation)).one(), MANY)
    copies(db.session.scalars(db.select(Message).where(Message.subject == "通知")).one(), MANY, event_id=None)
    for invited in db.session.scalars(db.select(Invitation)).all():
        copies(
            invited,
            MANY,
            token_hash=lambda k, own=invited.id: f"{own}-{k}",
            name=lambda k, own=invited.id: f"新人{own}-{k}",
        )
    copies(
        db.session.scalars(db.select(Event).where(Event.subject_type == "house", Event.trigger == "admit")).one(), MANY
    )
    of["home"] = home.id


def lists(of: dict[str, int]) -> list[List]:
    """Every list of the product that can grow."""
    lying = Project.holder_role == "officer", Project.officer_id == of["officer"]
    own = Project.officer_id == of["officer"]
    home = db.session.get(House, of["home"])
    events = Event.project_id == of["title"]
    section = lambda label: rf'<section class="box" aria-label="{label}">.*?</section>'  # noqa: E731
    theirs = Project.house_id == of["home"]
    return [
        List("officer", "/", TITLE, counted(Project, *lying), section("待办")),
        List("officer", "/desk/late", TITLE, counted(Project, *lying, Project.due_on < today()), section("超期|经我办的超期")),
        List("officer", "/desk/doing", TITLE, counted(Project, own, Project.holder_role == "head"), section("在办")),
        List("officer", "/desk/done", r"<td class=\"nowrap keep\"", counted(Event, Event.actor_id == of["officer"])),
        List("officer", "/", r'href="/projects/(\d+)/remarks/new"', counted(Question), section("制作机构的提问")),
        List("officer", "/", r'<td class="col-n">.*?href="/projects/(\d+)', counted(ChangeRequest), section("变更[^\"]*")),
        List("officer", "/", r'<td class="col-n">.*?href="/houses/(\d+)"', counted(House, House.state == "applied"), section("[^\"]*入驻[^\"]*")),
        List("leader", "/", r'href="/projects/(\d+)"', counted(UrgentRequest), section("[^\"]*加急[^\"]*")),
        List("leader", "/urgent", r'href="/projects/(\d+)"', counted(UrgentRequest)),
        List("house", "/projects/drafts", r'href="/projects/(\d+)/edit">(?=接着写)', counted(Project, theirs, Project.state == "draft")),
        List("officer", f"/projects/{of['title']}/timeline", r"<li[^>]*>\s*<time", counted(Event, events)),
        List("officer", "/reviews?state=decided", r'href="/reviews/(\d+)"', counted(Round, Round.state == "decided")),
        List("panel", "/reviews/tasks", r'<tr>\s*<th scope="row"', counted(Assignment, Assignment.expert_id == of["panel"])),
        List("arranger", f"/reviews/{of['reading']}/panel", r'name="expert" value="(\d+)"', counted(Expert) - 2),
        List("sealer", "/documents", r'href="/documents/(\d+)"', counted(Document)),
        List("admin", "/people", r'<th scope="row">\s*<a href="/people/(\d+)"', counted(User)),
        List("admin", f"/people/{of['officer']}", r"<li>\s*<time", counted(AuditRow, AuditRow.subject_type == "user", AuditRow.subject_id == of["officer"]), SIDE),
        List("officer", "/houses", r'<th scope="row">\s*<a href="/houses/(\d+)"', counted(House)),
        List("officer", "/experts", r'<th scope="row">\s*<a href="/experts/(\d+)"', counted(Expert)),
        List("admin", "/invitations", r'action="/invitations/(\d+)/revoke"', counted(Invitation)),
        List("house", "/invitations", r'action="/invitations/(\d+)/revoke"', counted(Invitation, Invitation.house_id == of["home"])),
        List("officer", "/delegations", r"<tr>\s*<th scope=\"row\">", counted(Delegation)),
        List("head", "/delegations", r"<tr>\s*<th scope=\"row\">", counted(Delegation)),
        List("officer", "/inbox", r'href="/inbox/(\d+)"', counted(Message, Message.user_id == of["officer"])),
        List("house", f"/houses/{home.id}", r"<tr>\s*<th scope=\"row\">", counted(User, User.house_id == home.id), r'<section class="box" aria-labelledby="people-h">.*?</section>'),
        List("house", f"/houses/{home.id}", r"<li[^>]*>\s*<time", counted(Event, Event.subject_type == "house", Event.subject_id == home.id), SIDE),
    ]  # fmt: skip


def test_every_list_says_how_many_there_are_and_all_are_reached(app, login, bank):
    found = []
    for each in lists(bank):
        client = login(db.session.get(User, bank[each.who]))
        walk = walked(client, each.where, each.row, each.part)
        told = f"{each.who} {each.where} {each.part[:60]}：库里 {each.there}，说的 {walk.said}，走到 {len(walk.rows)}"
        if walk.said != {each.there} or len(walk.rows) != each.there or each.there < MANY or walk.pages < 2:
            found.append(told)
        beyond = client.get(f"{each.where.partition('?')[0]}?{each.where.partition('?')[2]}&{walk.key}=9999").text
        if not re.findall(each.row, re.search(each.part, beyond, re.S)[0] if each.part else beyond):
            found.append(f"{told}，第 9999 页是空的，不是最后一页")
        numbers = [row for row in walk.rows if row.isdigit()]
        if len(numbers) != len(set(numbers)):
            found.append(f"{told}，有的走到两次")
    assert not found, "\n".join(found)
    _the_bank_of_titles(login, bank)


def test_titles_nobody_can_act_on_are_all_listed(app, login):
    both, admin = make.user("officer", "head"), make.user("admin")
    titles(make.project("proposed", officer=both, head=both), MANY)
    part = r'<section class="box" aria-label="没有人能办的片">.*?</section>'
    walk = walked(login(admin), "/", r'<td class="col-n">', part)
    assert (walk.said, len(walk.rows)) == ({MANY + 1}, MANY + 1)


def _the_bank_of_titles(login: Any, of: dict[str, int]) -> None:
    """It counts to a thousand only and pages through all."""
    client, rows, number, goes_on = login(db.session.get(User, of["house"])), set(), 1, True
    while goes_on:
        page = client.get("/projects", query_string={"page": number, "per": 100}).text
        rows |= set(
            re.findall(
                r'<a class="[^"]*" href="/projects/(\d+)"|href="/projects/(\d+)"',
                page.split("<tbody")[1].split("</tbody>")[0],
            )
        )
        number, goes_on = number + 1, 'rel="next"' in page
    own = Project.house_id == db.session.get(User, of["house"]).house_id
    assert len({id_ for pair in rows for id_ in pair if id_}) == counted(Project, own, Project.state != "discarded")


def test_what_the_calendar_tells_of_has_no_daily_limit(app):
    row = make.project("accepted")
    permit = Permit(project_id=row.id, kind="planning_filing", number="n", issued_on=today(), valid_until=today() + timedelta(days=5),
                    recorded_by_id=row.created_by_id)  # fmt: skip
    with unit_of_work() as session:
        session.add(permit)
    copies(permit, 250, number=lambda k: f"n{k}")
    with unit_of_work():
        assert warn_lapsing() == 251


def test_near_titles_are_all_listed_and_where_they_were_cut_it_is_said(app, login):
    by, officer = make.producer(), make.user("officer")
    row = make.project("accepted", by=by, officer=officer, title="长河落日")
    titles(row, 12, title="长河落日", title_key="长河落日")
    found = twins.alike("长河落日", make.actor_of(officer), row)
    assert (len(found.known), found.cut) == (12, False)
    page = login(officer).get(f"/projects/{row.id}").text
    box = page.split("同名与近似片名")[1].split("</section>")[0]
    assert "共 12 部" in box and "另外 7 部" in box and box.count('class="sim"') == 12


def test_every_reason_of_a_class_is_on_the_page(app, login):
    officer = make.user("officer")
    row = make.project("accepted", officer=officer)
    with unit_of_work():
        row.class_detail = {**row.class_detail, "reasons": [f"第{n}条理由。" for n in "一二三四"]}
    page = login(officer).get(f"/projects/{row.id}").text
    assert all(f"第{n}条理由。" in page for n in "一二三四")


PAGES_THROUGH = {"kernel/paging.py", "projects/queries/bank.py", "reviews/queries.py", "desk/queries.py", "desk/sections.py",
                 "documents/queries.py", "people/queries/experts.py", "people/queries/members.py", "people/queries/inbox.py",
                 "people/queries/houses.py", "projects/queries/page.py",
                 "people/queries/security.py"}  # fmt: skip
"""Where a limit is the size of a page that has a pager, or (the newest facts of a title) a link that leads to all."""
SAID_OR_UNSEEN = {
    "desk/queries.py": "the newest news of the desk, called that with their number",
    "desk/counts.py": "figures of the menu: beyond 1,000 they read 1000+",
    "people/sessions.py": "unread messages: beyond 99 they read 99+", "people/queries/directory.py": "the same",
    "search/visibility.py": "beyond it the database joins", "search/rebuild.py": "batches, until all are done",
    "projects/clocks.py": "batches, until all are done",
    "kernel/stream.py": "batches, until all are done", "kernel/security.py": "counted up to there, nothing is listed",
    "kernel/retention.py": "batches, until all are done",
    "proof.py": "pieces of a verification, until all is verified", "kernel/audit.py": "the same",
}  # fmt: skip


def test_a_limit_is_a_page_or_said():
    """Whoever writes a new limit says here what ends the list."""
    root = Path(audiovisual.__file__).parent
    limited = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if not {"demo", "migrations"} & set(path.parts) and re.search(r"\.limit\((?!1\))", path.read_text("utf-8"))
    }
    assert limited == PAGES_THROUGH | set(SAID_OR_UNSEEN)
