"""What stands on the timeline reads as a fact in both languages, never as the order a button gives."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from audiovisual.ground.catalogues import read
from workflows import project, records, review
from workflows.engine import Machine

ROOT = Path(__file__).parents[2]
MACHINES = {
    id(value): value
    for module in (project, review, records)
    for value in vars(module).values()
    if isinstance(value, Machine)
}.values()


def facts() -> Iterator[tuple[str, str]]:
    """Every text that comes to stand on a timeline, with where it is written: steps' and those of `events.note`."""
    for machine in MACHINES:
        for step in machine.steps:
            yield from ((f"{machine.name}.{step.trigger}", text) for text in (step.done, step.done_public) if text)
    for file in (ROOT / "audiovisual").rglob("*.py"):
        for call in (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)):
            if (getattr(call.func, "attr", "") or getattr(call.func, "id", "")) == "note":
                yield from ((file.name, text) for text in _marked(call))


def _marked(call: ast.Call) -> Iterator[str]:
    for node in ast.walk(call):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "N_":
            yield node.args[0].value  # type: ignore[attr-defined, misc]


def test_a_fact_is_not_worded_like_a_button():
    catalogue = read()
    labels = {step.label for machine in MACHINES for step in machine.steps}
    orders = {str(catalogue.get(label).string).split()[0] for label in labels}
    written = list(facts())
    wrong = [
        f"{place}: {text} ({english})"
        for place, text in written
        if (english := str(catalogue.get(text).string))
        if text in labels or english.split()[0] in orders
    ]
    assert len(written) > 100
    assert not wrong, "say in the past tense what was done:\n" + "\n".join(wrong)


def test_a_button_of_a_step_is_not_worded_like_a_state():
    catalogue = read()
    states = {str(catalogue.get(state.label).string) for machine in MACHINES for state in machine.states}
    alike = {
        f"{machine.name}.{step.trigger}: {step.label} ({english})"
        for machine in MACHINES
        for step in machine.steps
        if (english := str(catalogue.get(step.label).string)) in states
    }
    assert alike == set(), "\n".join(sorted(alike))
