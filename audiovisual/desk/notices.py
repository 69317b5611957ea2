"""From an event to people's inboxes: the worker asks who is told, writes one message each, and queues the mail.

An audience word of a step names people; the one who acted is not told. Run twice, it writes nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import current_app
from sqlalchemy import select

from audiovisual.documents.models import Document
from audiovisual.kernel import outbox
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db
from audiovisual.people.mail import asks, send
from audiovisual.people.models import House, Message, User
from audiovisual.people.queries.presence import in_office, on_duty, people_of
from audiovisual.projects.models import ChangeRequest, Project, Tie
from audiovisual.reviews.models import Assignment, Round

from .models import KeyProject, Stewardship
from .telling import OUTSIDE, Telling, reading_of, seat_in_reading

ANSWERED = ("demand_changes", "ask_again")
"""Steps of a title after which its house goes on at the ledger of changes."""
ROLES = {"officers": "officer", "heads": "head", "leaders": "leader", "sealers": "sealer"}


@outbox.handles("event")
def tell(payload: dict[str, Any]) -> None:
    """Write the messages of one event."""
    event = db.session.get(Event, payload["event"])
    if event is None or _told_with_its_title(event):
        return
    project = db.session.get(Project, event.project_id) if event.project_id else None
    known = set(db.session.scalars(select(Message.user_id).where(Message.event_id == event.id)))
    for user_id, word in _audience(payload["tells"], event, project).items():
        if user_id in known or user_id == event.actor_id or (word in OUTSIDE and not event.public_text):
            continue
        _write(event, project, user_id, word, payload["tells"])


def _told_with_its_title(event: Event) -> bool:
    """Whether this is a letter's being served while in the same moment its title goes on: the step of the title, with the
    letter's number, is what people are told, once."""
    if (event.subject_type, event.trigger) != (Document.__tablename__, "serve"):
        return False
    letter = db.session.get(Document, event.subject_id)
    return letter is not None and letter.round is not None and letter.round.outcome != "passed"


@asks("event")
def still_told(again: dict[str, Any]) -> bool:
    """Whether the person a queued mail goes to is still of those its event tells: here, with the role, in charge."""
    event = db.session.get(Event, again["event"])
    if event is None:
        return False
    project = db.session.get(Project, event.project_id) if event.project_id else None
    return again["user"] in _audience(again["tells"], event, project)


def _write(event: Event, project: Project | None, user_id: int, word: str, tells: list[str]) -> None:
    """Write one person's message of an event, and queue its mail."""
    told = Telling(event, project, word, user_id)
    message = Message(
        user_id=user_id, event_id=event.id, project_id=event.project_id, subject=told.line, body=told.words,
        params=told.facts, url=_url(event, project, user_id, word in OUTSIDE),
    )  # fmt: skip
    db.session.add(message)
    reader = db.session.get(User, user_id)
    if reader.email:
        url = current_app.config["PUBLIC_URL"].rstrip("/") + message.url
        again = {"event": event.id, "user": user_id, "tells": tells}
        values = {"text": told.line, "params": told.facts, "reason": told.words, **told.more}
        send("event", reader.email, reader.locale, reader=user_id, again=again, **values, url=url, name=reader.name)


def _url(event: Event, project: Project | None, user_id: int, public: bool) -> str:
    """Where the reader finds what the message is about: a page he may open."""
    kind = event.subject_type
    if (
        public
        and project is not None
        and kind == ChangeRequest.__tablename__
        and (house := _house_of(user_id)) != project.house_id
    ):  # the title went to another house, or may come to this one
        taking = db.session.get(ChangeRequest, event.subject_id).house_after_id == house
        return f"/projects/takeovers/{event.subject_id}" if taking else "/projects"
    if kind == "assignment":
        seat = db.session.get(Assignment, event.subject_id)
        own = seat is None or seat.expert_id == user_id
        return f"/reviews/tasks/{event.subject_id}" if own else f"/reviews/{seat.round_id}"
    if kind == "key_proposal" and not public:
        return f"/key-proposals/{event.subject_id}"
    if kind == "house":
        return f"/houses/{event.subject_id}"
    if project is not None and event.data.get("question"):
        return f"/projects/{project.id}/remarks/new"
    if (
        project is not None
        and kind == Project.__tablename__
        and (seat := seat_in_reading(project.id, user_id)) is not None
    ):
        return f"/reviews/tasks/{seat.id}"
    if kind == "document" or "document" in event.data:
        return f"/documents/{event.data.get('document', event.subject_id)}"
    if project is not None and (kind == "change" or (public and (kind == "review_round" or event.trigger in ANSWERED))):
        return f"/projects/{project.id}/changes"
    if kind == "review_round":
        own_seat = db.session.scalar(
            select(Assignment.id).where(Assignment.round_id == event.subject_id, Assignment.expert_id == user_id)
        )
        return f"/reviews/tasks/{own_seat}" if own_seat else f"/reviews/{event.subject_id}"
    return f"/projects/{project.id}" if project else "/"


