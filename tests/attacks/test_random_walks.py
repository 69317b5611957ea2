"""Random acts of random people on the real database, against a model written by hand (`MODEL`, `WORKED`).

About 800 steps in the normal run, 10,000 and more with SEEDBANK_FULL=1. A refusal changes nothing; a success leads where
the table says; and after each walk every trace, number, counter and index agrees (`agreement.disagreements`), and every
title lies with one party that can go on and has it on its desk (`turns.all_breaches`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import event, select

from audiovisual.desk import operations as desk
from audiovisual.desk.models import UrgentRequest
from audiovisual.documents.models import Document
from audiovisual.documents.operations import seal
from audiovisual.kernel import outbox
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, today
from audiovisual.people.models import User
from audiovisual.projects.models import ChangeRequest, CoReview, Project
from audiovisual.projects.operations import filing, intake, office, production, records
from audiovisual.reviews.models import Change, Round
from audiovisual.reviews.operations import carrying, changes, cuts, opinions, panels, settling
from audiovisual.reviews.queries import opinions_of
from audiovisual.reviews.unsettled import earlier_points
from tests import factories as make
from tests import turns
from tests.conftest import POSTGRES, make_app
from tests.conventions.stage import Stage
from workflows.errors import WorkflowError

from .agreement import disagreements

FULL = bool(os.environ.get("SEEDBANK_FULL"))
WALKS, STEPS = (200, 60) if FULL else (14, 60)
WHY = "随机行走的理由。"
PEOPLE = (
    "house", "house2", "officer", "officer2", "head", "head2", "leader", "sealer", "expert", "expert2", "expert3", "admin",
)  # fmt: skip
Act = Callable[[Project, Any, int], Any]


def _latest(model: Any, project: Project) -> Any:
    return db.session.scalars(select(model).where(model.project_id == project.id).order_by(model.id.desc())).first()


def _needed(row: Any) -> Any:
    """The record an act is about; a walk that has none yet passes on."""
    if row is None:
        raise LookupError
    return row


def _submit(project: Project, actor: Any, n: int) -> None:
    filing.submit(project, actor)


def _propose_round(project: Project, actor: Any, n: int) -> None:
    round_ = _needed(_latest(Round, project))
    rows = [row for opinion in opinions_of(round_) for row in opinion.rows]
    if rows and not round_.changes:
        settling.adopt(round_, actor, rows)
    for earlier in list(earlier_points(round_)):
        carrying.carry(round_, actor, earlier)
    settling.propose(
        round_, actor, ("pass_after_changes", "re_review", "passed", "refused")[n % 4], "整体扎实。", "违反规定。"
    )


def _write_and_sign(project: Project, actor: Any, n: int) -> None:
    round_ = _needed(_latest(Round, project))
    seat = _needed(next((a for a in round_.assignments if a.expert_id == actor.id), None))
    if seat.state == "invited":
        opinions.take(seat, actor)
    if seat.opinion is not None and seat.opinion.conclusion is None:
        for key in sorted(opinions.dimensions_of(round_)):
            opinions.save_score(seat, actor, key, 1 if "." in key else 80, "扎实可信。")
        opinions.add_row(seat, actor, episode=1, problem="烟雾近景过长。", basis="令16号第二十五条第六项", demand="cut",
                         demand_text="删去。", severity="must", frame_in=250, frame_out=500)  # fmt: skip
        opinions.save_opinion(seat, actor, None, "pass_after_changes", "改后可播。")
    opinions.sign(seat, actor)


def _complete(project: Project, actor: Any) -> None:
    for item in _needed(project.completion).items:
        filing.answer_item(item, actor, "已补交。", None)
    filing.complete(project, actor)


def _choose_panel(project: Project, actor: Any, n: int) -> None:
    round_ = _needed(_latest(Round, project))
    for login in ("expert", "expert2", "expert3"):
        expert = db.session.scalars(select(User).where(User.login == login)).one()
        if all(seat.expert_id != expert.id for seat in round_.assignments):
            panels.choose(round_, actor, expert)
    panels.invite(round_, actor)


def _answer_all(project: Project, actor: Any, n: int) -> None:
    for change in db.session.scalars(select(Change).where(Change.project_id == project.id, Change.state == "open")):
        changes.answer(change, actor, "done", "已删去该镜头。", new_episode=1, new_frame=100)
    cuts.resubmit(project, actor, {0: _cut(actor)})


def _close_all(project: Project, actor: Any, n: int) -> None:
    for change in db.session.scalars(select(Change).where(Change.project_id == project.id, Change.state == "answered")):
        changes.reopen(change, actor, WHY) if n % 5 == 0 else changes.close(change, actor)


def _cut(actor: Any) -> Any:
    from audiovisual.kernel.files import keep_bytes

    return keep_bytes(b"\x00\x00\x00\x18ftypmp42" + b"0" * 64, "第1集.mp4", "video/mp4", actor.id)


def _permits(project: Project, actor: Any, n: int) -> None:
    from audiovisual.projects.models import PERMITS

    for kind in PERMITS:
        records.record_permit(project, actor, kind, f"{kind}-{project.id}-{n}", today())


def _propose(project: Project, actor: Any, n: int) -> None:
    if project.class_code is None:
        intake.decide_class(project, actor, "two", WHY)
    intake.propose(project, actor, make.scores(), "admit", WHY)


def _air(project: Project, actor: Any, n: int) -> None:
    valid = project.permits_valid(today())
    production.air(
        project,
        actor,
        platform="荔枝网",
        aired_on=today(),
        licence_number=valid[0].number if valid else "",
        evidence="截图",
    )


PROJECT_ACTS: dict[str, Act] = {
    "submit": _submit,
    "discard": lambda p, a, n: filing.discard(p, a),
    "receive": lambda p, a, n: intake.receive(p, a),
    "accept": lambda p, a, n: intake.accept(p, a),
    "ask_completion": lambda p, a, n: intake.ask_completion(p, a, [{"demand": "请补交授权书。"}], WHY),
    "complete": lambda p, a, n: _complete(p, a),
    "decline": lambda p, a, n: intake.decline(p, a, WHY),
    "propose": _propose,
    "send_back": lambda p, a, n: intake.send_back(p, a, WHY),
    "screen": lambda p, a, n: intake.screen(p, a),
    "reject": lambda p, a, n: intake.reject(p, a, WHY),
    "schedule": lambda p, a, n: production.schedule(p, a, make.plan()),
    "start_production": lambda p, a, n: production.start(p, a, today()),
    "deliver": lambda p, a, n: cuts.deliver(p, a, {0: _cut(a)}),
    "resubmit": _answer_all,
    "ask_again": lambda p, a, n: changes.ask_again(p, a, WHY),
    "pass_title": lambda p, a, n: changes.pass_title(p, a),
    "air": _air,
    "withdraw": lambda p, a, n: filing.withdraw(p, a, WHY),
    "suspend": lambda p, a, n: office.suspend(p, a, WHY),
    "resume": lambda p, a, n: office.resume(p, a),
    "rest": lambda p, a, n: office.rest(p, a, WHY),
    "revive": lambda p, a, n: office.revive(p, a),
    "refile": lambda p, a, n: filing.refile(p, a, WHY),
}  # fmt: skip
"""Acts that are steps of the project's table."""


