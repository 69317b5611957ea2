"""What ends something says so in words where it is done, apart from the buttons that go on."""

from __future__ import annotations

import html
import re

import pytest

from workflows import records, review
from workflows.engine import Machine, Step
from workflows.project import PROJECT

from .forms import forms_in
from .matrix import LINES

MACHINES: dict[str, Machine] = {
    "project": PROJECT, "house": records.HOUSE, "urgent_request": records.URGENT_REQUEST,
    "change_request": records.CHANGE_REQUEST, "co_review": records.CO_REVIEW, "document": records.DOCUMENT,
    "key_proposal": records.KEY_PROPOSAL, "stewardship": records.STEWARDSHIP,
    "round": review.ROUND, "assignment": review.ASSIGNMENT, "change": review.CHANGE,
}  # fmt: skip
REFUSALS = {
    ("house", "refuse"),
    ("house", "bar"),
    ("urgent_request", "revoke"),
    ("assignment", "decline"),
    ("assignment", "release"),
}
"""Acts that somebody may undo later, and that end something for the other side all the same."""

TAKEN_BACK = {
    ("project", "receive"): "移交", ("project", "send_back"): "重新呈报", ("project", "start_production"): "更正实际日期",
    ("project", "suspend"): "恢复办理", ("project", "resume"): "暂停办理", ("project", "rest"): "唤醒",
    ("project", "revive"): "列为休眠", ("house", "apply_again"): "不同意", ("house", "restore"): "停用",
    ("round", "invite"): "解除", ("round", "send_back"): "重新呈报", ("assignment", "remove"): "再次选入",
    ("assignment", "take"): "回避", ("change", "reopen"): "核验通过",
}  # fmt: skip
"""Acts of people that may be done by one press without a word, and by what each is taken back."""

WHERE = (
    # address of the form, machine, act (a group of the address where it says so)
    (r"/projects/\d+/steps/(\w+)", "project", None),
    (r"/projects/\d+/discard", "project", "discard"),
    (r"/projects/\d+/airing/new", "project", "air"),
    (r"/houses/\d+/steps/(\w+)", "house", None),
    (r"/urgent/\d+/(\w+)", "urgent_request", None),
    (r"/key-proposals/\d+/(\w+)", "key_proposal", None),
    (r"/stewardships/\d+/(\w+)", "stewardship", None),
    (r"/projects/takeovers/\d+/(\w+)", "change_request", None),
    (r"/projects/\d+/changes/\d+/(refuse|withdraw)", "change_request", None),
    (r"/projects/\d+/co-reviews/\d+/(\w+)", "co_review", None),
    (r"/documents/\d+/(void)", "document", None),
    (r"/reviews/\d+/steps/(\w+)", "round", None),
    (r"/reviews/tasks/\d+/steps/(\w+)", "assignment", None),
    (r"/reviews/tasks/\d+/(sign)", "assignment", None),
    (r"/reviews/\d+/seats/\d+/(release)", "assignment", None),
    (r"/projects/\d+/(submit|propose)", "project", None),
    (r"/projects/\d+/screening", "project", "screen"),
    (r"/projects/\d+/ask-completion", "project", "ask_completion"),
    (r"/projects/\d+/schedule", "project", "schedule"),
    (r"/projects/\d+/completion", "project", "complete"),
    (r"/projects/\d+/cut/new", "project", "deliver"),
    (r"/projects/\d+/changes/resubmit", "project", "resubmit"),
    (r"/projects/\d+/changes/pass", "project", "pass_title"),
    (r"/projects/\d+/changes/\d+/(close|answer)", "change", None),
    (r"/reviews/\d+/propose", "round", "propose"),
    (r"/reviews/\d+/decide/(agree|decide)", "round", None),
    (r"/documents/\d+/(seal)", "document", None),
)  # fmt: skip

ACTING = ("house", "stranger", "panel", "officer", "head", "leader", "sealer")


