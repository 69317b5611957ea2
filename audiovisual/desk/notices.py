"""From an event to people's inboxes: the worker asks who is told, writes one message each, and queues the mail.

An audience word of a step names people; the one who acted is not told. Run twice, it writes nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import current_app
from sqlalchemy import select

from audiovisual.kernel import outbox
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db, today
from audiovisual.people.mail import send
from audiovisual.people.models import Delegation, House, Message, RoleGrant, User
from audiovisual.projects.labels import TOLD_REASONS
from audiovisual.projects.models import ChangeRequest, Project, Tie
from audiovisual.reviews.models import Assignment, Round

from .models import Stewardship

ANSWERED = ("demand_changes", "ask_again")
"""Steps of a title after which its house goes on at the ledger of changes."""
OUTSIDE = ("house", "taker")
"""Audiences that read the public words; a house that is to take a title over (taker) reads no reasons of it."""
ROLES = {"officers": "officer", "heads": "head", "leaders": "leader", "sealers": "sealer"}


@outbox.handles("event")
def tell(payload: dict[str, Any]) -> None:
    """Write the messages of one event."""
    event = db.session.get(Event, payload["event"])
    if event is None:
        return
    project = db.session.get(Project, event.project_id) if event.project_id else None
    known = set(db.session.scalars(select(Message.user_id).where(Message.event_id == event.id)))
    for user_id, word in _audience(payload["tells"], event, project).items():
        if user_id in known or user_id == event.actor_id or (word in OUTSIDE and not event.public_text):
            continue
        _write(event, project, user_id, word)


def _write(event: Event, project: Project | None, user_id: int, word: str) -> None:
    text, reason, public = event.text, event.reason or "", word in OUTSIDE
    if public:  # people of a house read the public words, and the reasons that are meant for them
        text, reason = event.public_text, reason if word == "house" and event.trigger in TOLD_REASONS else ""
    message = Message(
        user_id=user_id, event_id=event.id, project_id=event.project_id, subject=text, body=reason,
        params={**event.data, "title": project.title if project else "", "house": _house_name(event)}, url=_url(event, project, user_id, public),
    )  # fmt: skip
    db.session.add(message)
    reader = db.session.get(User, user_id)
    if reader.email:
        values = {"text": message.subject, "params": message.params, "reason": message.body}
        url = current_app.config["PUBLIC_URL"].rstrip("/") + message.url
        send("event", reader.email, reader.locale, **values, url=url, name=reader.name)


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
    if kind == "document":
        return f"/documents/{event.subject_id}"
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
    for word in words:
        for user_id in _people(word, event, project):
            if user_id not in recused:
                told.setdefault(user_id, word)
    return told


def _people(word: str, event: Event, project: Project | None) -> list[int]:
    if word in ROLES:
        return _of_role(ROLES[word])
    if word == "house":
        houses = {project.house_id, _house_asking(event)} if project else {_house_id(event)}
        return _select(select(User.id).where(User.house_id.in_(houses - {None}), User.left_on.is_(None)))
    if word == "taker":
        taking = select(ChangeRequest.house_after_id).where(ChangeRequest.id == event.subject_id)
        return _select(select(User.id).where(User.house_id == taking.scalar_subquery(), User.left_on.is_(None)))
    if word == "officer":
        if project is None:
            return []
        return _with_deputies("officer", [project.officer_id]) if project.officer_id else _of_role("officer")
    if word == "steward" and event.subject_type == Stewardship.__tablename__:
        return _select(select(Stewardship.person_id).where(Stewardship.id == event.subject_id))
    if word == "expert" and event.subject_type == "assignment":
        return _select(select(Assignment.expert_id).where(Assignment.id == event.subject_id))
    if word == "experts" and event.subject_type == Round.__tablename__:
        return _select(
            select(Assignment.expert_id).where(
                Assignment.round_id == event.subject_id, Assignment.state.in_(("invited", "accepted", "released"))
            )
        )
    return []


def _house_name(event: Event) -> str:
    """What an applicant is called: a message about a house has no title to name it by."""
    house = db.session.get(House, event.subject_id) if event.subject_type == House.__tablename__ else None
    return house.name if house else ""


def _house_of(user_id: int) -> int | None:
    return db.session.scalar(select(User.house_id).where(User.id == user_id))


def _house_asking(event: Event) -> int | None:
    """The house that asked for a change: once the title has gone to another, it is still told how that was decided."""
    if event.subject_type != ChangeRequest.__tablename__:
        return None
    asked = select(User.house_id).join(ChangeRequest, ChangeRequest.asked_by_id == User.id)
    return db.session.scalar(asked.where(ChangeRequest.id == event.subject_id))


def _house_id(event: Event) -> int | None:
    return event.subject_id if event.subject_type == House.__tablename__ else None


def _of_role(role: str) -> list[int]:
    in_service = select(User.id).join(RoleGrant, RoleGrant.user_id == User.id)
    return _with_deputies(role, _select(in_service.where(RoleGrant.role == role, User.left_on.is_(None))))


def _with_deputies(role: str, ids: list[int]) -> list[int]:
    """These people, and who stands in for one of them in that role today."""
    standing_in = select(Delegation.deputy_id).where(
        Delegation.role == role, Delegation.absent_id.in_(ids), Delegation.revoked_at.is_(None),
        Delegation.starts_on <= today(), Delegation.ends_on >= today(),
    )  # fmt: skip
    return ids + _select(standing_in)


def _select(statement: Any) -> list[int]:
    return list(db.session.scalars(statement))
