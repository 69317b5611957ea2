"""Nobody who is gone is addressed, and nothing stays with them: they left, lost the role, or the account was disabled.

`COLUMNS` names every column that holds a person's id and says what it is: whoever adds one says so here. Those that name a
holder or an audience are walked in each of the three ways of going.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from audiovisual.desk.counts import counts
from audiovisual.desk.notices import ROLES, tell
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import Base, db, today
from audiovisual.kernel.outbox import work_off
from audiovisual.people.models import Message, User
from audiovisual.people.operations import accounts, roles
from audiovisual.projects.models import Project
from audiovisual.reviews.models import Assignment
from audiovisual.worker import daily
from tests import factories as make
from tests import turns
from tests.people.post_office import post_office
from workflows.access import BUREAU, Actor
from workflows.records import ENDED

HOLDER = {  # whose turn it is, or who is told: part of the bank who plays it
    "project.officer_id": "officer", "project.holder_id": "officer", "review_round.proposed_by_id": "officer",
    "review_round.agreed_by_id": "head", "review_round.decided_by_id": "leader", "assignment.expert_id": "panel",
    "key_project.steward_id": "officer", "stewardship.person_id": "other", "key_proposal.steward_id": "other", "project.created_by_id": "house", "change_request.asked_by_id": "house",
    "urgent_request.asked_by_id": "house", "question.asked_by_id": "house", "delegation.absent_id": "leader", "delegation.deputy_id": "deputy",
    "project_tie.user_id": "panel", "document.decided_by_id": "leader", "document.sealed_by_id": "sealer",
    "invitation.invited_by_id": "admin", "message.user_id": "house", "admin_proposal.proposed_by_id": "admin",
    "admin_proposal.user_id": "officer",
}  # fmt: skip
TRACE = {  # who did it: a name of the past, addressed by nobody
    "airing.recorded_by_id", "bottom_line_answer.by_id", "left_out.by_id", "attachment.added_by_id", "answer.answered_by_id", "answer.verdict_by_id",
    "change_request.decided_by_id", "co_review.asked_by_id", "completion.asked_by_id", "completion_item.answered_by_id",
    "conflict.declared_by_id", "conflict.expert_id", "cut.delivered_by_id", "house.decided_by_id", "invitation.user_id",
    "key_project.chosen_by_id", "key_project.decided_by_id", "key_proposal.proposed_by_id", "key_proposal.decided_by_id",
    "stewardship.named_by_id", "document.opened_by_id", "opinion_reading.user_id", "permit.recorded_by_id",
    "progress.reported_by_id", "project.class_decided_by_id", "project.proposed_by_id", "review_round.opened_by_id",
    "role_grant.granted_by_id", "screening.decided_by_id", "screening.officer_id", "urgent_request.decided_by_id",
    "question.settled_by_id", "viewing.user_id", "milestone.actual_by_id", "admin_proposal.ended_by_id",
}  # fmt: skip
OWN = {  # the person's own rows, reached by their log-in alone
    "expert.user_id", "form_draft.user_id", "known_browser.user_id", "login_session.user_id", "passkey.user_id", "recovery_code.user_id", "role_grant.user_id",
    "taken_form.user_id",
}  # fmt: skip


def columns() -> set[str]:
    """Every column of the bank that refers to a person."""
    return {
        f"{table.name}.{key.parent.name}"
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "user"
    }


def test_every_column_that_names_a_person_says_what_for():
    told = set(HOLDER) | TRACE | OWN
    assert columns() - told == set(), "say in tests/conventions/test_gone.py what the person is to the row"
    assert told - columns() == set()


WORDS = (*ROLES, "house", "taker", "officer", "expert", "experts", "steward")
WAYS = ("left", "role lost", "disabled")
GONE = (*sorted(set(HOLDER.values()) - {"admin"}), "colleague")
"""The house goes with all its people: nobody is left there."""


def go(user: User, way: str, admin: Actor) -> None:
    """Let somebody go in one of the ways; disabled stands for what no page of ours did."""
    with unit_of_work():
        if way == "left":
            accounts.mark_left(user, admin)
        elif way == "role lost":
            for role in user.roles:
                roles.revoke(user, role, admin)
        else:
            user.left_on = today() - timedelta(days=1)
    if way == "disabled":
        daily()


def kinds(seat: int) -> set[int]:
    """The newest fact about each kind of thing, and those of one seat: who is told depends on nothing else."""
    newest = db.session.scalars(select(func.max(Event.id)).group_by(Event.subject_type))
    return {
        *newest,
        *db.session.scalars(select(Event.id).where(Event.subject_type == "assignment", Event.subject_id == seat)),
    }


def tell_everybody(seat: int) -> set[int]:
    """Tell each kind of fact to every audience anew; gives who has a message then."""
    with unit_of_work() as session:
        session.execute(delete(Message))
    for event in sorted(kinds(seat)):
        with unit_of_work():
            tell({"event": event, "tells": list(WORDS)})
    return set(db.session.scalars(select(Message.user_id).distinct()))


@pytest.fixture(params=WAYS)
def emptied(request, restored):
    """The bank with mails waiting for everybody, of which then those of `GONE` go; gives their ids and those who stay."""
    with restored.app.app_context():
        with unit_of_work() as session:
            session.execute(update(User).values(email=User.login + "@example.test"))
        stay = {role: make.user(role, login=f"{role}-stays", email=f"{role}-stays@example.test").id for role in BUREAU}
        before = tell_everybody(restored.bank.ids["seat:reading"])
        gone = {restored.bank.people[part] for part in GONE}
        assert gone | set(stay.values()) <= before, "told while they are here"
        admin = make.actor_of(db.session.get(User, restored.bank.people["admin"]))
        for id_ in sorted(gone):
            go(db.session.get(User, id_), request.param, admin)
        yield gone, set(stay.values())


def _mailed(app) -> set[int]:
    """Send the mails that wait; gives whom they reached."""
    with post_office() as office:
        app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=office.port, MAIL_TLS=False, MAIL_USER="")
        work_off()
        app.config.update(MAIL_SERVER="")
    logins = dict(db.session.execute(select(User.login, User.id)).all())
    names = {letter.to[0].partition("@")[0] for letter in office.letters}
    return {logins[name] for name in names if name in logins}  # who was invited has no log-in name yet


def test_who_is_gone_is_told_nothing_and_what_they_held_lies_with_somebody_who_is_here(emptied, restored):
    gone, stay = emptied
    assert tell_everybody(restored.bank.ids["seat:reading"]) & (gone | stay) == stay
    assert _mailed(restored.app) & (gone | stay) == stay, "a mail that waited for who went is not sent"
    with restored.app.test_request_context():
        assert turns.all_breaches() == []
        here = [actor for actor in turns.everybody() if actor.id not in gone]
        lying = {id_ for actor in here for id_ in turns.listed(actor)}
        goes_on = Project.state.not_in((*ENDED, "draft"))
        assert set(db.session.scalars(select(Project.id).where(goes_on))) <= lying
        waiting = {key for actor in here for key, n in counts(actor).waiting.items() if n}
    assert {"requests", "takeovers", "changes", "questions", "houses", "stewards"} <= waiting
    left = select(Assignment.id).where(Assignment.expert_id.in_(gone), Assignment.state.in_(("invited", "accepted")))
    assert db.session.scalars(left).all() == []