def _answer_items(project: Project, actor: Any, n: int) -> None:
    for item in _needed(project.completion).items:
        filing.answer_item(item, actor, "已补交。", None)


OTHER_ACTS: dict[str, Act] = {
    "answer_items": _answer_items,
    "ask_co_review": lambda p, a, n: records.ask_co_review(p, a, "公安厅", "请提出意见。"),
    "answer_co_review": lambda p, a, n: records.answer_co_review(_needed(_latest(CoReview, p)), a, "agree", "同意。", today()),
    "record_permit": _permits,
    "ask_change": lambda p, a, n: records.ask_change(p, a, "title", f"新名{n}", WHY),
    "decide_change": lambda p, a, n: records.decide_change(_needed(_latest(ChangeRequest, p)), a, n % 2 == 0, WHY),
    "ask_urgent": lambda p, a, n: desk.ask_urgent(p, a, WHY),
    "decide_urgent": lambda p, a, n: desk.decide_urgent(_needed(_latest(UrgentRequest, p)), a, n % 2 == 0, WHY),
    "revoke_urgent": lambda p, a, n: desk.revoke_urgent(_needed(_latest(UrgentRequest, p)), a, WHY),
    "recuse": lambda p, a, n: office.recuse(p, a, WHY) if n % 7 == 0 else None,
    "remark": lambda p, a, n: office.remark(p, a, WHY) if a.is_staff else None,
    "open_round": lambda p, a, n: panels.open_(p, a),
    "choose_panel": _choose_panel,
    "write_and_sign": _write_and_sign,
    "freeze": lambda p, a, n: panels.freeze(_needed(_latest(Round, p)), a, WHY),
    "cancel_round": lambda p, a, n: panels.cancel(_needed(_latest(Round, p)), a, WHY) if n % 5 == 0 else None,
    "propose_round": _propose_round,
    "agree": lambda p, a, n: settling.agree(_needed(_latest(Round, p)), a),
    "send_round_back": lambda p, a, n: settling.send_back(_needed(_latest(Round, p)), a, WHY) if n % 4 == 0 else None,
    "decide": lambda p, a, n: settling.decide(_needed(_latest(Round, p)), a),
    "seal": lambda p, a, n: seal(_needed(_latest(Document, p)), a),
    "judge": _close_all,
}  # fmt: skip
"""Acts beside it; those that end a round or serve a letter move the title by the program's own steps."""

