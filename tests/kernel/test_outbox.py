"""Mail that does not go out: tried for a day, told in the log, given up visibly, put back by a command."""

from datetime import timedelta

import pytest
import structlog
import time_machine
from sqlalchemy import select
from structlog.testing import capture_logs

from audiovisual.kernel import outbox
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.outbox import OutboxRow, work_off
from audiovisual.people import mail
from tests.ground.test_serve import free_port


@pytest.fixture
def nobody_takes_mail(app):
    """A mail that waits, and a mail server that is not there."""
    app.config |= {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": free_port(), "MAIL_TLS": False}
    with unit_of_work():
        mail.send("reset", "shen@example.test", "zh", name="沈素文", login="shen", address="https://bank.test/x")


def row():
    db.session.rollback()
    return db.session.scalars(select(OutboxRow).where(OutboxRow.kind == "mail")).one()


def try_until(moment):
    """Work off at each moment the mail falls due, up to that one."""
    while row().failed_at is None and row().due_at <= moment:
        with time_machine.travel(max(row().due_at, utcnow()), tick=False):
            work_off()


def test_mail_is_tried_for_a_day_with_half_an_hour_between(nobody_takes_mail):
    begun = utcnow()
    try_until(begun + timedelta(hours=24))
    assert row().failed_at is None
    assert timedelta(hours=24) < row().due_at - begun <= timedelta(hours=24, minutes=30)
    try_until(begun + timedelta(hours=36))
    assert row().failed_at is not None


def test_each_failure_is_told_in_the_log_without_the_link(nobody_takes_mail, monkeypatch):
    monkeypatch.setattr(outbox, "log", structlog.get_logger())  # one that no earlier test has bound
    with capture_logs() as lines:
        work_off()
    [line] = [line for line in lines if line["event"] == "outbox"]
    assert (line["log_level"], line["kind"], line["attempt"], line["given_up"]) == ("warning", "mail", 1, False)
    assert line["error"].startswith("ConnectionRefusedError")
    assert "bank.test" not in str(lines)


def test_what_was_given_up_is_put_back_by_a_command(app, nobody_takes_mail):
    try_until(utcnow() + timedelta(hours=36))
    app.config.update(MAIL_SERVER="", DEMO=True)  # a demonstration writes its mails to the log
    assert app.test_cli_runner().invoke(args=["outbox", "retry"]).output == "1 件重新排队。\n"
    with time_machine.travel(row().due_at + timedelta(seconds=1)):
        work_off()
    assert row().done_at is not None
