"""Mail: queued with the change it tells of, rendered and sent by the worker; written to the log without a server.

Texts are `templates/people/mail/<name>.txt`, the first line being the subject; they are translated by gettext into the
language of the person they go to.
"""

from __future__ import annotations

import smtplib
import uuid
from email import utils
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

import structlog
from flask import current_app
from flask_babel import force_locale

from audiovisual.kernel import outbox

from .queries.particulars import settings

log = structlog.get_logger()
SECONDS = 20


def send(template: str, to: str, language: str, /, **values: Any) -> None:
    """Queue a mail in the caller's transaction: name of its template, address, language, plain values."""
    outbox.enqueue("mail", template=template, to=to, language=language, values=values, mark=uuid.uuid4().hex)


@outbox.handles_slowly("mail", attempts=60)
def deliver(payload: dict[str, Any]) -> None:
    """Send one mail. Sent twice after a crash it carries the same Message-ID, and mail programs show it once."""
    message = compose(payload)
    if not current_app.config["MAIL_SERVER"]:
        log.info("mail", to=message["To"], subject=message["Subject"], text=message.get_content())
        return
    _hand_over(message)


def compose(payload: dict[str, Any]) -> EmailMessage:
    """The mail as it will be sent: subject, plain text, from the bureau's address."""
    particulars = settings()
    with force_locale(payload["language"]):
        # not render_template: pages' context asks who is logged in, and the worker answers no request
        text = current_app.jinja_env.get_template(f"people/mail/{payload['template']}.txt").render(
            bureau_name=particulars["bureau_name"], contact_phone=particulars["contact_phone"], **payload["values"]
        )
    subject, _blank, body = text.strip().partition("\n")
    message = EmailMessage()
    message["Subject"] = " ".join(subject.split())
    message["From"] = _address(particulars["bureau_name"], current_app.config["MAIL_FROM"])
    message["To"] = payload["to"]
    message["Date"] = utils.localtime()  # without one, filters take it for junk and programs sort it last
    message["Message-ID"] = f"<{payload['mark']}@{current_app.config['MAIL_FROM'].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body.strip() + "\n")
    return message


def _address(name: str, address: str) -> Address:
    return Address(display_name=name, addr_spec=address)


def _hand_over(message: EmailMessage) -> None:
    config = current_app.config
    with smtplib.SMTP(config["MAIL_SERVER"], config["MAIL_PORT"], timeout=SECONDS) as server:
        if config["MAIL_TLS"]:
            server.starttls()
        if config["MAIL_USER"]:
            server.login(config["MAIL_USER"], config["MAIL_PASSWORD"])
        server.send_message(message)