def ending(machine: str) -> dict[str, Step]:
    """The acts of people after which nothing more can be done, by trigger."""
    found = MACHINES[machine]
    people = {"officer", "head", "leader", "sealer", "producer", "expert"}
    return {
        step.trigger: step
        for step in found.steps
        if (not step.quiet and step.roles & people
        and (found.ends(step.target) if step.target != "@previous" else False)) or (machine, step.trigger) in REFUSALS
    }  # fmt: skip


def test_every_act_that_ends_something_says_what_ends():
    silent = [
        f"{name}.{trigger}" for name in MACHINES for trigger, step in ending(name).items() if not step.consequence
    ]
    assert silent == [], "请在步骤表里写明后果（consequence）"
    assert sum(len(ending(name)) for name in MACHINES) >= 20


def final(machine: str) -> dict[str, Step]:
    """The acts of people that nobody takes back and that end nothing either: they say what they set going."""
    people = {"officer", "head", "leader", "sealer", "producer", "expert"}
    return {
        step.trigger: step
        for step in MACHINES[machine].steps
        if not step.quiet and step.roles & people and not step.consequence and (machine, step.trigger) not in TAKEN_BACK
    }


def test_every_act_that_nobody_takes_back_says_what_follows():
    silent = [f"{name}.{trigger}" for name in MACHINES for trigger, step in final(name).items() if not step.follows]
    assert silent == [], "请在步骤表里写明接着怎样（follows），或在 TAKEN_BACK 里写明怎样收回"
    told = {(name, trigger) for name in MACHINES for trigger in final(name)}
    assert not told & TAKEN_BACK.keys() and len(told) >= 18


def test_the_pages_say_what_follows_where_it_is_done(pages):
    said, silent = set(), set()
    for role, path, page in pages:
        for form in forms_in(page, role, path):
            of = _of(form.action)
            if of is None or of[1] not in final(of[0]):
                continue
            said.add(of)
            if final(of[0])[of[1]].follows not in page:
                silent.add((path, *of))
    assert silent == set()
    assert len(said) >= 12, sorted(said)


def _of(action: str) -> tuple[str, str] | None:
    for pattern, machine, trigger in WHERE:
        if found := re.fullmatch(pattern, action):
            return machine, trigger or found.group(1)
    return None


@pytest.fixture(scope="module")
def pages(stage):
    """Every page as each of those who act on titles reads it: role, path, text."""
    found = []
    for line in LINES:
        for role in line.opens if line.method == "GET" else ():
            if role not in ACTING:
                continue
            answer = stage.client(role).get(stage.path(line.path))
            if answer.mimetype == "text/html" and answer.status_code == 200:
                found.append((role, stage.path(line.path), html.unescape(answer.get_data(as_text=True))))
    return found


def test_the_pages_say_it_where_it_is_done(pages):
    """Beside the button or on the page of its own: in the words of the table."""
    said, silent = set(), set()
    for role, path, page in pages:
        for form in forms_in(page, role, path):
            of = _of(form.action)
            if of is None or of[1] not in ending(of[0]) or (of[1] == "release" and not form.typed):
                continue  # who was not invited yet is only moved out, without a reason
            said.add(of)
            if of != ("assignment", "sign") and ending(of[0])[of[1]].consequence not in page:
                silent.add((path, *of))
    assert silent == set()
    assert len(said) >= 12, sorted(said)


def test_what_ends_something_stands_apart_from_the_primary_button(pages):
    """In a row of its own (`.acts.ends`), never in the row of the button that goes on."""
    beside = set()
    for _role, path, page in pages:
        for row in re.findall(r'<div class="acts">(.*?)</div>\s*(?=<)', page, re.DOTALL):
            acts = [of for action in re.findall(r'action="([^"]+)"', row) if (of := _of(action))]
            ends = [of for of in acts if of[1] in ending(of[0]) and not ending(of[0])[of[1]].primary]
            if ends and "btn-primary btn-lg" in row:
                beside.add((path, *ends))
    assert beside == set()
