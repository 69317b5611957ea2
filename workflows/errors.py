"""Refusals, each carrying one sentence a person understands, and how such sentences are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


class Sentence(str):
    """A Chinese sentence for people that remembers its template and values, so that it can be shown in English too."""

    template: str
    params: dict[str, Any]

    def __new__(cls, template: str, params: dict[str, Any] | None = None) -> Sentence:
        self = super().__new__(cls, template % _filling(params) if params else template)
        self.template = template
        self.params = params or {}
        return self

    def __getnewargs__(self) -> tuple[str, dict[str, Any]]:  # type: ignore[override]
        return self.template, self.params


def _filling(params: dict[str, Any]) -> dict[str, Any]:
    """What fills the places of a Chinese sentence: several names stand in a row, 甲、乙、丙."""
    return {
        key: "、".join(map(str, value)) if isinstance(value, list | tuple) else value for key, value in params.items()
    }


def say(template: str, **params: Any) -> Sentence:
    """Make a sentence from a Chinese template with `%(name)s` places; catalogues find it under this name."""
    return Sentence(template, params)


def listed(sentences: list[Sentence]) -> Sentence:
    """Several short sentences as one, each still to be translated: 甲、乙、丙. The list is not empty."""
    if len(sentences) == 1:
        return sentences[0]
    return say("%(first)s、%(rest)s", first=sentences[0], rest=listed(sentences[1:]))


def N_(label: str) -> str:  # noqa: N802  the name gettext gives it
    """Mark a label in a table for translation; it is translated where it is shown."""
    return label


class WorkflowError(Exception):
    """A refusal. `sentence` is for the person; `status` is the HTTP status that says the same to a machine."""

    status = 422

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class Unknown(WorkflowError):
    """The person may not know that the subject exists."""

    status = 404

    def __init__(self, sentence: str = say("没有找到，或者您无权查看。")) -> None:
        super().__init__(sentence)


class NotAllowed(WorkflowError):
    """The person knows the subject but may not do this to it."""

    status = 403


class WrongState(WorkflowError):
    """The act does not fit the state the subject is in (or no longer fits it)."""

    status = 409


class OutOfStep(WrongState):
    """A step of the tables does not lead out of the state the subject is in."""


class AlreadyDone(WrongState):
    """The very same act was done before (the button was pressed twice); the sentence says when. Nothing is lost."""


class RuleBroken(WorkflowError):
    """State and role are right, but a rule does not hold; `field` names where to mend it.

    `others`: further rules that do not hold, so that all is told at once.
    """

    status = 422
    others: tuple[RuleBroken, ...] = ()

    @property
    def each(self) -> tuple[RuleBroken, ...]:
        """This one and the others."""
        return (self, *self.others)


def obey(broken: Iterable[RuleBroken]) -> None:
    """Refuse with every rule that does not hold at once; nothing where all hold."""
    found = tuple(broken)
    if found:
        found[0].others = found[1:]
        raise found[0]


def broken_in(act: Callable[[], Any]) -> tuple[RuleBroken, ...]:
    """The rules that do not hold for a part of an act that refuses by itself; what it gives is thrown away."""
    try:
        act()
    except RuleBroken as refusal:
        return refusal.each
    return ()
