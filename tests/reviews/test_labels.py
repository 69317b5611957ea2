"""What a label says of a field is what the rule asks: marked 选填 it may stay empty, else an empty one is refused beside it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import today
from audiovisual.reviews.operations import changes
from tests import factories as make

from .stages import differing, gathered, points_of, proposed
from .test_changes_page import PDF, handed_back

IN_TYPED = ("hidden", "submit", "button")
Sent = dict[str, Any]


class Labels(HTMLParser):
    """The controls of the form with one address, each with the words that stand above it (legend, label)."""

    def __init__(self, text: str, action: str) -> None:
        super().__init__()
        self.action, self.inside, self.found = action, False, {}
        self.legends: list[str] = []
        self.words: dict[str, str] = {}
        self.target: tuple[str, str] | None = None
        self.controls: list[tuple[str, str, list[str]]] = []
        self.feed(text)
        for name, id_, legends in self.controls:
            self.found[name] = " ".join([*legends, self.words.get(id_, "")])

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        attrs = {key: value or "" for key, value in pairs}
        if tag == "form":
            self.inside = attrs.get("action", "").partition("#")[0] == self.action
        if not self.inside:
            return
        if tag == "fieldset":
            self.legends.append("")
        if tag == "legend":
            self.target = ("legend", "")
        if tag == "label" and "for" in attrs:
            self.target = ("label", attrs["for"])
        if tag in ("input", "textarea", "select") and attrs.get("type") not in IN_TYPED and attrs.get("name"):
            self.controls.append((attrs["name"], attrs.get("id", ""), list(self.legends)))

    def handle_data(self, data: str) -> None:
        if self.target == ("legend", ""):
            self.legends[-1] += data
        elif self.target is not None:
            self.words[self.target[1]] = self.words.get(self.target[1], "") + data

    def handle_endtag(self, tag: str) -> None:
        if tag == "fieldset" and self.inside:
            self.legends.pop()
        if tag in ("legend", "label"):
            self.target = None
        if tag == "form":
            self.inside = False


@dataclass
class Case:
    """A form: its page, its address, who fills it in, a filling that passes; `together`: of these at least one."""

    page: str
    action: str
    person: Any
    filled: Sent
    together: tuple[str, ...] = ()


def row_of_the_bureau() -> Case:
    round_, people = gathered()
    base = f"/reviews/{round_.id}/settle"
    filled = {"episode": "1", "tc_in": "00:00:02:00", "tc_out": "00:00:03:00", "problem": "漏了证号。",
              "basis": "令16号第二十七条", "demand": "subtitle", "demand_text": "改正。", "also-0-episode": "1",
              "also-0-tc_in": "00:00:05:00", "also-0-tc_out": "00:00:06:00"}  # fmt: skip
    return Case(f"{base}?row=new", f"{base}/rows", people["officer"], filled)


def points_left_out() -> Case:
    round_, people = differing()
    base = f"/reviews/{round_.id}/settle"
    ids = [str(row.id) for row in points_of(round_)[:1]]
    return Case(base, f"{base}/adopt", people["officer"], {"rows": ids, "way": "leave", "reason": "说的是同一处。"})


def a_bottom_line() -> Case:
    round_, people = differing()
    base = f"/reviews/{round_.id}/settle"
    filled = {"A-minors-version": "0", "A-minors-stands": "no", "A-minors-text": "只有远景。"}
    return Case(base, f"{base}/bottom-lines/A.minors", people["officer"], filled)


def a_proposal() -> Case:
    from audiovisual.reviews.operations import settling

    round_, people = gathered()
    with unit_of_work():
        settling.adopt(round_, make.actor_of(people["officer"]), points_of(round_))
    url = f"/reviews/{round_.id}/propose"
    day = (today() + timedelta(days=30)).isoformat()
    filled = {"outcome": "pass_after_changes", "summary": "好。", "grounds": "无", "answer_by": day}
    return Case(url, "", people["officer"], filled)


def an_answer() -> Case:
    round_, people = make.served()
    base = f"/projects/{round_.project_id}/changes"
    filled = {
        "how": "done",
        "text": "已删去。",
        "evidence": (PDF, "对照.pdf"),
        "new_episode": "1",
        "new_place": "00:00:12:10",
    }
    return Case(base, f"{base}/{round_.changes[0].id}/answer", people["producer"], filled, ("evidence", "new_place"))


def a_handing_back(outcome: str = "pass_after_changes", place: bool = False) -> Case:
    round_, people = make.served(outcome)
    house, change = make.actor_of(people["producer"]), round_.changes[0]
    given = {"new_episode": 1, "new_frame": 10} if place else {"file_id": make.stored(people["producer"]).id}
    with unit_of_work():
        changes.answer(change, house, "done", "已删去。", **given)
    base = f"/projects/{round_.project_id}/changes"
    cut = (b"\x00\x00\x00\x18ftypmp42" + b"0" * 64, "全片.mp4")
    return Case(base, f"{base}/resubmit", people["producer"], {"cut": cut, "note": "都改了。"})


def more_time() -> Case:
    round_, people = make.served()
    url = f"/projects/{round_.project_id}/changes/extend"
    filled = {"answer_by": (round_.answer_by + timedelta(days=9)).isoformat(), "reason": "雨季。"}
    return Case(url, "", people["officer"], filled)


def a_row_sent_back() -> Case:
    round_, people = make.served()
    change = handed_back(round_, people)
    base = f"/projects/{round_.project_id}/changes"
    filled = {"answer": str(change.answers[-1].id), "reason": "近景还在。"}
    return Case(base, f"{base}/{change.id}/reopen", people["officer"], filled)


def opened_early() -> Case:
    from audiovisual.reviews.operations import opinions

    officer = make.user("officer")
    round_, experts = make.reading(officer)
    seat = round_.assignments[0]
    make.written(seat)
    with unit_of_work():
        opinions.sign(seat, make.actor_of(experts[0]))
    return Case(f"/reviews/{round_.id}", f"/reviews/{round_.id}/steps/freeze", officer, {"reason": "档期将至。"})


def a_word_of_the_head() -> Case:
    round_, people = proposed()
    url = f"/reviews/{round_.id}/decide"
    return Case(url, f"{url}/agree", people["head"], {"version": str(round_.version), "reason": "同意。"})


def sent_back_by_the_head() -> Case:
    round_, people = proposed()
    url = f"/reviews/{round_.id}/decide"
    return Case(url, f"{url}/send_back", people["head"], {"version": str(round_.version), "reason": "再议。"})


def a_round_opened() -> Case:
    officer = make.user("officer")
    project = make.delivered(officer)
    url = f"/projects/{project.id}/rounds"
    return Case(url, url, officer, {"due_on": (today() + timedelta(days=9)).isoformat()})


CASES: dict[str, Callable[[], Case]] = {
    "a row of the bureau's own": row_of_the_bureau, "points left out": points_left_out, "a bottom line": a_bottom_line,
    "a proposal": a_proposal, "an answer": an_answer, "a handing back": a_handing_back,
    "a handing back for re-review": lambda: a_handing_back("re_review"),
    "a handing back whose answers point into the new cut": lambda: a_handing_back(place=True),
    "more time": more_time, "a row sent back": a_row_sent_back, "opinions opened early": opened_early,
    "a word of the head": a_word_of_the_head, "sent back by the head": sent_back_by_the_head, "a round": a_round_opened,
}  # fmt: skip


def post(client: Any, case: Case, sent: Sent) -> Any:
    """Send it as a browser does; files anew each time."""
    data = {key: (io.BytesIO(value[0]), value[1]) if isinstance(value, tuple) else value for key, value in sent.items()}
    return client.post(case.action or case.page, data=data, content_type="multipart/form-data")


@pytest.mark.parametrize("name", CASES)
def test_a_label_says_what_the_rule_asks(app: Any, login: Any, name: str) -> None:
    case = CASES[name]()
    client = login(case.person)
    labels = Labels(client.get(case.page).text, case.action).found
    typed = [key for key in case.filled if key in labels]
    assert typed, labels
    optional = [key for key in typed if re.search("选填", labels[key]) or "必填" in labels[key]]
    required = [key for key in typed if key not in optional and key not in case.together and key != "rows"]
    for key in required:
        page = post(client, case, {other: value for other, value in case.filled.items() if other != key})
        beside = page.text.partition(f'id="{key}-error"')[2] or page.text.partition('id="leave-reason-error"')[2]
        assert page.status_code == 422 and (beside or re.search(r'-error"', page.text)), (key, page.status_code)
    if case.together:
        none = post(client, case, {k: v for k, v in case.filled.items() if k not in (*case.together, "new_episode")})
        assert none.status_code == 422 and all("两样至少一样" in labels[key] for key in case.together)
    spared = (*optional, *case.together[1:], *(["new_episode"] if case.together else []))
    bare = {key: value for key, value in case.filled.items() if key not in spared}
    assert post(client, case, bare).status_code == 303, (name, optional)


def test_a_refusal_asks_for_its_grounds(app: Any, login: Any) -> None:
    case = a_proposal()
    page = login(case.person).post(case.page, data={**case.filled, "outcome": "refused", "grounds": ""})
    assert (
        page.status_code == 422 and "书面说明理由" in page.text.partition('id="grounds-error"')[2].partition("</p>")[0]
    )


def test_a_cut_that_is_needed_is_not_called_optional(app: Any, login: Any) -> None:
    for given, needed in (({}, False), ({"outcome": "re_review"}, True), ({"place": True}, True)):
        case = a_handing_back(**given)
        page = login(case.person).get(case.page).text
        assert ("改好的样片（选填）" in page) is not needed and "改好的样片" in page
