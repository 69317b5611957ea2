"""Mail leaves the house: a real SMTP conversation with a server of our own, and what came out at the other end."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from sqlalchemy import select

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.outbox import OutboxRow, work_off
from audiovisual.people import mail
from audiovisual.people.models import User
from audiovisual.people.operations import invitations
from tests import factories as make

from .post_office import PostOffice, post_office


@pytest.fixture
def office(app) -> Iterator[PostOffice]:
    with post_office() as office:
        app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=office.port, MAIL_TLS=False, MAIL_USER="",
                          MAIL_FROM="seedbank@jsgd.example", PUBLIC_URL="https://bank.jsgd.example")  # fmt: skip
        yield office


def invited(email: str, language: str = "zh") -> User:
    """An invitation by the administrator, who is given."""
    admin = make.user("admin", name="管理员")
    with unit_of_work():
        invitations.invite(make.actor_of(admin), email, "宋知微", ["expert"], language)
    return admin


def row() -> OutboxRow:
    db.session.rollback()
    return db.session.scalars(select(OutboxRow).where(OutboxRow.kind == "mail").order_by(OutboxRow.id.desc())).first()


def test_an_invitation_arrives_with_its_headers_and_a_link_that_opens(office, client):
    invited("song@example.test")
    work_off()
    (letter,) = office.letters
    message = letter.message
    assert (letter.sender, letter.to) == ("seedbank@jsgd.example", ["song@example.test"])
    assert message["Subject"] == "邀请您使用网络视听项目种子库"
    assert message["From"].addresses[0].addr_spec == "seedbank@jsgd.example"
    assert message["From"].addresses[0].display_name == "江苏省广播电视局"
    assert message["To"] == "song@example.test"
    assert message["Message-ID"] == f"<{row().payload['mark']}@jsgd.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain" and message.get_content_charset() == "utf-8"
    text = message.get_content()
    address = next(word for word in text.split() if word.startswith("https://"))
    assert address.startswith("https://bank.jsgd.example/join/")
    page = client.get(address.removeprefix("https://bank.jsgd.example"))
    assert page.status_code == 200 and "宋知微" in page.text


def test_a_mail_in_english_is_english(office):
    invited("song@example.test", "en")
    work_off()
    message = office.letters[0].message
    assert message["Subject"].isascii()
    assert "/join/" in message.get_content()


def test_a_mail_bears_the_time_it_was_written(office):
    invited("song@example.test")
    work_off()
    written = parsedate_to_datetime(office.letters[0].message["Date"])
    assert abs(utcnow() - written) < timedelta(minutes=1)


def test_an_office_away_for_hours_loses_no_mail(office):
    """The ninth failure in a row once gave a mail up, four minutes after it was written."""
    office.refusing.add("song@example.test")
    invited("song@example.test")
    for _time in range(12):
        with unit_of_work() as session:
            session.get(OutboxRow, row().id).due_at = utcnow() - timedelta(seconds=1)
        work_off()
    assert (row().attempts >= 12, row().failed_at) == (True, None)
    assert row().due_at - utcnow() <= timedelta(minutes=30)


def test_a_mail_that_was_handed_over_is_not_sent_again(office):
    invited("song@example.test")
    work_off()
    work_off()
    assert len(office.letters) == 1
    assert row().done_at is not None and row().error in (None, "")


def test_a_refused_mail_waits_and_arrives_when_the_office_takes_it(office):
    office.refusing.add("song@example.test")
    invited("song@example.test")
    work_off()
    assert office.letters == [] and row().done_at is None and "550" in (row().error or "")
    office.refusing.clear()
    with unit_of_work() as session:
        session.get(OutboxRow, row().id).due_at = utcnow() - timedelta(seconds=1)
    work_off()
    assert [letter.to for letter in office.letters] == [["song@example.test"]]


def test_an_office_that_is_shut_loses_no_mail(app):
    app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=9, MAIL_TLS=False)
    invited("song@example.test")
    work_off()
    assert row().done_at is None and row().failed_at is None and row().error


def test_what_was_sent_lets_nobody_in_who_reads_the_table(office):
    invited("song@example.test")
    assert "/join/" in row().payload["values"]["address"]
    work_off()
    assert "/join/" not in str(row().payload)
    assert row().payload["to"] == "song@example.test"


@pytest.fixture
def certificate(tmp_path):
    """Paths of a certificate for 127.0.0.1 signed by itself, and of its key."""
    paths = str(tmp_path / "certificate.pem"), str(tmp_path / "key.pem")
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=post office",
            "-addext", "subjectAltName=IP:127.0.0.1", "-out", paths[0], "-keyout", paths[1]]  # fmt: skip
    subprocess.run(made, check=True, capture_output=True)
    return paths


@pytest.mark.skipif(not shutil.which("openssl"), reason="makes a certificate with openssl")
def test_mail_is_handed_only_to_a_server_whose_certificate_is_good(app, office, certificate, login):
    office.certificate = certificate
    app.config.update(MAIL_TLS=True, MAIL_CA="")
    client = login(invited("song@example.test"))
    work_off()
    assert office.letters == [] and "CERTIFICATE_VERIFY_FAILED" in row().error
    assert "邮件没有送出：邮件服务器的证书不可信" in client.get("/invitations").text
    app.config.update(MAIL_CA=certificate[0])
    with unit_of_work() as session:
        session.get(OutboxRow, row().id).due_at = utcnow() - timedelta(seconds=1)
    work_off()
    assert [letter.to for letter in office.letters] == [["song@example.test"]]


def test_an_invitation_that_did_not_go_out_is_told_in_the_list_and_sent_again(office, login):
    office.refusing.add("song@example.test")
    client = login(invited("song@example.test"))
    assert "没有送出" not in client.get("/invitations").text
    work_off()
    page = client.get("/invitations").text
    assert "邮件没有送出：对方邮箱不存在或不收" in page and "系统会再试" in page
    again = re.search(r'action="(/invitations/\d+/send-again)"', page)[1]
    office.refusing.clear()
    assert [client.post(again).status_code for _ in range(2)] == [303, 303], "told as done"
    work_off()
    assert [letter.to for letter in office.letters] == [["song@example.test"]]
    assert "没有送出" not in client.get("/invitations").text


def test_a_mail_that_was_given_up_can_still_be_sent(office, login):
    office.refusing.add("song@example.test")
    client = login(invited("song@example.test"))
    work_off()
    with unit_of_work() as session:
        session.get(OutboxRow, row().id).failed_at = utcnow()
    page = client.get("/invitations").text
    assert "没有送出" in page and "系统会再试" not in page
    office.refusing.clear()
    client.post(re.search(r'action="(/invitations/\d+/send-again)"', page)[1])
    work_off()
    assert len(office.letters) == 1


def test_without_a_server_a_link_is_never_written_to_the_log_and_its_mail_waits_for_one(app, capsys):
    invited("song@example.test")
    work_off()
    waiting = row()
    assert (waiting.done_at, mail.why(waiting)) == (None, "没有设置邮件服务器")
    assert "/join/" not in capsys.readouterr().out
    with post_office() as office:
        app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=office.port, MAIL_TLS=False)
        with unit_of_work() as session:
            session.get(OutboxRow, waiting.id).due_at = utcnow()
        work_off()
        assert "/join/" in office.letters[0].message.get_content()