MODEL: dict[str, dict[str, tuple[str, str]]] = {
    "draft": {"submit": ("submitted", "producer"), "discard": ("discarded", "producer")},
    "submitted": {"receive": ("received", "officer")},
    "received": {
        "accept": ("accepted", "officer"), "ask_completion": ("completing", "officer"), "decline": ("rejected", "officer"),
    },
    "completing": {"complete": ("received", "producer")},
    "accepted": {"propose": ("proposed", "officer")},
    "proposed": {"send_back": ("accepted", "head"), "screen": ("screened", "head"), "reject": ("rejected", "head")},
    "screened": {"schedule": ("scheduled", "officer")},
    "scheduled": {"start_production": ("in_production", "producer officer")},
    "in_production": {"deliver": ("in_review", "producer")},
    "in_review": {"ask_again": ("rectifying", "officer"), "pass_title": ("reviewed", "officer")},
    "rectifying": {"resubmit": ("in_review", "producer")},
    "reviewed": {"air": ("aired", "producer officer")},
    "suspended": {"resume": ("@before", "officer head")},
    "dormant": {"revive": ("@before", "officer")},
    **{ended: {} for ended in ("aired", "rejected", "withdrawn", "refiled", "discarded")},
}  # fmt: skip
"""Where each act leads from each state, and who may: what the bureau does, not what the program says it does."""
for _state in ("accepted", "screened", "scheduled", "in_production", "in_review", "rectifying", "reviewed"):
    MODEL[_state]["suspend"] = ("suspended", "officer head")
for _state in ("screened", "scheduled", "in_production"):
    MODEL[_state]["rest"] = ("dormant", "officer")
for _state in ("screened", "scheduled", "in_production", "in_review", "rectifying", "reviewed", "suspended"):
    MODEL[_state]["refile"] = ("refiled", "producer")
for _state in set(MODEL) - {"draft", "reviewed", "aired", "rejected", "withdrawn", "refiled", "discarded"}:
    MODEL[_state]["withdraw"] = ("withdrawn", "producer")
WORKED: dict[str, set[str]] = {"in_review": {"rectifying", "rejected"}}
"""What a letter that is served does to its title: changes are asked for, or the title is refused."""

ENDING = {"discard", "withdraw", "decline", "reject", "refile"}
"""Acts that end a title are taken one time in twelve, or every walk would be short."""


