"""One bank with a row of every kind, on which the convention tests stand: who is who, and which title stands where.

`build()` fills the database of the current application through the operations people use and gives a `Bank`: plain
numbers and words only, so that it outlives the session. Secret texts carry marks (`MARKS`) no other text has.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from audiovisual.desk import keys
from audiovisual.desk import operations as desk
from audiovisual.desk.key_queries import key_of
from audiovisual.documents.models import Document
from audiovisual.documents.operations import seal
from audiovisual.kernel import outbox, uploads
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, today
from audiovisual.kernel.outbox import OutboxRow
from audiovisual.people.models import House, LoginSession, Message, User
from audiovisual.people.operations import delegations, invitations
from audiovisual.people.sessions import hashed
from audiovisual.projects.models import Progress, Project, Question, Tie
from audiovisual.projects.operations import filing, intake, office, production, records
from audiovisual.reviews.operations import changes, cuts, opinions, panels, settling
from tests import factories as make
from workflows.records import ENDED

ROLES = (
    "visitor", "house", "stranger", "panel", "expert", "officer", "other", "recused", "head", "leader", "sealer", "admin",
)  # fmt: skip
"""Columns of the matrix. `house` owns the titles, `stranger` is a producer of another house; `panel` sits on every
round, `expert` on none; `officer` is in charge, `other` is an officer who is not, `recused` one who recused himself."""

BESIDE = ("colleague", "applicant", "leaver", "waiting", "deputy")
"""People beside the columns: of the titles' house, of a house not admitted yet, who left, who has not given his second
step, an officer who stands in for the leader (代理)."""

MARKS = {
    "draft": "MKDRAFT7731", "strange_draft": "MKSTRANGE2284", "strange_title": "MKOTHER9917", "synopsis": "MKSYNOPSIS4410",
    "opinion": "MKOPINION5128", "signed_opinion": "MKSIGNED6650", "screening": "MKSCREEN3306", "remark": "MKREMARK8842",
    "recusal": "MKRECUSAL1190", "sent_back": "MKBACK7045", "grounds": "MKSUMMARY2971", "expert_name": "MKEXPERT",
    "decline": "MKDECLINE6318", "message": "MKMESSAGE1753", "invitation": "mkinvited@example.test", "settled": "MKSETTLED8086",
    "key_reason": "MKKEY4529", "taking": "MKTAKING6027",
}  # fmt: skip


@dataclass
class Bank:
    """Numbers of the rows by name, log-in tokens by role, file sizes nowhere: what a request needs to be made."""

    people: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    titles: dict[str, int] = field(default_factory=dict)
    ids: dict[str, Any] = field(default_factory=dict)


class _Cast:
    """The people by their part: `cast.of("head")` is the row, `cast.head` the actor. Rows are read anew each time."""

    def __init__(self) -> None:
        homes = {"house": make.house(short_name="渡口").id, "stranger": make.house(short_name="彼岸").id}
        homes["applicant"] = make.house(state="applied", decided_at=None, short_name="新来").id
        homes["colleague"] = homes["leaver"] = homes["house"]
        self.homes = homes
        self.ids = {part: _person(part, role, homes.get(part)) for part, role in PARTS}

    def of(self, part: str) -> User:
        return db.session.get(User, self.ids[part])

    def __getattr__(self, part: str) -> Any:
        return make.actor_of(self.of(part))


PARTS = (
    ("house", "producer"), ("colleague", "producer"), ("stranger", "producer"), ("applicant", "producer"),
    ("officer", "officer"), ("other", "officer"), ("recused", "officer"), ("head", "head"), ("head2", "head"),
    ("leader", "leader"), ("sealer", "sealer"), ("admin", "admin"), ("expert", "expert"), ("panel", "expert"),
    ("panel2", "expert"), ("panel3", "expert"), ("leaver", "producer"), ("waiting", "officer"), ("deputy", "officer"),
)  # fmt: skip


def _person(part: str, role: str, house_id: int | None) -> int:
    name = f"{MARKS['expert_name']}{part}" if part.startswith("panel") else f"{part}甲"
    more = {
        "leaver": {"left_on": today() - timedelta(days=1)},
        "waiting": {"password_hash": "of a password nobody knows"},
    }
    return make.user(
        role,
        house=db.session.get(House, house_id) if house_id else None,
        login=part,
        name=name,
        email="",
        **more.get(part, {}),
    ).id


def build() -> Bank:
    """Fill the database."""
    cast, bank = _Cast(), Bank()
    bank.people = dict(cast.ids)
    _titles(cast, bank)
    _rounds(cast, bank)
    _beside(cast, bank)
    outbox.work_off()
    _recusals(bank)
    _people(bank)
    outbox.work_off()
    _sessions(bank)
    return bank


def _of(bank: Bank, part: str) -> User:
    return db.session.get(User, bank.people[part])


def _actor(bank: Bank, part: str) -> Any:
    return make.actor_of(_of(bank, part))


def _project(bank: Bank, name: str) -> Project:
    return db.session.get(Project, bank.titles[name])


def _brought(bank: Bank, name: str, state: str, **given: Any) -> Project:
    """A title of the house, officer in charge, at `state`."""
    row = make.project(state, by=_of(bank, "house"), officer=_of(bank, "officer"), head=_of(bank, "head"), **given)
    bank.titles[name] = row.id
    return row


def _titles(cast: _Cast, bank: Bank) -> None:
    house, officer, head = cast.house, cast.officer, cast.head
    secret = "".join(make.SENTENCES) * 18
    bank.titles["draft"] = make.draft(cast.of("house"), title=f"渡口{MARKS['draft']}").id
    bank.titles["strange_draft"] = make.draft(cast.of("stranger"), title=f"彼岸{MARKS['strange_draft']}").id
    strange = make.project("received", by=cast.of("stranger"), officer=cast.of("officer"),
                           title=f"彼岸{MARKS['strange_title']}", synopsis=secret + MARKS["synopsis"])  # fmt: skip
    bank.titles["strange"] = strange.id
    for state in ("submitted", "received", "accepted", "proposed", "screened", "scheduled", "in_production"):
        _brought(bank, state, state)
    row = _brought(bank, "completing", "received")
    with unit_of_work():
        intake.ask_completion(row, officer, [{"demand": "请补交改编授权书。"}, {"demand": "请补交主创名单。"}])
    file = make.stored(cast.of("house"), name="授权书.pdf")
    with unit_of_work():
        item = filing.answer_item(row.completion.items[0], house, "已补交。", file)
    bank.ids["completion_answer"] = item.id
    cheap = {"investment_yuan": 3_000_000, "cast_pay_yuan": 900_000, "lead_pay_yuan": 500_000}
    row = _brought(bank, "undecided", "accepted", special_subjects=["police"], **cheap)
    with unit_of_work():
        review = records.ask_co_review(row, officer, "公安厅", "请就办案情节提出意见。")
    bank.ids["co_review"] = review.id
    row = _brought(bank, "sent_back", "proposed")
    with unit_of_work():
        intake.send_back(row, head, f"成熟度的理由不足{MARKS['sent_back']}。")
    row = _brought(bank, "rejected", "proposed")
    with unit_of_work():
        intake.reject(row, head, "与在库项目重复。")
    row = _brought(bank, "withdrawn", "received")
    with unit_of_work():
        filing.withdraw(row, house, "投资方退出。")
    row = _brought(bank, "suspended", "scheduled")
    with unit_of_work():
        office.suspend(row, officer, "等候协调。")
    row = _brought(bank, "dormant", "screened")
    with unit_of_work():
        office.rest(row, officer, "半年没有进展。")
    row = _brought(bank, "refiled", "screened")
    with unit_of_work():
        filing.refile(row, house, "故事走向有大的变化。")
    row = make.draft(cast.of("house"), title="渡口旧稿")
    bank.titles["discarded"] = row.id
    with unit_of_work():
        filing.discard(row, house)
    row = _brought(bank, "remarked", "accepted")
    with unit_of_work():
        office.remark(row, officer, f"与市局通过电话{MARKS['remark']}。")
        intake.propose(row, officer, make.scores(), "admit", f"初审意见{MARKS['screening']}。")


def _invited(bank: Bank, name: str, seats: tuple[str, ...] = ("panel", "panel2", "panel3"), **given: Any) -> Any:
    """A round with its panel invited."""
    row = make.delivered(_of(bank, "officer"), _of(bank, "house"), head=_of(bank, "head"), **given)
    bank.titles[name] = row.id
    officer = _actor(bank, "officer")
    with unit_of_work():
        round_ = panels.open_(row, officer)
        round_.seats = len(seats)
        for part in seats:
            panels.choose(round_, officer, _of(bank, part))
    bank.ids[f"round:{name}"] = round_.id
    bank.ids[f"seat:{name}"] = next(a.id for a in round_.assignments if a.expert_id == bank.people["panel"])
    return round_


def _read(bank: Bank, name: str, mark: str = "", sign: bool = False) -> Any:
    """A round whose experts wrote, and signed where asked."""
    round_ = _invited(bank, name)
    with unit_of_work():
        panels.invite(round_, _actor(bank, "officer"))
    for seat in list(round_.assignments):
        with unit_of_work():
            opinions.take(seat, make.actor_of(seat.expert))
        make.written(seat)
        with unit_of_work():
            opinions.save_row(seat.opinion.rows[0], make.actor_of(seat.expert), None, problem=f"烟雾近景过长{mark}。")
        if sign:
            with unit_of_work():
                opinions.sign(seat, make.actor_of(seat.expert))
    seat = next(a for a in round_.assignments if a.id == bank.ids[f"seat:{name}"])
    bank.ids["score"] = min(key for key in opinions.dimensions_of(round_) if "." not in key)
    bank.ids[f"row:{name}"] = seat.opinion.rows[0].id
    if not sign:
        me = make.actor_of(seat.expert)
        with unit_of_work():
            row = opinions.add_row(seat, me, problem=f"片头字幕有误{mark}。", severity="should")
            bank.ids[f"dropped:{name}"] = opinions.drop_row(row, me).id
    return round_


def _settled(bank: Bank, name: str, upto: str) -> Any:
    """A round brought on: frozen, proposed, agreed, decided."""
    round_ = _read(bank, name, MARKS["signed_opinion"], sign=True)
    officer = _actor(bank, "officer")
    with unit_of_work():
        rows = [row for seat in round_.assignments for row in seat.opinion.rows]
        change = settling.adopt(round_, officer, rows)
        settling.edit(change, officer, None, problem=f"烟雾近景过长{MARKS['settled'] if upto != 'decided' else ''}。",
                      demand="cut", demand_text="删去。", severity="must", episode=1, basis="令16号第二十五条第六项")  # fmt: skip
    bank.ids[f"change:{name}"] = change.id
    if upto != "frozen":
        with unit_of_work():
            settling.propose(
                round_, officer, "pass_after_changes", f"整体扎实{MARKS['grounds'] if upto != 'decided' else ''}。"
            )
    if upto in ("agreed", "decided"):
        with unit_of_work():
            settling.agree(round_, _actor(bank, "head"))
    if upto == "decided":
        with unit_of_work():
            settling.decide(round_, _actor(bank, "leader"))
        bank.ids[f"document:{name}"] = db.session.query(Document).filter_by(round_id=round_.id).one().id
    return round_


def _rounds(cast: _Cast, bank: Bank) -> None:
    bank.titles["delivered"] = make.delivered(cast.of("officer"), cast.of("house"), head=cast.of("head")).id
    _invited(bank, "composing")
    round_ = _invited(bank, "inviting")
    with unit_of_work():
        panels.invite(round_, cast.officer)
        seat = next(a for a in round_.assignments if a.expert_id == bank.people["panel3"])
        opinions.decline(seat, cast.panel3, f"档期冲突{MARKS['decline']}。")
    _read(bank, "reading", MARKS["opinion"])
    for name in ("frozen", "round_proposed", "agreed", "decided"):
        _settled(bank, name, name.removeprefix("round_"))
    for name in ("rectifying", "answered", "reviewed", "aired"):
        _settled(bank, name, "decided")
        with unit_of_work():
            seal(db.session.get(Document, bank.ids[f"document:{name}"]), _actor(bank, "sealer"))
    outbox.work_off()
    for name in ("answered", "reviewed", "aired"):
        _answered(bank, name)
    for name in ("reviewed", "aired"):
        _passed(bank, name)
    bank.ids["part"] = db.session.execute(
        db.text("SELECT p.id FROM cut_part p JOIN cut c ON c.id = p.cut_id WHERE c.project_id = :p"),
        {"p": bank.titles["reading"]},
    ).scalar_one()


def _answered(bank: Bank, name: str) -> None:
    from audiovisual.reviews.models import Change

    file, house = make.stored(_of(bank, "house"), name="整改说明.pdf"), _actor(bank, "house")
    with unit_of_work():
        change = db.session.get(Change, bank.ids[f"change:{name}"])
        answer = changes.answer(change, house, "done", "已删去该镜头并复核全片。", file_id=file.id)
        bank.ids[f"answer:{name}"] = answer.id
    with unit_of_work():
        cuts.resubmit(_project(bank, name), house)


def _passed(bank: Bank, name: str) -> None:
    from audiovisual.projects.models import PERMITS
    from audiovisual.reviews.models import Change

    officer, house = _actor(bank, "officer"), _actor(bank, "house")
    with unit_of_work():
        changes.close(db.session.get(Change, bank.ids[f"change:{name}"]), officer)
        changes.pass_title(_project(bank, name), officer)
    file = make.stored(_of(bank, "officer"), name="许可证.pdf")
    with unit_of_work():
        for kind in PERMITS:
            permit = records.record_permit(
                _project(bank, name), officer, kind, f"（苏）{kind}{name}号", today(), file_id=file.id
            )
    bank.ids[f"permit:{name}"] = permit.id
    if name == "aired":
        with unit_of_work():
            number = _project(bank, name).permits_valid(today())[0].number
            airing = production.air(_project(bank, name), house, platform="荔枝网", aired_on=today(),
                                    licence_number=number, evidence="截图", file_id=file.id)  # fmt: skip
        bank.ids["airing"] = airing.id


def _beside(cast: _Cast, bank: Bank) -> None:
    """Requests, changes, key titles, completion answers, an upload, a question."""
    with unit_of_work():
        office.remark(_project(bank, "accepted"), cast.house, "协审要等多久？")
        bank.ids["question"] = db.session.query(Question).one().id
    with unit_of_work() as session:
        reported = Progress(
            project_id=_project(bank, "in_production").id,
            period=f"{today().replace(day=1) - timedelta(days=1):%Y-%m}",
            text="剧本定稿。",
            percent=10,
            reported_by_id=cast.house.id,
        )
        session.add(reported)
        session.flush()
        bank.ids["progress"] = reported.id
    with unit_of_work():
        bank.ids["change_request"] = records.ask_change(
            _project(bank, "in_production"), cast.house, "title", "春水新码头", "与已播节目重名。"
        ).id
        bank.ids["takeover"] = records.ask_change(
            _project(bank, "screened"),
            cast.house,
            "house",
            cast.of("stranger").house.name,
            f"股东调整{MARKS['taking']}。",
            cast.of("stranger").house,
        ).id
        bank.ids["urgent"] = desk.ask_urgent(_project(bank, "accepted"), cast.house, "赶国庆档。").id
        approved = desk.ask_urgent(_project(bank, "scheduled"), cast.house, "配合主题宣传。")
        desk.decide_urgent(approved, cast.leader, True)
        bank.ids["urgent_approved"] = approved.id
    _key_titles(cast, bank)
    bank.ids["paper"] = _project(bank, "received").attachments[0].id
    bank.ids["draft_paper"] = _project(bank, "draft").attachments[0].id
    with unit_of_work():
        bank.ids["upload"] = uploads.begin("样片.mp4", 12, cast.house, "cut").token
    bank.ids["applied_house"], bank.ids["house"] = cast.homes["applicant"], cast.homes["house"]


def _key_titles(cast: _Cast, bank: Bank) -> None:
    """A key title the officer serves, for which another was asked; and one that waits for a leader."""
    title, reason = _project(bank, "in_production"), f"题材有分量{MARKS['key_reason']}。"
    with unit_of_work():
        proposal = keys.propose_key(title, cast.head, today().year, 1, reason, _of(bank, "officer"))
        keys.decide(proposal, cast.leader, True)
        keys.answer_steward(keys.open_stewardships(title.id)[0], cast.officer, True)
        key = key_of(title.id)
        keys.name_steward(key, cast.head, _of(bank, "other"))
        bank.ids["key"], bank.ids["stewardship"] = key.id, keys.open_stewardships(title.id)[-1].id
        waiting = _project(bank, "scheduled")
        bank.ids["key_proposal"] = keys.propose_key(
            waiting, cast.officer, today().year, 3, "机构实力强。", _of(bank, "other")
        ).id


def _recusals(bank: Bank) -> None:
    for id_ in bank.titles.values():
        project = db.session.get(Project, id_)
        if project.state not in ("draft", "discarded"):
            _recused(project, bank)


def _recused(project: Project, bank: Bank) -> None:
    """Of what has ended nobody recuses himself any more: there he did so while it went on."""
    reason = f"与出品人是亲属{MARKS['recusal']}。"
    with unit_of_work() as session:
        if project.state in ENDED:
            session.add(Tie(project_id=project.id, user_id=bank.people["recused"], kind="recused", reason=reason))
        else:
            office.recuse(project, _actor(bank, "recused"), reason)


def _people(bank: Bank) -> None:
    with unit_of_work() as session:
        bank.ids["invitation"] = invitations.invite(_actor(bank, "admin"), MARKS["invitation"], "待邀", ["officer"]).id
        given = delegations.delegate(
            _actor(bank, "head"), bank.people["head2"], "head", today(), today() + timedelta(days=5), "参加培训。"
        )
        bank.ids["delegation"] = given.id
        standing_in = today(), today() + timedelta(days=5), "出国访问。"
        delegations.delegate(_actor(bank, "leader"), bank.people["deputy"], "leader", *standing_in)
        invitations.invite(_actor(bank, "admin"), "joiner@example.test", "待邀二", ["expert"])
        session.flush()
        waiting = session.query(OutboxRow).filter_by(kind="mail").order_by(OutboxRow.id.desc()).first()
        bank.ids["join"] = waiting.payload["values"]["address"].rpartition("/")[2]
        message = Message(
            user_id=bank.people["house"], subject=f"请领取通知{MARKS['message']}", body="请到窗口领取。", url="/"
        )
        session.add(message)
        session.flush()
        bank.ids["message"] = message.id


def _sessions(bank: Bank) -> None:
    with unit_of_work() as session:
        for part, id_ in bank.people.items():
            bank.tokens[part] = uuid.uuid4().hex
            session.add(LoginSession(token_hash=hashed(bank.tokens[part]), user_id=id_))
