"""State machines as tables of data, and the one check behind every button and every change of state.

`check` asks, in this order: may the person know of the subject (404), may the role do it (403), is the state right
(409), do the rules hold (422). `available` runs the same check for every step of a state, so that a button is shown
exactly when the act would pass. `fire` checks and then lets `transitions` move a throw-away cursor: the subject itself
is never handed to the library, which would graft methods onto it, keep it alive and leave it half-changed on an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from transitions import Machine as _Transitions

from .access import Actor, not_lent_by_recused
from .errors import NotAllowed, OutOfStep, RuleBroken, Sentence, Unknown, WorkflowError, WrongState, say

PREVIOUS = "@previous"
"""Target of a step that leads back to the state the subject was in before it was set aside."""

Rule = Callable[[Any, Actor, dict[str, Any]], "Sentence | tuple[str, Sentence] | NotAllowed | WrongState | None"]


@dataclass(frozen=True)
class State:
    """One state: `label` for staff, `public` for houses, `station` 1–6 of a project's line (0: off the line)."""

    code: str
    label: str
    public: str = ""
    station: int = 0
    final: bool = False
    paused: bool = False

    def label_for(self, staff: bool) -> str:
        """The label a member of staff, or of a house, reads."""
        return self.label if staff or not self.public else self.public


@dataclass(frozen=True)
class Step:
    """One row of a table: what it is called, from where to where, who may take it and which rules must hold.

    `label` stands on the button, `done` is the past-tense fact on the timeline (staff), `done_public` what houses read
    ("" hides the fact from them). `tells` names the audiences that get a message. `quiet` steps are taken by the
    program or from a page of their own and get no button. `consequence` says in words what ends, where the step is taken;
    it is asked once more before. `follows` says beside the button what a step sets going that cannot be taken back.
    """

    trigger: str
    source: tuple[str, ...]
    target: str
    roles: frozenset[str]
    label: str
    done: str
    done_public: str = ""
    rules: tuple[Rule, ...] = ()
    tells: tuple[str, ...] = ()
    needs_reason: bool = False
    primary: bool = False
    quiet: bool = False
    consequence: str = ""
    follows: str = ""


@dataclass(frozen=True)
class Fired:
    """What happened: the step taken, and the states before and after it."""

    step: Step
    source: str
    target: str


@dataclass(frozen=True)
class Choice:
    """A step the actor sees in the present state; `refusal` says why it cannot be taken just now, or is None."""

    step: Step
    refusal: WorkflowError | None


@dataclass(frozen=True)
class Machine:
    """A named table of states and steps. `knows(subject, actor)` says whether the person may know of the subject."""

    name: str
    states: tuple[State, ...]
    steps: tuple[Step, ...]
    initial: str
    knows: Callable[[Any, Actor], bool]
    resumable: frozenset[str] = frozenset()
    _library: _Transitions = field(init=False, repr=False, compare=False)
    _states: dict[str, State] = field(init=False, repr=False, compare=False)
    _steps: dict[tuple[str, str], Step] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_state = {state.code: state for state in self.states}
        by_pair: dict[tuple[str, str], Step] = {}
        for step in self.steps:
            for source in step.source:
                if source not in by_state or (step.target != PREVIOUS and step.target not in by_state):
                    raise ValueError(f"{self.name}.{step.trigger}: unknown state in {source} → {step.target}")
                if (source, step.trigger) in by_pair:
                    raise ValueError(f"{self.name}.{step.trigger} leaves {source} twice")
                by_pair[source, step.trigger] = step
        object.__setattr__(self, "_states", by_state)
        object.__setattr__(self, "_steps", by_pair)
        object.__setattr__(self, "_library", self._build())

    def _build(self) -> _Transitions:
        moves = []
        for step in self.steps:
            targets = sorted(self.resumable) if step.target == PREVIOUS else [step.target]
            moves += [{"trigger": f"{step.trigger}__{to}", "source": list(step.source), "dest": to} for to in targets]
        return _Transitions(
            model=None, states=[s.code for s in self.states], transitions=moves,
            initial=self.initial, auto_transitions=False, send_event=False,
        )  # fmt: skip

    def state(self, code: str) -> State:
        """The state of that code; an unknown code is a bug and raises KeyError."""
        return self._states[code]

    def triggers(self) -> tuple[str, ...]:
        """Every trigger of the table once, in its order."""
        return tuple(dict.fromkeys(step.trigger for step in self.steps))

    def step(self, source: str, trigger: str) -> Step | None:
        """The step of that trigger out of that state, or None."""
        return self._steps.get((source, trigger))

    def steps_from(self, source: str) -> Iterable[Step]:
        """Steps that leave a state, in the table's order."""
        return (step for step in self.steps if source in step.source)

    def label_of(self, trigger: str) -> str:
        """The button label of a trigger, from whichever state it leaves first."""
        return next(step.label for step in self.steps if step.trigger == trigger)

    def consequence_of(self, trigger: str) -> str:
        """What ends with that trigger, in words; "" where nothing does."""
        return next(step.consequence for step in self.steps if step.trigger == trigger)

    def follows_of(self, trigger: str) -> str:
        """What a step sets going, in words; "" where nothing is said of it."""
        return next((step.follows for step in self.steps if step.trigger == trigger), "")

    def ends(self, state: str) -> bool:
        """Whether no step leads out of the state any more."""
        return not any(True for _ in self.steps_from(state))