def _audience(words: Iterable[str], event: Event, project: Project | None) -> dict[int, str]:
    """Who is told: user id → the audience he belongs to; those of `OUTSIDE` read the public words."""
    told: dict[int, str] = {}
    recused = (
        set()
        if project is None
        else set(_select(select(Tie.user_id).where(Tie.project_id == project.id, Tie.kind == "recused")))
    )
    for word in _of_both_houses(words, event):
        people = _people(word, event, project)
        if word == "house" and project is not None and not people:
            word, people = "officer", _officers_of(project)  # nobody is there to read it: the officer has to know
        for user_id in people:
            if user_id not in recused:
                told.setdefault(user_id, word)
    return told


def _of_both_houses(words: Iterable[str], event: Event) -> list[str]:
    """Once a change of house is granted, both houses read it as giver and taker; any other change, as the title's."""
    given = list(words)
    if event.subject_type != ChangeRequest.__tablename__ or event.trigger != "approve":
        return given
    kind = db.session.scalar(select(ChangeRequest.kind).where(ChangeRequest.id == event.subject_id))
    return [word for word in given if (word == "house") != (kind == "house")]


def _people(word: str, event: Event, project: Project | None) -> list[int]:
    if word in ROLES:
        return on_duty(ROLES[word])
    if word == "house":
        return people_of({project.house_id} if project else {_house_id(event)})
    if word == "giver":
        return people_of([_house_asking(event)])
    if word == "taker":
        taking = select(ChangeRequest.house_after_id).where(ChangeRequest.id == event.subject_id)
        return people_of([db.session.scalar(taking)])
    if word == "officer":
        return _officers_of(project)
    if word == "former":
        return _select(in_office("officer", "head", among=[event.data["former"]] if event.data.get("former") else []))
    if word == "steward" and event.subject_type == Stewardship.__tablename__:
        named = select(Stewardship.person_id).where(Stewardship.id == event.subject_id)
        return _select(in_office("officer", "head", among=_select(named)))
    if word == "steward" and project is not None:
        serving = select(KeyProject.steward_id).where(KeyProject.project_id == project.id)
        return _select(in_office("officer", "head", among=_select(serving)))
    if word == "expert" and event.subject_type == "assignment":
        return _experts(Assignment.id == event.subject_id)
    if word == "experts" and event.subject_type == Project.__tablename__:
        return _experts(*reading_of(event.subject_id))
    if word == "experts" and "experts" in event.data:  # who sat on the panel when it happened
        return _select(in_office("expert", among=event.data["experts"]))
    if word == "experts" and event.subject_type == Round.__tablename__:
        seated = Assignment.state.in_(("invited", "accepted", "released"))
        return _experts(Assignment.round_id == event.subject_id, seated)
    return []


def _officers_of(project: Project | None) -> list[int]:
    """The officer in charge with whoever stands in; where nobody is in charge, all officers; where there is none, the
    heads."""
    if project is None:
        return []
    return on_duty("officer", None if project.unattended else [project.officer_id]) or on_duty("head")


def _experts(*seats: Any) -> list[int]:
    """The experts of these seats who are here and still experts."""
    return _select(
        in_office("expert", among=_select(select(Assignment.expert_id).join(Assignment.round).where(*seats)))
    )


def _house_of(user_id: int) -> int | None:
    return db.session.scalar(select(User.house_id).where(User.id == user_id))


def _house_asking(event: Event) -> int | None:
    """The house that asked for a change: once the title has gone to another, it is told so."""
    asked = select(User.house_id).join(ChangeRequest, ChangeRequest.asked_by_id == User.id)
    return db.session.scalar(asked.where(ChangeRequest.id == event.subject_id))


def _house_id(event: Event) -> int | None:
    return event.subject_id if event.subject_type == House.__tablename__ else None


def _select(statement: Any) -> list[int]:
    return list(db.session.scalars(statement))
