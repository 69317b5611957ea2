"""The review of one title of a large bank: cut, round, panel, signed opinions, decision, letter, answered changes."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from audiovisual.documents import findings as letters
from audiovisual.documents.content import DEMANDS
from audiovisual.documents.letter import LetterContent, LetterItem
from audiovisual.documents.models import Document
from audiovisual.kernel.model import shanghai
from audiovisual.projects.models import PERMITS, Permit, Tie
from audiovisual.reviews import findings as opinions
from audiovisual.reviews.models import (
    Answer,
    Assignment,
    BottomLineAnswer,
    Change,
    ChangeSource,
    Cut,
    CutPart,
    LeftOut,
    Opinion,
    OpinionRow,
    OpinionScore,
    Round,
)
from audiovisual.reviews.operations.opinions import ROW_FIELDS, dimensions_of, fingerprint
from workflows.errors import N_
from workflows.records import DOCUMENT
from workflows.review import ASSIGNMENT, CHANGE, ROUND
from workflows.ruleset.numbers import number
from workflows.ruleset.vocabulary import TYPES
from workflows.timecode import timecode

from ..review_acts import DISMISSED, NOT_TAKEN, OUTCOME, licence_number
from ..script import frame
from ..texts import compose
from .course import SYSTEM, Course

PLACES = 10
"""Ids of what hangs on a title follow from its own: title × 10 + place, and once more for rows of opinions."""
SUMMARY = "三位专家意见一致：主题积极，制作完整，意见集中在语言文字、标识和个别情节上，均可操作。"
CHANGE_FIELDS = ("episode", "frame_in", "frame_out", "problem", "basis", "demand", "demand_text", "severity")


def review(course: Course) -> None:
    """Everything from the delivered cut to where the title's state says the review stands."""
    stage = _stage(course)
    outcome = "pass_after_changes" if course.slip.state == "rectifying" or course.slip.id % 2 else "passed"
    round_ = _open(course, stage)
    panel = _panel(course, round_, stage, outcome)
    if stage == "reading":
        course.row["_holder"] = ("expert", None)
        return
    at = course.at(164)
    _told(course, ROUND, "review_round", course.slip.id, "reading", "freeze", SYSTEM, at)
    round_.update(state="frozen", frozen_at=at)
    if stage != "frozen":
        _decide(course, round_, outcome)
        changes = _settle(course, round_, panel, outcome)
        _serve(course, round_, changes, outcome)
        _answered(course, round_, changes, outcome)
    _found(course, round_, panel)


def _stage(course: Course) -> str:
    if course.slip.state == "in_review":
        return "frozen" if course.slip.id % 5 == 0 else "reading"
    return "issued"


def _told(
    course: Course,
    machine: Any,
    subject: str,
    id_: int,
    state: str,
    trigger: str,
    actor: Any,
    at: datetime,
    **data: Any,
) -> str:
    """One step of a machine for the trace; gives the state it leads to."""
    step = machine.step(state, trigger)
    course.tell(
        at, trigger, actor, subject, id_, text=step.done, public=step.done_public, source=state, target=step.target, data=data,
        tells=step.tells,
    )  # fmt: skip
    return step.target


def _open(course: Course, stage: str) -> dict[str, Any]:
    """The cut as it was delivered and a round on it."""
    id_, rows, at = course.slip.id, course.world.rows, course.at(151)
    episodes = course.row["episodes"]
    rows.add(
        Cut,
        id=id_,
        project_id=id_,
        ordinal=1,
        episodes=episodes,
        note="送审版 v1",
        delivered_by_id=course.house[0],
        delivered_at=at,
    )
    rows.add(
        CutPart, cut_id=id_, episode=0, file_id=course.world.crowd.clip_id, frames=200, rate_num=25, rate_den=1, start_frame=0,
        drop=False, plays=True, detail={},
    )  # fmt: skip
    rule = course.world.rule("review_form", shanghai(at).date())
    panel = rule.value["panel"]
    values: dict[str, Any] = {column.name: None for column in Round.__table__.c}
    values |= {
        "id": id_, "project_id": id_, "ordinal": 1, "kind": "finished_cut", "state": "reading", "cut_id": id_, "form": rule.value,
        "form_rule_id": rule.id, "seats": panel.get(course.row["class_code"] or "", panel["default"]), "opened_by_id": course.officer[0],
        "opened_at": at, "due_on": shanghai(at + timedelta(days=21)).date(), "grounds": "", "summary": "", "version": 1,
    }  # fmt: skip
    course.tell(at, "open", course.officer, "review_round", id_, text=N_("开了第 %(n)s 轮审核"), data={"n": 1})
    _told(course, ROUND, "review_round", id_, "composing", "invite", course.officer, course.at(152))
    return rows.add(Round, **values)