class _Cursor:
    """The throw-away model `transitions` moves instead of the subject."""

    state: str


def check(
    machine: Machine, subject: Any, trigger: str, actor: Actor, data: dict[str, Any] | None = None
) -> WorkflowError | None:
    """Why `actor` may not take `trigger` on `subject` now, or None when nothing stands against it.

    `data` holds what the act brings along (a reason, a date); None asks before anything was filled in, and rules
    about the filling are then passed over by the rules themselves.
    """
    if not machine.knows(subject, actor):
        return Unknown()
    steps = [step for step in machine.steps if step.trigger == trigger]
    if not steps:
        raise ValueError(f"{machine.name} has no trigger {trigger}")
    if not any(actor.roles & step.roles for step in steps):
        return NotAllowed(say("您的岗位不能办理“%(act)s”。", act=steps[0].label))
    step = machine.step(subject.state, trigger)
    if step is None:
        now = machine.state(subject.state).label
        return OutOfStep(say("现在是“%(state)s”，不能办理“%(act)s”。", state=now, act=steps[0].label))
    if not actor.roles & step.roles:
        return NotAllowed(say("您的岗位不能办理“%(act)s”。", act=step.label))
    return not_lent_by_recused(title_of(subject), actor, step.roles) or _broken(step, subject, actor, data)


def broken(
    machine: Machine, subject: Any, trigger: str, actor: Actor, data: dict[str, Any]
) -> tuple[RuleBroken, ...]:  # fmt: skip
    """Every rule about the filling that stands against a step, told together; nothing of who may take it, and when."""
    step = machine.step(subject.state, trigger)
    found = _every_broken(step, subject, actor, data) if step is not None else ()
    return tuple(each for each in found if isinstance(each, RuleBroken))


def title_of(subject: Any) -> Any:
    """The title a row belongs to: itself, its own or its round's; what hangs on no title stands for itself."""
    subject = getattr(subject, "round", subject)
    return getattr(subject, "project", subject)


def _broken(step: Step, subject: Any, actor: Actor, data: dict[str, Any] | None) -> WorkflowError | None:
    return next(_every_broken(step, subject, actor, data), None)


def _every_broken(step: Step, subject: Any, actor: Actor, data: dict[str, Any] | None) -> Iterator[WorkflowError]:
    given = data or {}
    for rule in step.rules:
        answer = rule(subject, actor, {**given, "asking": data is None})
        if isinstance(answer, WorkflowError):
            yield answer
        elif isinstance(answer, tuple):
            yield RuleBroken(answer[1], answer[0])
        elif answer is not None:
            yield RuleBroken(answer)
    if step.needs_reason and data is not None and not (given.get("reason") or "").strip():
        yield RuleBroken(say("请写明理由。"), "reason")


def fire(machine: Machine, subject: Any, trigger: str, actor: Actor, data: dict[str, Any] | None = None) -> Fired:
    """Check the step and say where it leads. The subject is not touched: `kernel.lifecycle.apply` sets its state.

    Raises the refusal `check` names.
    """
    refusal = check(machine, subject, trigger, actor, data or {})
    if refusal is not None:
        raise refusal
    step = machine.step(subject.state, trigger)
    assert step is not None  # check() has just found it
    target = step.target
    if target == PREVIOUS:
        target = subject.resume_state
        if target not in machine.resumable:
            raise WrongState(say("没有记下原来的状态，不能恢复。"))
    return Fired(step, subject.state, _moved(machine, subject.state, f"{trigger}__{target}"))


def _moved(machine: Machine, source: str, trigger: str) -> str:
    cursor = _Cursor()
    machine._library.add_model(cursor, initial=source)
    try:
        if not cursor.trigger(trigger):  # type: ignore[attr-defined]  # a false condition would be silent
            raise RuntimeError(f"{machine.name}: {trigger} did not move {source}")
        return cursor.state
    finally:
        machine._library.remove_model(cursor)


def available(machine: Machine, subject: Any, actor: Actor) -> list[Choice]:
    """The steps out of the present state that the actor's roles take, each with the reason it cannot be taken now.

    Steps that the actor may not take at all (role, ownership) are left out; a broken rule is shown with its sentence.
    """
    choices: list[Choice] = []
    if not machine.knows(subject, actor):
        return choices
    for step in machine.steps_from(subject.state):
        if step.quiet or not actor.roles & step.roles:
            continue
        refusal = check(machine, subject, step.trigger, actor)
        if refusal is None or refusal.status == 422:
            choices.append(Choice(step, refusal))
    return choices
