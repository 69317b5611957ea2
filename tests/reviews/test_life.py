"""The review through its operations: from the delivered cut to a title passed with every must-row closed."""

from __future__ import annotations

import pytest

from audiovisual.documents.models import Document
from audiovisual.kernel import audit
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, today
from audiovisual.projects.operations import production, records
from audiovisual.reviews.operations import changes, cuts, opinions, panels
from tests import factories as make
from workflows.errors import NotAllowed, RuleBroken, WrongState


def test_the_last_signature_opens_the_opinions(app):
    officer = make.user("officer")
    round_, _ = make.reading(officer)
    states = []
    for assignment in list(round_.assignments):
        make.written(assignment)
        with unit_of_work():
            opinions.sign(assignment, make.actor_of(assignment.expert))
        states.append(round_.state)
    assert states == ["reading", "reading", "frozen"]
    assert round_.project.holder_id == officer.id


def test_an_unfinished_opinion_is_not_signed(app):
    round_, _ = make.reading(make.user("officer"))
    assignment = round_.assignments[0]
    with pytest.raises(RuleBroken), unit_of_work():
        opinions.sign(assignment, make.actor_of(assignment.expert))


def test_an_expert_of_the_house_is_refused_with_the_reason(app):
    officer = make.user("officer")
    project = make.delivered(officer)
    expert = make.user("expert")
    with unit_of_work():
        expert.expert.institution = project.house.name.replace("有限公司", "(有限公司)")
    with unit_of_work():
        round_ = panels.open_(project, make.actor_of(officer))
    with pytest.raises(RuleBroken, match="应回避"), unit_of_work():
        panels.choose(round_, make.actor_of(officer), expert)


def test_a_lost_race_on_a_row_changes_nothing(app):
    round_, _ = make.reading(make.user("officer"))
    assignment = round_.assignments[0]
    me = make.actor_of(assignment.expert)
    with unit_of_work():
        row = opinions.add_row(assignment, me, problem="甲")
    seen = row.version
    with unit_of_work():
        opinions.save_row(row, me, seen, problem="乙")
    with pytest.raises(WrongState), unit_of_work():
        opinions.save_row(row, me, seen, problem="丙")
    assert row.problem == "乙"


def test_a_leader_who_agreed_as_head_cannot_decide(app):
    from audiovisual.reviews.operations import settling

    round_, _people = make.decided()
    both = make.user("head", "leader")
    with unit_of_work():
        round_.state = "proposed"
        round_.agreed_by_id = round_.decided_by_id = round_.decided_at = None
    with unit_of_work():
        settling.agree(round_, make.actor_of(both))
    with pytest.raises(NotAllowed), unit_of_work():
        settling.decide(round_, make.actor_of(both))


def test_from_the_letter_to_the_air(app):
    round_, people = make.served()
    project, document = round_.project, db.session.query(Document).one()
    assert (document.state, document.number, project.state) == ("served", "苏广电网〔2026〕1号", "rectifying")
    assert document.file.open().read(5) == b"%PDF-"
    change, house, officer = round_.changes[0], make.actor_of(people["producer"]), make.actor_of(people["officer"])
    assert (len(change.sources), project.changes_open, project.due_on) == (3, 1, None)
    with pytest.raises(RuleBroken), unit_of_work():
        cuts.resubmit(project, house)
    with unit_of_work():
        changes.answer(change, house, "done", "已删去点烟近景。", file_id=make.stored(people["producer"]).id)
        cuts.resubmit(project, house)
    with pytest.raises(RuleBroken), unit_of_work():
        changes.pass_title(project, officer)
    with unit_of_work():
        changes.close(change, officer, "已核。")
        changes.pass_title(project, officer)
    assert (project.state, round_.state) == ("reviewed", "closed")
    licence = project.class_detail["licence"]
    with pytest.raises(RuleBroken), unit_of_work():
        production.air(
            project, house, platform="荔枝网", aired_on=today(), licence_number="", url="https://example.test"
        )
    with unit_of_work():
        records.record_permit(project, officer, licence, "（苏）网剧审字（2026）第001号", today())
        production.air(project, house, platform="荔枝网", aired_on=today(), licence_number="（苏）网剧审字（2026）第001号",
                       url="https://example.test/play")  # fmt: skip
    assert project.state == "aired" and project.holder_role is None
    assert audit.verify(db.session()).broken_at is None


def test_a_refusal_ends_the_title_with_its_letter(app):
    round_, _ = make.served("refused")
    assert (round_.state, round_.project.state) == ("closed", "rejected")


def test_a_re_review_needs_a_new_cut_and_a_new_round(app):
    round_, people = make.served("re_review")
    project, house = round_.project, make.actor_of(people["producer"])
    with unit_of_work():
        changes.answer(round_.changes[0], house, "explained", "已整场重拍。")
    with pytest.raises(RuleBroken), unit_of_work():
        cuts.resubmit(project, house)
    with unit_of_work():
        cuts.resubmit(project, house, {0: make.stored(people["producer"], b"new cut")})
    with unit_of_work():
        second = panels.open_(project, make.actor_of(people["officer"]))
    assert (second.ordinal, second.kind, round_.state, project.outcome) == (2, "re_review", "closed", None)