def _panel(course: Course, round_: dict[str, Any], stage: str, outcome: str) -> list[Any]:
    """The experts of the round with what they wrote. While a round is read, one has signed and the others still write."""
    people, rows, found = course.world.crowd.experts, course.world.rows, []
    for place in range(round_["seats"]):
        expert = people[(course.slip.id * 7 + place * 13) % len(people)]
        signed = stage != "reading" or place == 0
        id_, at = course.slip.id * PLACES + place, course.at(153)
        _told(course, ASSIGNMENT, "assignment", id_, "proposed", "send", course.officer, at, name=expert[1])
        _told(course, ASSIGNMENT, "assignment", id_, "invited", "take", expert, course.last or at)
        rows.add(Tie, project_id=course.slip.id, user_id=expert[0], kind="reader", reason="", created_at=at)
        seat = rows.add(
            Assignment, id=id_, round_id=course.slip.id, project_id=course.slip.id, expert_id=expert[0], is_lead=place == 0,
            state="accepted", invited_at=at, answered_at=course.last, due_on=round_["due_on"], reason=None, signed_at=None,
        )  # fmt: skip
        written = _write(course, round_, seat, "pass" if outcome == "passed" else "pass_after_changes")
        if signed:
            signed_at = course.at(160)
            written.signed_hash["signed_hash"] = fingerprint(written)
            seat.update(state="signed", signed_at=signed_at)
            told = {"sha256": written.signed_hash["signed_hash"]}
            _told(course, ASSIGNMENT, "assignment", id_, "accepted", "sign", expert, signed_at, **told)
        written.state, written.expert = seat["state"], SimpleNamespace(name=expert[1])
        found.append(written)
    return found


def _write(course: Course, round_: dict[str, Any], seat: dict[str, Any], conclusion: str) -> Any:
    """An opinion with its scores and rows; gives the assignment as `reviews` reads it."""
    given, rows, id_ = compose.compose_opinion(course.rng, course.given, conclusion), course.world.rows, seat["id"]
    at = course.last
    opinion = rows.add(
        Opinion, id=id_, assignment_id=id_, project_id=course.slip.id, conclusion=OUTCOME[given["conclusion"]], comment=given["comment"],
        updated_at=at, signed_hash=None, version=1,
    )  # fmt: skip
    form = SimpleNamespace(form=round_["form"])
    scores = [_score(given["scores"], key) for key in sorted(dimensions_of(form))]  # type: ignore[arg-type]
    for score in scores:
        rows.add(OpinionScore, opinion_id=id_, version=1, **score)
    lines = [_line(row) for row in given["rows"]]
    for ordinal, line in enumerate(lines, 1):
        rows.add(
            OpinionRow, id=id_ * PLACES + ordinal, opinion_id=id_, ordinal=ordinal, updated_at=at, version=1, **line
        )
    cut = SimpleNamespace(parts=[SimpleNamespace(file=SimpleNamespace(sha256=course.world.cut_sha256))])
    return SimpleNamespace(
        id=id_, expert_id=seat["expert_id"], lines=lines, round_id=round_["id"], signed_hash=opinion,
        round=SimpleNamespace(id=round_["id"], form_rule_id=round_["form_rule_id"], cut=cut, project=None, state=""),
        opinion=SimpleNamespace(
            conclusion=opinion["conclusion"], comment=opinion["comment"], explanation="", rows=[SimpleNamespace(**line) for line in lines],
            scores=[SimpleNamespace(**score) for score in scores],
        ),
    )  # fmt: skip


def _score(given: dict[str, Any], key: str) -> dict[str, Any]:
    code, _, item = key.partition(".")
    if not item:
        return {"dimension": key, "score": given[code]["score"], "reason": given[code]["reason"]}
    failed = given["A"]["fails"].get(item)
    return {"dimension": key, "score": 0 if failed else 1, "reason": failed or given["A"]["reason"]}


def _line(row: dict[str, Any]) -> dict[str, Any]:
    basis = "；".join(f"{cited['norm']}{cited['clause']}" for cited in row["basis"]) or "国家通用语言文字法"
    line = {
        "episode": row["episode"], "frame_in": frame(row["in"]), "frame_out": frame(row["out"]), "problem": row["problem"],
        "dimension": row["dimension"], "clause_id": None, "basis": basis, "demand": row["kind"], "demand_text": row["demand"],
        "severity": row["severity"],
    }  # fmt: skip
    assert set(line) == set(ROW_FIELDS)
    return line


