"""Every mail as it is read, in both languages: `mails/<kind>.<language>.txt`; REWRITE_GOLDEN=1 writes them anew.

A subject is one line that says what, by when, how many; people's own words stand below the greeting, marked.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine

from audiovisual.desk.models import KeyProposal, Stewardship, UrgentRequest
from audiovisual.desk.notices import ROLES
from audiovisual.desk.telling import Telling
from audiovisual.desk.wording import LINES
from audiovisual.documents.models import Document
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db, today, utcnow
from audiovisual.people import mail
from audiovisual.people.models import House, Setting, User
from audiovisual.projects.models import ChangeRequest, CoReview, Project
from audiovisual.reviews.models import Assignment, Change, Round
from tests import factories as make
from workflows.actions import MACHINES

MAILS = Path(__file__).parent / "mails"
MODELS = {
    model.__tablename__: model
    for model in (
        Project,
        Round,
        Assignment,
        Change,
        UrgentRequest,
        ChangeRequest,
        CoReview,
        Document,
        House,
        KeyProposal,
        Stewardship,
        User,
    )
}
WORDS = "第一行写明缘由。\n第二行接着说，\n第三行是结尾。"
SAMPLE: dict[str, Any] = {
    "number": "苏广电网审〔2026〕17号", "kind": "网络剧片发行许可证", "days": 20, "after": "苏州平江影视有限公司", "before": "春水码头",
    "year": 2026, "slot": 3, "period": "2026-11", "percent": 45, "until": "2027-01-09", "name": "顾清让", "words": "协审要多久？", "why": "现在就职于苏州平江影视有限公司", "steward": "周明远",
    "outcome": "pass_after_changes", "items": ["请补交改编授权书。", "请补交主创名单。"], "department": "省公安厅", "label": "列为重点",
    "was_on": "2026-10-13", "is_on": "2026-10-10", "platform": "爱奇艺", "aired_on": "2026-11-28", "licence_number": "（苏）网剧审字（2026）第 017 号",
    "started_on": "2026-11-20", "n": 9, "issued_on": "2026-11-25", "valid_until": "2028-11-24",
    "plan": {"script_lock": "2026-12-05", "release": "2027-06-01"}, "moved": {"release": ["2027-06-01", "2027-07-01"]},
}  # fmt: skip
NOTES = {  # facts without a change of state: their wording inside and outside
    "remark": ("留言：%(text)s", "留言：%(text)s"), "hand_over": ("移交给%(name)s经办", ""), "recuse": ("回避了这部片", ""),
    "step_aside": ("回避了这部片", ""),
    "permit_lapsing": ("%(kind)s %(number)s 还有 %(days)s 天到期",) * 2, "report": ("报了 %(period)s 进度：%(percent)s%%",) * 2,
    "record_permit": ("登记%(kind)s：%(number)s", "省局登记%(kind)s：%(number)s"), "change_plan": ("调整了计划", "省局调整了计划"),
    "titles_left": ("%(name)s不再经办，%(n)s 部项目无人经办", ""),
    "keys_left": ("%(name)s不再任管家，%(n)s 部重点项目没有管家", ""),
    "name": ("请%(name)s担任管家", ""), "propose": ("提名%(label)s：%(year)s 年第 %(slot)s 位", ""),
    "settle_question": ("把提问标为已处理：%(words)s", "省局看过了提问：%(words)s"),
    "free_seat": ("让出了 %(year)s 年重点项目第 %(slot)s 位", ""),
    "partial": ("%(name)s签名以后成了应回避的人：%(why)s", ""),
    "seat_empty": ("%(name)s已不是在册专家，席位空出，请补选", ""), "extend": ("答复期限延长到 %(until)s",) * 2,
    "ask": ("申请变更：%(before)s → %(after)s",) * 2, "offer": ("请%(after)s答复是否接手",) * 2, "registered": ("申请了入驻",) * 2,
    "correct_permit": ("更正%(kind)s：%(before)s → %(after)s",) * 2,
    "remove_permit": ("撤销了%(kind)s的登记：%(number)s", "省局撤销%(kind)s的登记：%(number)s"),
    "correct_day": ("更正%(label)s的实际日期：%(was_on)s → %(is_on)s",) * 2,
    "correct_report": ("更正了%(period)s进度：%(before)s%% → %(after)s%%",) * 2,
    "change_contact": ("把联系人由%(before)s改为%(after)s",) * 2,
    "class_changed": ("按补正后的内容，类别由%(kind)s变为%(label)s",) * 2,
}  # fmt: skip
NOTES["question"] = NOTES["reply"] = NOTES["remark"]
OWN = {
    "question": {"text": WORDS, "question": True},
    "reply": {"text": WORDS, "reply": True},
    "remark": {"text": WORDS},
}
AS_STORED = {"question": "remark", "reply": "remark", "remark": "remark", "step_aside": "recuse"}
"""Kinds of a fact that are stored under another trigger."""


@pytest.fixture
def bank(app):
    """A title whose letter is out, with a row of every kind beside it, on 30 November 2026."""
    with time_machine.travel("2026-11-30T02:00:00Z", tick=False):
        round_, people = make.served()
        ids = {"review_round": round_.id, "project": round_.project_id, "house": round_.project.house_id}
        ids["assignment"], ids["change"] = round_.assignments[0].id, round_.changes[0].id
        ids["document"] = db.session.query(Document).one().id
        with unit_of_work() as session:
            project = session.get(Project, ids["project"])
            project.title, project.due_on, project.house_due_on = "春水码头", date(2026, 12, 20), date(2026, 12, 30)
            session.get(House, ids["house"]).short_name = "试映"
            session.get(Assignment, ids["assignment"]).due_on = date(2026, 12, 10)
            session.add(Setting(key="contact_phone", value="025-83331234"))
            review = CoReview(project_id=project.id, department="省公安厅", question="请协审。", asked_by_id=people["officer"].id,
                              due_on=date(2026, 12, 25))  # fmt: skip
            waiting = House(
                name="扬州晚渡影视有限公司", uscc=make.uscc(999), licence_number="（苏）字第99999号", state="applied",
                licence_expires_on=today(), city="yangzhou", contact_name="宋知微", contact_phone="0514-1", contact_email="",
                applied_at=utcnow(),
            )  # fmt: skip
            named = Stewardship(
                project_id=project.id, year=2026, person_id=people["officer"].id, named_by_id=people["head"].id
            )
            taking = House(
                name="苏州平江影视有限公司", uscc=make.uscc(998), licence_number="（苏）字第99998号", state="admitted",
                licence_expires_on=today(), city="suzhou", contact_name="方敏之", contact_phone="0512-1", contact_email="",
                decided_at=utcnow(),
            )  # fmt: skip
            session.add_all([review, waiting, named, taking])
            session.flush()
            changes = {
                kind: ChangeRequest(
                    project_id=project.id,
                    kind=kind,
                    before=before,
                    after=after,
                    reason=WORDS,
                    house_after=to,
                    asked_by_id=people["officer"].id,
                )
                for kind, before, after, to in (
                    ("title", "春水", "春水码头", None),
                    ("episodes", "24", "30", None),
                    ("house", "试映", "苏州平江影视有限公司", taking),
                )
            }
            session.add_all(changes.values())
            session.flush()
            ids |= {f"change_request {kind}": row.id for kind, row in changes.items()}
            ids["co_review"], ids["applicant"], ids["stewardship"] = review.id, waiting.id, named.id
        yield ids


def fact(kind: str, ids: dict[str, int]) -> tuple[Event, Project | None]:
    """An event of that kind, not stored, and the title it belongs to."""
    table, trigger = kind.split(".")
    steps = [each for machine in MACHINES.values() for each in machine.steps if each.trigger == trigger]
    of_table = [each for each in steps if table != "user" and MODELS[table].machine.steps.count(each)]
    text, public = (of_table[0].done, of_table[0].done_public) if of_table else NOTES[trigger]
    if kind == "urgent_request.ask":
        text = public = "申请了加急"
    applies = table == "house" and trigger in ("registered", "apply_again")
    event = Event(
        subject_type=table, subject_id=ids["applicant"] if applies else ids.get(table, 0), text=text, public_text=public,
        trigger=AS_STORED.get(trigger, trigger), actor_name="周明远", reason=None if trigger in OWN else WORDS,
        data=OWN.get(trigger, {**SAMPLE, "in_charge": True} if trigger == "recuse" else SAMPLE),
    )  # fmt: skip
    return event, None if table in ("house", "user") else db.session.get(Project, ids["project"])


def variants(kind: str, word: str) -> tuple[str, ...]:
    """What a change asked for may be of: each has a line of its own; only a change of house has two houses."""
    table, trigger = kind.split(".")
    if table != "change_request":
        return ("",)
    if word in ("giver", "taker") or trigger in ("offer", "consent", "decline"):
        return ("house",)
    if (trigger, word) in (("ask", "officer"), ("approve", "house")):
        return ("title", "episodes")
    return ("title", "episodes", "house")


def composed(kind: str, word: str, ids: dict[str, int], language: str, of: str = "") -> Any:
    """The mail of that kind as it is sent to somebody of that audience. `of`: what is changed, of a change asked for."""
    ids = {**ids, "change_request": ids[f"change_request {of or 'title'}"]}
    told = Telling(*fact(kind, ids), word, 0)
    values = {"text": told.line, "params": told.facts, "reason": told.words, **told.more}
    values |= {"name": "林知夏", "url": "https://bank.example/projects/1"}
    return mail.compose(
        {"template": "event", "to": "x@example.test", "language": language, "values": values, "mark": "m"}
    )


def written(message: Any) -> str:
    return f"Subject: {message['Subject']}\n\n{message.get_content()}"


OTHERS: dict[str, dict[str, Any]] = {
    "delegation": {"absent": "周明远", "role": "head", "starts_on": "2026-12-01", "ends_on": "2026-12-05"},
    "delegation_over": {"absent": "周明远", "role": "head", "ends_on": "2026-12-05"},
    "delegation_alone": {"deputy": "周明远", "role": "head", "ends_on": "2026-12-05"},
    "invitation": {
        "inviter": "周明远",
        "house": "",
        "address": "https://bank.example/join/x",
        "days": 7,
        "roles": ["officer", "expert"],
    },
    "address_new": {"address": "https://bank.example/account/address/x"},
    "address_asked": {"email": "lin@example.test"},
    "address_changed": {"email": "lin@example.test"},
    "admin_given": {"who": "沈亦舟", "by": "周明远"},
    "admin_proposed": {"who": "沈亦舟", "by": "周明远"},
    "alarm": {"kind": "spraying", "count": 9, "visitor": "203.0.113.9", "page": "https://bank.example/security"},
    "locked": {},
    "passkey_added": {"passkey": "办公室电脑"},
    "passkey_given_up": {"passkey": "办公室电脑"},
    "proof": {"count": 0, "found": [], "seq": 1207, "hash": "0123abcd:4f5e"},
    "second_step_off": {"who": "沈亦舟"},
    "reset": {"login": "linzhixia", "address": "https://bank.example/password/reset/x"},
}


def facts(ids: dict[str, int], language: str) -> Iterator[tuple[str, str]]:
    """The text of each golden file: by the table of what is told of, every line of it for every audience."""
    for table in sorted({kind.split(".")[0] for kind in LINES}):
        kinds = [(kind, word) for kind in LINES if kind.split(".")[0] == table for word in LINES[kind]]
        told = [
            f"===== {kind} → {word}{f' ({of})' if of else ''}\n{written(composed(kind, word, ids, language, of))}"
            for kind, word in kinds
            for of in variants(kind, word)
        ]
        yield table, "\n".join(told)
    for template, given in OTHERS.items():
        values = {"name": "林知夏", **given}
        payload = {"template": template, "to": "x@example.test", "language": language, "values": values, "mark": "m"}
        yield template, written(mail.compose(payload))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_mail_reads_as_its_golden_file(bank, language):
    differ = []
    for name, text in facts(bank, language):
        path = MAILS / f"{name}.{language}.txt"
        if os.environ.get("REWRITE_GOLDEN"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        if text != path.read_text("utf-8"):
            differ.append(f"{path}:\n{text}")
        assert re.findall(r"(?<![\d.:])0 (?:\w|%)", text) == [], f"{name}: nothing is not counted"
        subjects = re.findall(r"^Subject: (.*)$", text, re.MULTILINE)
        assert all(len(each) <= mail.SUBJECT and "第一行" not in each for each in subjects)
    assert not differ, "REWRITE_GOLDEN=1 writes them anew\n" + "\n".join(differ)


def test_every_fact_that_tells_somebody_has_its_line():
    """Of each step and each audience it tells; and of each `note` in the code that tells somebody."""
    lacking = [
        (f"{model.__tablename__}.{step.trigger}", word)
        for model in MODELS.values() if hasattr(model, "machine")
        for step in model.machine.steps for word in step.tells
        if word not in LINES.get(f"{model.__tablename__}.{step.trigger}", {})
    ]  # fmt: skip
    assert lacking == []
    source = "\n".join(path.read_text("utf-8") for path in Path("audiovisual").glob("*/operations/*.py"))
    source += Path("audiovisual/desk/operations.py").read_text("utf-8") + Path(
        "audiovisual/projects/reminders.py"
    ).read_text("utf-8")
    notes = re.findall(r'\bnote\(\s*[\w.]+,\s*"(\w+)"(?:(?!\bnote\().){0,600}?tells=\(', source, re.DOTALL)
    kinds = {kind.split(".")[1] for kind in LINES}
    assert {"remark", "hand_over", "ask", "registered"} <= set(notes) <= kinds


def test_words_of_three_lines_stay_below_the_greeting(bank):
    text = composed("project.question", "officer", bank, "zh").get_content()
    greeting, quoted = text.index("林知夏，您好："), text.index("> 第一行写明缘由。")
    assert greeting < text.index("要做的事：") < quoted
    assert "周明远的原话：\n> 第一行写明缘由。\n> 第二行接着说，\n> 第三行是结尾。\n" in text
    assert not text.startswith("第")


def test_whoever_stands_outside_reads_no_name_of_the_bureau(bank):
    for kind, words in LINES.items():
        for word in set(words) - set(ROLES) - {"officer", "former", "steward"}:
            told = written(composed(kind, word, bank, "zh"))
            assert "周明远" not in told.replace("管家周明远", ""), (kind, word)


def test_the_mail_of_a_letter_names_its_outcome_how_many_and_what_comes(bank, monkeypatch):
    with unit_of_work() as session:
        project = session.get(Project, bank["project"])
        project.outcome = "re_review"
        first = session.get(Change, bank["change"])
        session.add(Change(project_id=project.id, round_id=first.round_id, ordinal=99, severity="should", problem="再看。", demand="alter"))  # fmt: skip
    monkeypatch.delitem(SAMPLE, "outcome")
    mail_ = composed("project.demand_changes", "house", bank, "zh")
    assert (
        mail_["Subject"]
        == "请于 12 月 30 日前答复：《春水码头》修改后重审，1 条必改、1 条建议（苏广电网审〔2026〕17号）"
    )
    text = mail_.get_content()
    assert "结论：修改后重审\n修改意见：必改 1 条，建议 1 条\n" in text
    assert "改好后交回新样片，由专家再审一轮。" in text


def test_what_there_is_none_of_is_not_counted(bank, monkeypatch):
    """Of a letter with suggestions alone the required changes are not named, in its line nor in its rows."""
    monkeypatch.setitem(SAMPLE, "must", 0)
    with unit_of_work() as session:
        session.get(Change, bank["change"]).severity = "should"
    mail_ = composed("project.demand_changes", "house", bank, "zh")
    assert mail_["Subject"].endswith("，1 条建议（苏广电网审〔2026〕17号）") and "必改" not in mail_["Subject"]
    assert "修改意见：建议 1 条\n" in mail_.get_content()
    heads = composed("review_round.propose", "heads", bank, "zh")
    assert "条必改" not in heads["Subject"] and "1 条建议" in heads["Subject"]


def test_what_follows_a_permit_of_a_passed_title_is_said(bank):
    with unit_of_work() as session:
        project = session.get(Project, bank["project"])
        project.state, project.due_on, project.house_due_on = "reviewed", date(2027, 3, 1), None
        project.changes_unanswered = project.changes_open = 0
        project.class_detail = {**(project.class_detail or {}), "licence": "none"}
    text = composed("project.record_permit", "house", bank, "zh").get_content()
    assert "要做的事：首播后登记播出。\n" in text and "期限：2027年3月1日" in text


@pytest.mark.parametrize("kind", ["document.serve", "urgent_request.refuse"])
def test_who_holds_the_title_is_not_told_that_nothing_is_to_be_done(bank, kind):
    nothing, turn = "要做的事：现在不用办什么。", "要做的事：这部片现在轮到您办，办什么见下面的“进展”。"
    assert nothing in composed(kind, "officer", bank, "zh").get_content()  # it lies with its house
    with unit_of_work() as session:
        project = session.get(Project, bank["project"])
        project.state, project.resume_state = "suspended", "in_review"
    text = composed(kind, "officer", bank, "zh").get_content()
    assert turn in text and nothing not in text and "轮到经办：查明情况后恢复办理" in text


def test_who_takes_a_title_on_reads_where_it_stands_and_by_when(bank):
    text = composed("project.hand_over", "officer", bank, "zh").get_content()
    assert "进展：整改中，轮到制作机构：逐条整改后交回\n期限：2026年12月30日\n" in text
