"""Requests made by hand: every trigger of every machine, from every state, by everybody. The table alone decides.

The normal run asks each state × trigger as three people, SEEDBANK_FULL=1 as everybody; the steps of a title stand in
test_title_posts too and those of a round are many, so here both are the full run's.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conventions.bank import ROLES
from tests.workflows.test_machines import TABLE
from workflows.actions import MACHINES
from workflows.engine import PREVIOUS, Machine

FULL = bool(os.environ.get("SEEDBANK_FULL"))
ROLE_OF = {
    "house": "producer", "stranger": "producer", "panel": "expert", "expert": "expert", "officer": "officer",
    "other": "officer", "recused": "officer", "head": "head", "leader": "leader", "sealer": "sealer", "admin": "admin",
}  # fmt: skip
FORM = {
    "reason": "手工构造的请求。", "confirm": "y", "decision": "screen", "outcome": "passed", "how": "done", "text": "已改。",
}  # fmt: skip
ADDRESSES = {
    "project": ("project", ("/projects/{id}/steps/{trigger}",)),
    "round": ("review_round", ("/reviews/{id}/steps/{trigger}", "/reviews/{id}/decide/{trigger}")),
    "assignment": ("assignment", ("/reviews/tasks/{id}/steps/{trigger}",)),
    "house": ("house", ("/houses/{id}/steps/{trigger}",)),
    "urgent_request": ("urgent_request", ("/urgent/{id}/{trigger}",)),
    "key_proposal": ("key_proposal", ("/key-proposals/{id}/{trigger}",)),
    "stewardship": ("stewardship", ("/stewardships/{id}/{trigger}",)),
    "document": ("document", ("/documents/{id}/{trigger}",)),
    "change_request": (
        "change_request",
        ("/projects/{project}/changes/{id}/{trigger}", "/projects/takeovers/{id}/{trigger}"),
    ),
    "co_review": ("co_review", ("/projects/{project}/co-reviews/{id}/{trigger}",)),
    "change": ("change", ("/projects/{project}/changes/{id}/{trigger}",)),
}
"""Machine: its table, and the addresses a trigger can be sent to."""
SAID_AGAIN = {("assignment", "accepted", "take")} | {
    (name, step.target, step.trigger) for name in ("change_request", "co_review") for step in MACHINES[name].steps
}
"""What was done already, in another window: the person is led on, and nothing changes."""


def _states(stage: Any, table: str) -> dict[int, str]:
    with stage.app.app_context():
        from audiovisual.kernel.model import db

        with db.engine.connect() as connection:
            return {row.id: row.state for row in connection.execute(db.text(f'SELECT id, state FROM "{table}"'))}


def _one_of_each(states: dict[int, str]) -> dict[str, int]:
    return {state: id_ for id_, state in sorted(states.items(), reverse=True)}


def _people(n: int) -> Iterator[str]:
    signed_in = [role for role in ROLES if role != "visitor"]
    yield from signed_in if FULL else (signed_in[(n + step) % len(signed_in)] for step in (0, 4, 7))


def _allowed(name: str, source: str, target: str, trigger: str, role: str) -> bool:
    """Whether the hand-written table leads there by that trigger for that role; steps of the program may follow."""
    reached = [
        row[2]
        for row in TABLE[name]
        if row[0] == trigger and source in row[1].split() and ROLE_OF[role] in row[3].split()
    ]
    further = [row[2] for row in TABLE[name] if row[1] in reached and "system" in row[3].split()]
    return bool({target, PREVIOUS} & {*reached, *further})


def _by_the_program(name: str, changed: dict[int, tuple[str, str]]) -> bool:
    """Whether other rows changed only as the program itself may change them along with an act."""
    own = {(source, row[2]) for row in TABLE[name] if "system" in row[3].split() for source in row[1].split()}
    return set(changed.values()) <= own


def _open(name: str, source: str, trigger: str, role: str) -> bool:
    """Whether the table lets the act begin at all."""
    return any(
        row[0] == trigger and source in row[1].split() and ROLE_OF[role] in row[3].split() for row in TABLE[name]
    )


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow) if n in ("project", "round") else n for n in sorted(ADDRESSES)]
)
def test_only_the_table_changes_a_state(stage, name):
    machine, (table, addresses) = MACHINES[name], ADDRESSES[name]
    before, found, n = _states(stage, table), [], 0
    project = _projects(stage, table)
    for source, id_ in _one_of_each(before).items():
        for trigger in (*machine.triggers(), "nonsense"):
            for address in addresses:
                path = address.format(id=id_, trigger=trigger, project=project.get(id_))
                n += 1
                for role in _people(n):
                    found += _asked(stage, machine, table, before, path, (id_, source, trigger, role))
    stage.restore()
    assert not found, "\n".join(found)


def _projects(stage: Any, table: str) -> dict[int, int]:
    if table in ("project", "house"):
        return {}
    with stage.app.app_context():
        from audiovisual.kernel.model import db

        with db.engine.connect() as connection:
            return {
                row.id: row.project_id for row in connection.execute(db.text(f"SELECT id, project_id FROM {table}"))
            }


def _asked(
    stage: Any, machine: Machine, table: str, before: dict[int, str], path: str, case: tuple[int, str, str, str]
) -> list[str]:
    id_, source, trigger, role = case
    told = f"{path}（{role}，{source}）"
    try:
        answer = stage.client(role).post(path, data=FORM)
        status = answer.status_code
    except Exception as error:
        stage.restore()
        return [f"{told}：{type(error).__name__}: {str(error)[:150]}"]
    after = _states(stage, table)
    changed = {key: state for key, state in after.items() if key in before and before[key] != state}
    born = [state for key, state in after.items() if key not in before and state != machine.initial]
    if len(after) > len(before) or changed or status < 400:
        stage.restore()
    if status >= 500:
        return [f"{told}：{status}"]
    if born:
        return [f"{told}：新的一行一开始就是 {born}"]
    if changed and status >= 400:
        return [f"{told}：{status}，却改了状态 {changed}"]
    beside = {key: (before[key], state) for key, state in changed.items() if key != id_}
    if not _by_the_program(machine.name, beside) or (
        id_ in changed and not _allowed(machine.name, source, changed[id_], trigger, role)
    ):
        return [f"{told}：{status}，{source} 变成 {changed}，状态表不许"]
    again = (machine.name, source, trigger) in SAID_AGAIN and not changed
    if (
        status < 400
        and not again
        and not _open(machine.name, source, trigger, role)
        and not _leads_on(stage, role, answer)
    ):
        return [f"{told}：{status}，状态表不许，却没有拒绝"]
    return []


def _leads_on(stage: Any, role: str, answer: Any) -> bool:
    """Whether nothing was said yet: the address leads to a page of its own, and that page refuses."""
    return bool(answer.status_code == 303 and stage.client(role).get(answer.headers["Location"]).status_code >= 400)
