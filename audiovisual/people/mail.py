"""Mail: queued with the change it tells of, rendered and sent by the worker. A demonstration without a server writes it to the log.

Texts are `templates/people/mail/<name>.txt`, the first line being the subject; they are translated by gettext into the
language of the person they go to. A mail may wait for hours (a server that is down): whether it is still wanted is asked
again when it is sent, by what `asks` registers for its template.
"""

from __future__ import annotations

import smtplib
import ssl
import uuid
from collections.abc import Callable
from email import utils
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

import structlog
from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select

from audiovisual.kernel import outbox
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.kernel.outbox import OutboxRow
from audiovisual.kernel.text import one_line
from workflows.errors import N_

from .models import User
from .queries.particulars import settings
from .queries.presence import here

log = structlog.get_logger()
SECONDS = 20
SUBJECT = 150
"""Characters of a subject at most."""


class NoServer(RuntimeError):
    """A mail with a link that lets somebody in waits: no mail server is set."""


Wanted = Callable[[dict[str, Any]], bool]
WANTED: dict[str, Wanted] = {}


def asks(template: str) -> Callable[[Wanted], Wanted]:
    """Register who says, when a mail of this template is sent, whether it still is to go out: a function of what `send`
    was given as `again`. Of every mail it is asked first whether the person it goes to is still here."""

    def register(wanted: Wanted) -> Wanted:
        WANTED[template] = wanted
        return wanted

    return register


Renewed = Callable[[dict[str, Any]], dict[str, Any]]
RENEWED: dict[str, Renewed] = {}


def renews(template: str) -> Callable[[Renewed], Renewed]:
    """Register what begins when a mail of this template is sent, such as the days of its link: a function of what `send`
    was given as `again`. What it gives takes the place of the values that were queued."""

    def register(renew: Renewed) -> Renewed:
        RENEWED[template] = renew
        return renew

    return register


def _as_sent_now(payload: dict[str, Any]) -> dict[str, Any]:
    """The mail with what is counted from its being sent."""
    renew, again = RENEWED.get(payload["template"]), payload.get("again")
    if renew is None or again is None:
        return payload
    with unit_of_work():
        return {**payload, "values": payload["values"] | renew(again)}


def send(
    template: str, to: str, language: str, about: str = "", /, *, reader: int | None = None,
    again: dict[str, Any] | None = None, **values: Any,
) -> None:  # fmt: skip
    """Queue a mail in the caller's transaction: name of its template, address, language, plain values.

    `about` is what it is found again by while it has not gone out. A link that lets somebody in is called `address`.
    `reader` is the id of the person it goes to, where that person has an account; `again` is what is asked again when it
    is sent (`asks`).
    """
    outbox.enqueue(
        "mail", template=template, to=to, language=language, about=about, values=values, mark=uuid.uuid4().hex,
        reader=reader, again=again,
    )  # fmt: skip


def still_wanted(payload: dict[str, Any]) -> bool:
    """Whether a queued mail is to go out now: its reader is still here, and what it is about still concerns them."""
    reader = payload.get("reader")
    if reader is not None and db.session.scalar(select(User.id).where(User.id == reader, here())) is None:
        return False
    wanted, again = WANTED.get(payload["template"]), payload.get("again")
    return wanted is None or again is None or wanted(again)


def stuck() -> dict[str, OutboxRow]:
    """The mails that did not go out so far, by what they are about."""
    rows = select(OutboxRow).where(OutboxRow.kind == "mail", OutboxRow.done_at.is_(None), OutboxRow.error.is_not(None))
    found = db.session.scalars(rows.order_by(OutboxRow.id))
    return {row.payload["about"]: row for row in found if row.payload.get("about")}


