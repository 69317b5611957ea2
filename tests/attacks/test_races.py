"""Two people at once, and one person twice: one of them wins, the other reads why not, and every act leaves one trace."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from .agreement import disagreements

SCORES = {f"{code}-score": "80" for code in ("strength", "maturity", "feasibility", "market")}


def together(stage: Any, *asked: tuple[str, str, dict[str, str]]) -> list[int]:
    """The statuses of requests (role, path, form) that start at the same moment on connections of their own."""
    barrier, statuses = threading.Barrier(len(asked)), [0] * len(asked)

    def run(n: int, role: str, path: str, form: dict[str, str]) -> None:
        client = stage.client(role)
        barrier.wait()
        statuses[n] = client.post(stage.path(path), data=form).status_code

    threads = [threading.Thread(target=run, args=(n, *one)) for n, one in enumerate(asked)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    return statuses


def _events(stage: Any, table: str, id_: int, *triggers: str) -> int:
    names = ",".join(f"'{trigger}'" for trigger in triggers)
    return stage.count("event", f"subject_type = '{table}' AND subject_id = {id_} AND trigger IN ({names})")


def _agrees(stage: Any) -> None:
    with stage.app.app_context():
        assert disagreements() == []


ONE_WINS = {
    "two officers receive the same title": (
        [("officer", "/projects/{submitted}/steps/receive", {}), ("other", "/projects/{submitted}/steps/receive", {})],
        ("project", "submitted", ("receive",)),
    ),
    "a title is accepted and declined": (
        [("officer", "/projects/{received}/steps/accept", {}),
         ("officer", "/projects/{received}/steps/decline", {"reason": "不属受理范围。"})],
        ("project", "received", ("accept", "decline")),
    ),
    "the head admits and sends back": (
        [("head", "/projects/{proposed}/screening", {"decision": "screen"}),
         ("head2", "/projects/{proposed}/screening", {"decision": "send_back", "reason": "理由不足。"})],
        ("project", "proposed", ("screen", "send_back")),
    ),
    "the house withdraws while the officer accepts": (
        [("house", "/projects/{received}/steps/withdraw", {"reason": "投资方退出。"}),
         ("house", "/projects/{received}/steps/withdraw", {"reason": "投资方退出。"})],
        ("project", "received", ("withdraw",)),
    ),
    "a leader approves and refuses an urgent request": (
        [("leader", "/urgent/{urgent}/approve", {}), ("leader", "/urgent/{urgent}/refuse", {"reason": "不急。"})],
        ("urgent_request", "urgent", ("approve", "refuse")),
    ),
    "a leader agrees to a key title and refuses it": (
        [("leader", "/key-proposals/{key_proposal}/approve", {}),
         ("leader", "/key-proposals/{key_proposal}/refuse", {"reason": "另选。"})],
        ("key_proposal", "key_proposal", ("approve", "refuse")),
    ),
    "an expert accepts and declines": (
        [("panel", "/reviews/tasks/{seat:inviting}/steps/take", {}),
         ("panel", "/reviews/tasks/{seat:inviting}/steps/decline", {"reason": "档期冲突。"})],
        ("assignment", "seat:inviting", ("take", "decline")),
    ),
    "the head agrees twice": (
        [("head", "/reviews/{round:round_proposed}/decide/agree", {}), ("head2", "/reviews/{round:round_proposed}/decide/agree", {})],
        ("review_round", "round:round_proposed", ("agree",)),
    ),
    "the leader decides while the head sends back": (
        [("leader", "/reviews/{round:agreed}/decide/decide", {}),
         ("head", "/reviews/{round:agreed}/decide/send_back", {"reason": "再议。"})],
        ("review_round", "round:agreed", ("decide", "send_back")),
    ),
    "a letter is sealed twice": (
        [("sealer", "/documents/{document:decided}/seal", {}), ("sealer", "/documents/{document:decided}/seal", {})],
        ("document", "document:decided", ("seal",)),
    ),
    "a co-review is taken back twice": (
        [("officer", "/projects/{undecided}/co-reviews/{co_review}/cancel", {"reason": "不需要。"}),
         ("officer", "/projects/{undecided}/co-reviews/{co_review}/cancel", {"reason": "不需要。"})],
        ("co_review", "co_review", ("cancel",)),
    ),
    "a change is granted and refused": (
        [("officer", "/projects/{in_production}/changes/{change_request}/approve", {}),
         ("officer", "/projects/{in_production}/changes/{change_request}/refuse", {"reason": "不符合规定。"})],
        ("change_request", "change_request", ("approve", "refuse")),
    ),
    "a house is admitted by two officers": (
        [("officer", "/houses/{applied_house}/steps/admit", {}), ("other", "/houses/{applied_house}/steps/admit", {})],
        ("house", "applied_house", ("admit",)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ONE_WINS)
def test_of_two_at_once_one_wins(restored, case):
    asked, (table, name, triggers) = ONE_WINS[case]
    id_ = {**restored.bank.titles, **restored.bank.ids}[name]
    before = _events(restored, table, id_, *triggers)
    statuses = together(restored, *asked)
    if asked[0] != asked[1]:  # the same from the same person is told as done
        assert sum(status < 400 for status in statuses) == 1, statuses
    assert all(status in (303, 403, 409, 422) for status in statuses), statuses
    assert _events(restored, table, id_, *triggers) - before == 1
    _agrees(restored)


def test_a_title_submitted_four_times_at_once_has_one_number(restored):
    statuses = together(restored, *[("house", "/projects/{draft}/submit", {"pledged": "y"})] * 2,
                        *[("colleague", "/projects/{draft}/submit", {"pledged": "y"})] * 2)  # fmt: skip
    assert set(statuses) <= {303, 409}, statuses
    assert _events(restored, "project", restored.bank.titles["draft"], "submit") == 1
    _agrees(restored)


def test_a_draft_begun_twice_at_once_is_one_draft(restored):
    form = {"title": "同时开始的草稿", "type": "web_series"}
    together(restored, *[("house", "/projects/new", form)] * 3)
    assert restored.count("project", "title = '同时开始的草稿'") == 1
    _agrees(restored)


def test_a_round_opened_twice_at_once_is_one_round(restored):
    statuses = together(restored, *[("officer", "/projects/{delivered}/rounds", {})] * 3)
    assert set(statuses) <= {303, 409}, statuses
    assert restored.count("review_round", f"project_id = {restored.bank.titles['delivered']}") == 1
    _agrees(restored)


def test_an_urgent_request_asked_twice_at_once_is_one_request(restored):
    before = restored.count("urgent_request")
    statuses = together(restored, *[("house", "/projects/{received}/urgent", {"reason": "赶国庆档。"})] * 3)
    assert set(statuses) <= {303, 409}, statuses
    assert restored.count("urgent_request") - before == 1
    _agrees(restored)


def test_a_draft_saved_by_two_colleagues_keeps_one_text_and_tells_the_other(restored):
    version = str(restored.value("SELECT version FROM project WHERE id = :id", id=restored.bank.titles["draft"]))
    forms = [{"version": version, "synopsis": text * 300} for text in ("甲的文字。", "乙的文字。")]
    statuses = together(
        restored, ("house", "/projects/{draft}/draft", forms[0]), ("colleague", "/projects/{draft}/draft", forms[1])
    )
    assert sorted(statuses) == [200, 409]
    kept = restored.value("SELECT synopsis FROM project WHERE id = :id", id=restored.bank.titles["draft"])
    assert kept == forms[statuses.index(200)]["synopsis"]
    _agrees(restored)


def test_a_seat_of_a_year_is_given_once(restored):
    from audiovisual.kernel.model import today

    form = {
        "year": str(today().year),
        "slot": "2",
        "reason": "题材有分量。",
        "steward": str(restored.bank.people["officer"]),
    }
    statuses = together(restored, ("head", "/projects/{screened}/key", form), ("head2", "/projects/{aired}/key", form))
    assert statuses == [303, 303], "both are proposed; a leader chooses"
    first, second = (restored.value(f"SELECT {which}(id) FROM key_proposal WHERE slot = 2") for which in ("min", "max"))
    statuses = together(
        restored, ("leader", f"/key-proposals/{first}/approve", {}), ("leader", f"/key-proposals/{second}/approve", {})
    )
    assert sorted(statuses) == [303, 422]
    assert restored.count("key_project", "slot = 2") == 1
    _agrees(restored)


def test_the_same_house_registers_once(restored):
    from tests.factories import uscc

    forms = [{
        "name": "南京双击影视有限公司", "uscc": uscc(777), "licence_number": "（苏）字第77777号", "licence_expires_on": "2028-01-01",
        "city": "nanjing", "contact_name": "林知夏", "contact_phone": "13800000000", "contact_email": "a@example.test",
        "login": login, "password": "Quiet-river-4471-stone", "again": "Quiet-river-4471-stone", "repeat": "Quiet-river-4471-stone",
    } for login in ("twice1", "twice2")]  # fmt: skip
    statuses = together(restored, *[("visitor", "/houses/register/{registration}", form) for form in forms])
    assert restored.count("house", "name = '南京双击影视有限公司'") <= 1
    assert all(status < 500 for status in statuses), statuses
    _agrees(restored)