class Walk(RuleBasedStateMachine):
    """One walk; `stage` is given by the test."""

    stage: Stage

    @initialize()
    def begin(self) -> None:
        self.stage.restore()
        self.context = self.stage.app.app_context()
        self.context.push()
        self.ids = [row.id for row in db.session.scalars(select(Project).order_by(Project.id))]
        self.states = {row.id: row.state for row in db.session.scalars(select(Project))}
        self.before: dict[int, str] = {}  # where a title stood that was set aside
        self.people = {row.login: row.id for row in db.session.scalars(select(User).where(User.login.in_(PEOPLE)))}

    @rule(
        which=st.integers(0, 5), who=st.sampled_from(PEOPLE), what=st.sampled_from(sorted(PROJECT_ACTS)),
        n=st.integers(0, 10_000),
    )  # fmt: skip
    def take_a_step(self, which: int, who: str, what: str, n: int) -> None:
        if what not in ENDING or n % 12 == 0:
            self._act(which, who, what, PROJECT_ACTS[what], n)

    @rule(which=st.integers(0, 5), n=st.integers(0, 10_000))
    def go_on(self, which: int, n: int) -> None:
        """Somebody who may takes one of the steps the table offers: walks must get far."""
        id_ = self.ids[which % len(self.ids)]
        steps = MODEL[self.states[id_]]
        onward = sorted(set(steps) - ENDING - {"suspend", "rest"}) or sorted(set(steps) - ENDING)
        if onward:
            what = onward[n % len(onward)]
            able = [who for who in PEOPLE if self._role(who) in steps[what][1].split()]
            self._act(which, able[n % len(able)], what, PROJECT_ACTS[what], n)

    @rule(
        which=st.integers(0, 5), who=st.sampled_from(PEOPLE), what=st.sampled_from(sorted(OTHER_ACTS)),
        n=st.integers(0, 10_000),
    )  # fmt: skip
    def act_beside(self, which: int, who: str, what: str, n: int) -> None:
        self._act(which, who, what, OTHER_ACTS[what], n)

    @rule()
    def let_the_program_work(self) -> None:
        outbox.work_off(40)
        self.acted = None
        self._see()

    @staticmethod
    def _role(who: str) -> str:
        return "producer" if who.startswith("house") else who.rstrip("23")

    def _act(self, which: int, who: str, what: str, act: Act, n: int) -> None:
        id_ = self.ids[which % len(self.ids)]
        before, self.acted = self.states[id_], id_
        try:
            with unit_of_work():
                act(db.session.get(Project, id_), make.actor_of(db.session.get(User, self.people[who])), n)
        except (WorkflowError, LookupError):
            db.session.rollback()
            assert self._state(id_) == before, f"{what} by {who} was refused and moved {before}"
            return
        self._check(id_, before, what, who)
        self._see()
        assert turns.breaches(db.session.get(Project, id_)) == [], f"after {what} by {who}"

    def _check(self, id_: int, before: str, what: str, who: str) -> None:
        """The act led where the model says; an act beside the line moved nothing, but for what `_led` knows."""
        after = self._state(id_)
        if what not in PROJECT_ACTS:
            assert after == before, f"{what} by {who} moved a title from {before} to {after}"
            return
        assert what in MODEL[before], f"{what} by {who} from {before}"
        target, roles = MODEL[before][what]
        assert self._role(who) in roles.split(), f"{what} by {who} from {before}"
        wanted = self.before.get(id_) if target == "@before" else target
        assert after == wanted, f"{what} led from {before} to {after}, not to {wanted}"
        if after in ("suspended", "dormant"):
            self.before[id_] = before

    def _state(self, id_: int) -> str:
        db.session.expire_all()
        return db.session.scalar(select(Project.state).where(Project.id == id_))

    def _see(self) -> None:
        """The model follows what letters did; new titles (refiled) join as drafts; nothing else moved by itself."""
        for id_, state in db.session.execute(select(Project.id, Project.state)):
            known = self.states.get(id_, "draft")
            moved = state != known and id_ != self.acted
            assert not moved or state in WORKED.get(known, set()), f"title {id_} went from {known} to {state} by itself"
            self.states[id_] = state
            if id_ not in self.ids:
                self.ids.append(id_)

    def teardown(self) -> None:
        if hasattr(self, "context"):
            db.session.remove()
            try:
                assert disagreements() == []
                assert turns.all_breaches() == []
            finally:
                db.session.remove()
                self.context.pop()


@pytest.fixture
def walking(template: Any, tmp_path: Any) -> Any:
    """People, two houses and six titles in different places."""
    if POSTGRES:
        pytest.skip("the walk puts its bank back by copying a file")
    shutil.copyfile(template, tmp_path / "seedbank.sqlite3")
    app = make_app(tmp_path)
    with app.app_context():
        event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        db.engine.dispose()
        people = {}
        for login in PEOPLE:
            role = Walk._role(login)
            people[login] = make.user(role, house=make.house() if role == "producer" else None, login=login, email="")
        house, officer = people["house"], people["officer"]
        for state in ("draft", "submitted", "accepted", "screened"):
            make.project(state, by=house, officer=officer, head=people["head"])
        make.delivered(officer, house, head=people["head"])
        make.draft(people["house2"])
        outbox.work_off()
        db.session.remove()
    stage = Stage(app, None, tmp_path)  # type: ignore[arg-type]
    stage.keep()
    yield stage
    stage.close()


def test_random_walks_keep_the_bank_in_order(walking):
    Walk.stage = walking
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=WALKS, stateful_step_count=STEPS, deadline=None, database=None, derandomize=True,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
