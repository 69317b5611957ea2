"""Pictures of the tables, drawn from the tables: for the README and the help page."""

from __future__ import annotations

from .engine import PREVIOUS, Machine

SIDE = frozenset({"withdraw", "suspend", "resume", "rest", "revive", "refile", "discard"})
"""Steps of a project that leave the line from many states; the picture tells of them once, in a note."""


def mermaid(machine: Machine, aside: frozenset[str] = SIDE) -> str:
    """The machine as a Mermaid state diagram with Chinese labels; steps in `aside` stand in a note below."""
    lines = ["stateDiagram-v2", "    direction LR"]
    lines += [f'    state "{state.label}" as {state.code}' for state in machine.states]
    lines.append(f"    [*] --> {machine.initial}")
    for step in machine.steps:
        if step.trigger in aside:
            continue
        for source in step.source:
            target = step.target if step.target != PREVIOUS else source
            lines.append(f"    {source} --> {target}: {step.label}")
    for step in machine.steps:
        if step.trigger in aside:
            sources = "、".join(machine.state(source).label for source in step.source)
            target = "原状态" if step.target == PREVIOUS else machine.state(step.target).label
            lines.append(f"    %% {step.label}：{sources} → {target}")
    lines += [f"    {state.code} --> [*]" for state in machine.states if state.final]
    return "\n".join(lines)