REASONS = (
    ("audiovisual.people.mail.NoServer", N_("没有设置邮件服务器")),
    ("smtplib.SMTPRecipientsRefused", N_("对方邮箱不存在或不收")),
    ("smtplib.SMTPAuthenticationError", N_("邮件服务器不认用户名或密码")),
    ("ssl.SSLCertVerificationError", N_("邮件服务器的证书不可信")),
    ("ssl.SSL", N_("与邮件服务器没有建立起加密连接")),
    ("smtplib.SMTPNotSupportedError", N_("邮件服务器不支持所设的加密或登录方式")),
    ("smtplib.SMTPConnectError", N_("连不上邮件服务器")),
    ("smtplib.SMTPServerDisconnected", N_("邮件服务器中断了连接")),
    ("smtplib.", N_("邮件服务器没有收下")),
    *(
        (name, N_("连不上邮件服务器"))
        for name in ("TimeoutError", "Connection", "socket.", "OSError", "BrokenPipeError")
    ),
    ("", N_("原因记在服务器日志里")),
)


def why(row: OutboxRow) -> str:
    """In a few words why it did not go out, for whoever wrote it; the log has the whole of it."""
    last = (row.error or "").strip().rpartition("\n")[2]
    return next(words for start, words in REASONS if last.startswith(start))


def _without_link(payload: dict[str, Any]) -> dict[str, Any]:
    """Who reads the table must not be able to take an invitation or to set a password."""
    return {**payload, "values": {key: value for key, value in payload["values"].items() if key != "address"}}


@outbox.handles_slowly("mail", attempts=outbox.A_DAY, kept=_without_link)
def deliver(payload: dict[str, Any]) -> None:
    """Send one mail, if it is still wanted. Sent twice after a crash it carries the same Message-ID, and mail programs
    show it once."""
    if not still_wanted(payload):
        log.info("mail_not_sent", to=payload["to"], template=payload["template"])
        return
    message = compose(_as_sent_now(payload))
    if current_app.config["MAIL_SERVER"]:
        _hand_over(message)
    elif current_app.config["DEMO"]:
        log.info("mail", to=message["To"], subject=message["Subject"], text=message.get_content())
    elif "address" in payload["values"]:  # whoever reads the log must not get in with the link
        raise NoServer("SEEDBANK_MAIL_SERVER")
    else:
        log.info("mail_without_server", to=message["To"], subject=message["Subject"])


def compose(payload: dict[str, Any]) -> EmailMessage:
    """The mail as it will be sent: subject, plain text, from the bureau's address."""
    particulars = settings()
    with force_locale(payload["language"]):
        # not render_template: pages' context asks who is logged in, and the worker answers no request
        text = current_app.jinja_env.get_template(f"people/mail/{payload['template']}.txt").render(
            **{
                key: particulars[key]
                for key in ("bureau_name", "office_name", "contact_name", "contact_phone", "contact_email")
            },
            **payload["values"],
        )
    subject, _blank, body = text.strip().partition("\n")
    message = EmailMessage()
    message["Subject"] = one_line(subject, SUBJECT)
    message["From"] = _address(particulars["bureau_name"], current_app.config["MAIL_FROM"])
    message["To"] = payload["to"]
    message["Date"] = utils.localtime()  # without one, filters take it for junk and programs sort it last
    message["Message-ID"] = f"<{payload['mark']}@{current_app.config['MAIL_FROM'].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body.strip() + "\n")
    return message


def _address(name: str, address: str) -> Address:
    return Address(display_name=one_line(name), addr_spec=address)


def _hand_over(message: EmailMessage) -> None:
    """Say it to the server. With STARTTLS only to one whose certificate is good: user, password and links go over it."""
    config = current_app.config
    with smtplib.SMTP(config["MAIL_SERVER"], config["MAIL_PORT"], timeout=SECONDS) as server:
        if config["MAIL_TLS"]:
            server.starttls(context=ssl.create_default_context(cafile=config["MAIL_CA"] or None))
        if config["MAIL_USER"]:
            server.login(config["MAIL_USER"], config["MAIL_PASSWORD"])
        server.send_message(message)