def _decide(course: Course, round_: dict[str, Any], outcome: str) -> None:
    """Officer, head and leader, each by his own hand."""
    id_ = course.slip.id
    head, leader = course.person("head"), course.person("leader")
    times = [course.at(166), course.at(168), course.at(170)]
    _told(course, ROUND, "review_round", id_, "frozen", "propose", course.officer, times[0], outcome=outcome)
    _told(course, ROUND, "review_round", id_, "proposed", "agree", head, times[1])
    _told(course, ROUND, "review_round", id_, "agreed", "decide", leader, times[2], outcome=outcome)
    round_.update(
        state="decided", outcome=outcome, summary=SUMMARY, proposed_by_id=course.officer[0], proposed_at=times[0], agreed_by_id=head[0],
        agreed_at=times[1], decided_by_id=leader[0], decided_at=times[2],
        answer_by=course.day(215) if outcome == "pass_after_changes" else None,
    )  # fmt: skip
    course.row["outcome"], course.row["_asked_back_by"] = outcome, round_["answer_by"]


def _settle(course: Course, round_: dict[str, Any], panel: list[Any], outcome: str) -> list[dict[str, Any]]:
    """Settled rows: every must of the panel, as far as the ids go; a pass asks for none. Every other point is left out with
    a reason, every failed bottom line is answered."""
    points = [
        (written.id * PLACES + place, line)
        for written in panel if written.state == "signed"
        for place, line in enumerate(written.lines, 1)
    ]  # fmt: skip
    musts = [(id_, line) for id_, line in points if line["severity"] == "must" and outcome != "passed"][: PLACES - 1]
    _leave_out(course, round_, [id_ for id_, _ in points if id_ not in dict(musts)])
    _answer_bottom_lines(course, round_, panel)
    made = []
    for ordinal, (id_, line) in enumerate(musts, 1):
        change = course.world.rows.add(
            Change, id=course.slip.id * PLACES + ordinal, round_id=round_["id"], project_id=course.slip.id, ordinal=ordinal,
            state="open", to_word=False, carried_from_id=None, version=1, **{name: line[name] for name in CHANGE_FIELDS},
        )  # fmt: skip
        course.world.rows.add(ChangeSource, change_id=change["id"], row_id=id_)
        made.append(change)
    return made


def _leave_out(course: Course, round_: dict[str, Any], points: list[int]) -> None:
    """These signed points are not taken up, each with one of the reasons."""
    for place, id_ in enumerate(points):
        course.world.rows.add(
            LeftOut, row_id=id_, round_id=round_["id"], reason=NOT_TAKEN[place % len(NOT_TAKEN)], by_id=course.officer[0],
            at=course.last,
        )  # fmt: skip


def _answer_bottom_lines(course: Course, round_: dict[str, Any], panel: list[Any]) -> None:
    """Each check that an expert found failed, answered once."""
    failed = {s.dimension for w in panel if w.state == "signed" for s in w.opinion.scores if s.score == 0}
    for key in sorted(failed):
        course.world.rows.add(
            BottomLineAnswer, round_id=round_["id"], key=key, stands=False, text=DISMISSED, by_id=course.officer[0],
            at=course.last, version=1,
        )  # fmt: skip


def _serve(course: Course, round_: dict[str, Any], changes: list[dict[str, Any]], outcome: str) -> None:
    """The letter: drafted with the decision, numbered and sealed, served; its rows open for the house."""
    id_, sealer, at = course.slip.id, course.person("sealer"), course.at(173)
    day, office = shanghai(at).date(), course.world.office
    course.world.letters[day.year] += 1
    ordinal = course.world.letters[day.year]
    written = number(course.world.rule("numbers", day).value["letter"], day.year, ordinal)
    items = tuple(
        LetterItem(
            problem=c["problem"], demand=c["demand_text"], must=True, episode=c["episode"], start=timecode(c["frame_in"], Fraction(25)),
            end=timecode(c["frame_out"], Fraction(25)), basis=c["basis"], measure=DEMANDS[c["demand"]],
        )
        for c in changes
    )  # fmt: skip
    content = LetterContent(
        number=written, day=day, issuer=office["bureau_name"], recipient=course.firm.name, project_type=TYPES[course.row["type"]],
        project_title=course.row["title"], project_number=course.row["number"], episodes=course.row["episodes"], outcome=outcome,
        summary=SUMMARY, items=items, deadline=round_["answer_by"], sealed=True, norms=("《电视剧内容管理规定》",),
    )  # fmt: skip
    values = {column.name: None for column in Document.__table__.c}
    letter = course.world.rows.add(Document, **values | {
        "id": id_, "kind": "review_letter", "state": "served", "project_id": id_, "round_id": id_, "title": content.title,
        "content": content.to_data(), "series": "letter", "year": day.year, "ordinal": ordinal, "number": written, "dated": day,
        "decided_by_id": round_["decided_by_id"], "drafted_at": round_["decided_at"], "sealed_by_id": sealer[0], "sealed_at": at,
        "file_id": course.world.crowd.paper_id, "served_at": at, "version": 1,
    })  # fmt: skip
    course.tell(round_["decided_at"], "draft", course.person("leader"), "document", id_, data={"title": content.title})
    _told(course, DOCUMENT, "document", id_, "drafted", "seal", sealer, at, number=written)
    _told(course, DOCUMENT, "document", id_, "issuing", "serve", SYSTEM, course.at(174), number=written)
    _told(course, ROUND, "review_round", id_, "decided", "issue", SYSTEM, course.last or at)
    for change in changes:
        _told(course, CHANGE, "change", change["id"], "drafted", "publish", SYSTEM, course.last or at)
    round_.update(state="issued", issued_at=course.last)
    course.row["letter_served"] = True
    served = SimpleNamespace(**letter, project=SimpleNamespace(house_id=course.firm.id), machine=DOCUMENT)
    course.world.rows.find(letters.finding_of(served))  # type: ignore[arg-type]


