"""Of one thing that happens a person is told once, however many records it changes."""

from __future__ import annotations

import pytest

from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db
from audiovisual.kernel.outbox import OutboxRow
from audiovisual.people.models import Message
from tests import factories as make


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ("pass_after_changes", "demand_changes"),
        ("re_review", "demand_changes"),
        ("refused", "refuse"),
        ("passed", "serve"),
    ],
)
def test_a_letter_is_one_message_and_one_mail(app, outcome, told):
    round_, people = make.served(outcome)
    letter = f"/documents/{db.session.scalars(db.select(Event.subject_id).where(Event.trigger == 'serve')).one()}"
    where = {"demand_changes": f"/projects/{round_.project_id}/changes", "refuse": letter, "serve": letter}[told]
    since = db.select(Event.id).where(Event.trigger.in_(("serve", "demand_changes", "refuse")))
    for part in ("producer", "officer"):
        mine = db.select(Message).where(Message.user_id == people[part].id, Message.event_id.in_(since))
        messages = db.session.scalars(mine).all()
        assert [db.session.get(Event, message.event_id).trigger for message in messages] == [told], part
        mails = [row.payload for row in db.session.scalars(db.select(OutboxRow).where(OutboxRow.kind == "mail"))]
        number = db.session.get(Event, messages[0].event_id).data["number"]
        mine = [each for each in mails if each["to"] == people[part].email and number in str(each["values"]["params"])]
        assert len(mine) == 1, part
        if part == "producer":
            assert messages[0].url == where
