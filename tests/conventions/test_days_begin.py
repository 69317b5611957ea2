"""Every day by which somebody has to do something is counted from the event that lays it before them.

    clock                              begins with                        moved on by
    the house answers a letter         the letter's being served          a later decision, sealing or making
    an expert hands in the opinion     their own invitation               tests/reviews/test_asking_again.py
    a house completes its filing       the notice                         a later notice
    a department answers               the question                       a later question
    the bureau admits a house          the application                    applying again
    an invitation's link               its mail's going out               a mail server that is down, sending it again
    a link for a new password          its mail's going out               a mail server that is down
    a planning filing lapses           its day of issue                   a later issue
    a step of the bureau               the title's coming there           a later step
    a form begun is kept               its last saving                    tests/kernel/test_drafts.py
    an upload is kept                  its last piece                     tests/kernel/test_uploads.py

Each is put off by some days here, and the day moves as many on.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from audiovisual.documents.letter import LetterContent
from audiovisual.documents.models import Document
from audiovisual.documents.operations import make_letter, seal
from audiovisual.kernel import outbox
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, shanghai, today, utcnow
from audiovisual.kernel.outbox import OutboxRow
from audiovisual.kernel.text import day as written
from audiovisual.people.models import Invitation
from audiovisual.people.operations import credentials, houses, invitations
from audiovisual.projects import clocks
from audiovisual.projects.operations import intake, records
from audiovisual.reviews.models import Round
from audiovisual.reviews.operations import settling
from audiovisual.reviews.queries import opinions_of
from tests import factories as make
from tests.people.post_office import post_office
from tests.reviews.stages import gathered

LATER = 14


def later(days: int = LATER) -> Any:
    """Some days on, at this hour."""
    return time_machine.travel(datetime.now(UTC) + timedelta(days=days), tick=False)


def _completion(days: int) -> date:
    officer = make.user("officer")
    row = make.project("received", officer=officer)
    with later(days), unit_of_work():
        intake.ask_completion(row, make.actor_of(officer), [{"field": "synopsis", "demand": "补写结局。"}])
    return row.house_due_on


def _co_review(days: int) -> date:
    officer = make.user("officer")
    row = make.project("accepted", officer=officer)
    with later(days), unit_of_work():
        return records.ask_co_review(row, make.actor_of(officer), "省公安厅", "请协审侦查情节。").due_on


def _permit(days: int) -> date:
    officer = make.user("officer")
    row = make.project("accepted", officer=officer)
    with later(days), unit_of_work():
        permit = records.record_permit(
            row, make.actor_of(officer), "planning_filing", f"32012600180004{days:02}", today()
        )
    return permit.valid_until


def _step(days: int) -> date:
    officer = make.user("officer")
    row = make.project("received", officer=officer)
    with later(days), unit_of_work():
        intake.accept(row, make.actor_of(officer))
        return clocks.running(row).started_on


def _applied(days: int) -> date:
    house = make.house(state="refused", refusal="缺许可证。")
    with later(days), unit_of_work():
        houses.step(house, "apply_again", make.actor_of(make.producer(house)), None)
    return shanghai(house.applied_at).date()


@pytest.mark.parametrize("clock", [_completion, _co_review, _permit, _step, _applied], ids=lambda one: one.__name__[1:])
def test_a_day_moves_with_the_event_it_is_counted_from(app, clock: Callable[[int], date]):
    put_off, at_once = clock(LATER), clock(0)
    assert (put_off - at_once).days in range(LATER - 4, LATER + 5), "but for days on which nobody works"


def test_a_house_has_as_many_days_as_the_proposal_gave_however_long_the_bureau_took(app, login):
    """Proposed today for 30 days on; the head agrees after 5 days, the leader decides after 9, it goes out after 12."""
    round_, people = gathered()
    chosen = today() + timedelta(days=30)
    with unit_of_work():
        rows = [row for opinion in opinions_of(round_) for row in opinion.rows]
        settling.adopt(round_, make.actor_of(people["officer"]), rows)
        settling.propose(round_, make.actor_of(people["officer"]), "pass_after_changes", "整体扎实。", answer_by=chosen)
    with later(5), unit_of_work():
        settling.agree(round_, make.actor_of(people["head"]))
    with later(9):
        page = login(people["leader"]).get(f"/reviews/{round_.id}/decide").text
        assert f"函今天送达的话，答复期限 {written(chosen + timedelta(days=9))}" in page
        with unit_of_work():
            settling.decide(round_, make.actor_of(people["leader"]))
    letter, id_ = db.session.scalars(select(Document)).one(), round_.id
    letter_id = letter.id
    with later(10), unit_of_work():
        seal(letter, make.actor_of(people["sealer"]))
    with later(12):
        make_letter({"document": letter_id})
    round_, letter = db.session.get(Round, id_), db.session.get(Document, letter_id)
    assert round_.answer_by == chosen + timedelta(days=12)
    assert LetterContent.from_data(letter.content).deadline == round_.answer_by
    assert round_.project.house_due_on == round_.answer_by


def test_the_day_of_the_rule_goes_on_while_a_proposal_is_only_written(app):
    round_, people = gathered()
    with unit_of_work():
        settling.save_outcome(
            round_,
            make.actor_of(people["officer"]),
            None,
            "pass_after_changes",
            "整体扎实。",
            "",
            settling.answer_due(),
        )
    with later():
        assert settling.answer_offered(round_) == settling.answer_due() == today() + timedelta(days=30)


def test_an_invitation_sent_again_is_good_for_seven_days_from_then(app):
    admin = make.user("admin")
    with unit_of_work():
        sent = invitations.invite(make.actor_of(admin), "new@example.test", "新人", ["expert"])
    row = db.session.scalars(select(OutboxRow).where(OutboxRow.kind == "mail")).one()
    with unit_of_work():
        outbox._fail(row, "smtplib.SMTPConnectError")
    for days in (3, 12):  # while the first link was good, and after
        with later(days):
            with unit_of_work():
                row.error = "smtplib.SMTPConnectError"
            with unit_of_work():
                invitations.send_again(sent, make.actor_of(admin))
            assert sent.expires_at - utcnow() == invitations.GOOD_FOR


def test_the_days_of_a_link_begin_when_its_mail_goes_out(app):
    """Mails wait for a server that is down: the invitation for 20 hours, the link for a new password for three."""
    admin = make.user("admin")
    with unit_of_work():
        sent = invitations.invite(make.actor_of(admin), "new@example.test", "新人", ["expert"])
    id_, asked = sent.id, make.user("officer", email="asked@example.test").id
    with unit_of_work():
        credentials.ask_for_reset("asked@example.test")
    outbox.work_off(but=["mail"])
    app.config.update(MAIL_SERVER="127.0.0.1", MAIL_TLS=False, MAIL_USER="")
    with post_office() as office:
        app.config["MAIL_PORT"] = office.port
        with time_machine.travel(datetime.now(UTC) + timedelta(hours=20), tick=False):
            outbox.work_off()
            now, good_until = utcnow(), db.session.get(Invitation, id_).expires_at
            link = next(
                letter.message.get_content() for letter in office.letters if letter.to == ["asked@example.test"]
            )
            token = re.search(r"/reset/(\S+)", link).group(1)
            owner = credentials.owner_of_reset(token)
    app.config.update(MAIL_SERVER="")
    assert good_until - now == invitations.GOOD_FOR
    assert owner is not None and owner.id == asked, "an hour from its going out, not from being asked for"