def _answered(course: Course, round_: dict[str, Any], changes: list[dict[str, Any]], outcome: str) -> None:
    """What the house answered: nothing was asked, or half of it while it still rectifies, or all and it was closed."""
    course.row.update(changes_total=len(changes), changes_unanswered=len(changes), changes_open=len(changes))
    if outcome == "passed":
        return
    if course.slip.state == "rectifying":
        _answer(course, changes[::2], False)
        return
    course.step("demand_changes", 176)
    _answer(course, changes, True)
    course.step("resubmit", 195)


def _answer(course: Course, changes: list[dict[str, Any]], closed: bool) -> None:
    """Answers of the house come after its letter; where they were checked, the officer closed them."""
    for change in changes:
        at = course.at(178)
        _told(
            course, CHANGE, "change", change["id"], "open", "answer", course.house, at, how="done", n=change["ordinal"]
        )
        if closed:
            _told(
                course,
                CHANGE,
                "change",
                change["id"],
                "answered",
                "close",
                course.officer,
                course.at(200),
                n=change["ordinal"],
            )
        change["state"] = "closed" if closed else "answered"
        course.world.rows.add(
            Answer, change_id=change["id"], project_id=course.slip.id, how="done", text="已按要求修改，并重新合成该段，详见附件说明。",
            file_id=course.world.crowd.paper_id, answered_by_id=course.house[0], answered_at=at, verdict="closed" if closed else None,
            verdict_reason="", verdict_by_id=course.officer[0] if closed else None, verdict_at=course.last if closed else None,
        )  # fmt: skip
        course.row["changes_unanswered"] -= 1
        course.row["changes_open"] -= closed


def close(course: Course) -> None:
    """The title has passed: its round ends, and it gets the licence its class needs."""
    at, row = course.row["reviewed_at"], course.row
    _told(course, ROUND, "review_round", course.slip.id, "issued", "close", SYSTEM, at)
    course.world.rows.waiting[Round.__table__][-1]["state"] = "closed"
    licence = (row["class_detail"] or {}).get("licence")
    kind = "release_filing" if licence == "filing_numbers" else licence
    if kind not in PERMITS:
        return
    written = licence_number(SimpleNamespace(id=row["id"], type=row["type"]), kind)
    day = shanghai(at).date()
    course.world.rows.add(
        Permit, project_id=row["id"], kind=kind, number=written, issued_on=day, valid_until=None, note="", file_id=None,
        recorded_by_id=course.officer[0], recorded_at=at, warned_at=None,
        version=1,
    )  # fmt: skip
    row["_permits"] = [written]
    said = N_("登记%(kind)s：%(number)s")
    course.tell(
        at,
        "record_permit",
        course.officer,
        text=said,
        public=said,
        data={"kind": PERMITS[kind], "number": written},
        tells=("house",),
    )


def _found(course: Course, round_: dict[str, Any], panel: list[Any]) -> None:
    """Signed opinions are findable once the round opened them."""
    for written in panel:
        written.round.state = round_["state"]
        written.round.project = SimpleNamespace(
            id=course.slip.id, number=course.row["number"], title=course.row["title"]
        )
        seen = SimpleNamespace(
            id=written.id, assignment=written, rows=written.opinion.rows, comment=written.opinion.comment
        )
        finding = opinions.finding_of(seen)  # type: ignore[arg-type]
        if finding is not None:
            course.world.rows.find(finding)
