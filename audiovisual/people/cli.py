"""`flask --app wsgi init`: the first start of an empty bank."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import select

from audiovisual.kernel import audit
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.kernel.text import translated
from audiovisual.seed import seed_reference_data
from workflows.access import Actor
from workflows.errors import WorkflowError

from . import passwords
from .models import RoleGrant, User
from .operations import accounts, particulars
from .particulars import DEFAULTS


@click.command("init")
@click.option("--login", prompt="管理员用户名", help="Log-in name of the first administrator.")
@click.option("--name", prompt="管理员姓名", help="His name.")
@click.option("--email", prompt="管理员邮箱", default="", help="His address, for resetting his password.")
@click.option("--password", prompt="管理员口令（至少 10 个字符）", hide_input=True, confirmation_prompt="再输一次口令")
@click.option("--bureau", prompt="单位全称", default=DEFAULTS["bureau_name"], help="Name of the bureau.")
@click.option("--office", prompt="承办处室", default=DEFAULTS["office_name"], help="Name of the office.")
@click.option("--phone", prompt="联系电话", default="", help="Telephone shown to houses.")
@click.option("--letter-pattern", default="", help="Pattern of letter numbers, e.g. 苏广电网〔{year}〕{n}号.")
@with_appcontext
def init(
    login: str, name: str, email: str, password: str, bureau: str, office: str, phone: str, letter_pattern: str
) -> None:
    """Make the tables, the dated rules, the calendar, the clauses and the first administrator.

    Refuses a second time: a bank that has people is not begun again.
    """
    upgrade()
    if db.session.scalar(select(User.id).limit(1)) is not None:
        _stop("已经初始化过：库里已有人员，不再重复。")
    if sentence := passwords.refusal(password, login, name):
        _stop(translated(sentence))
    kept = passwords.hashed(password)
    try:
        with unit_of_work():
            _begin(
                login,
                name,
                email,
                kept,
                {"bureau_name": bureau, "office_name": office, "contact_phone": phone},
                letter_pattern,
            )
    except WorkflowError as refusal:
        _stop(translated(refusal.sentence))
    click.echo(f"初始化完成，请用“{login}”登录。")


def _begin(login: str, name: str, email: str, password_hash: str, numbers: dict[str, str], pattern: str) -> None:
    seed_reference_data()
    user = accounts.new_user(login, name, email=email, password_hash=password_hash)
    user.grants = [RoleGrant(role="admin")]
    db.session.flush()
    actor = Actor(user.id, user.name, frozenset({"admin"}))
    audit.record("bank.begun", user, actor)
    particulars.keep({key: value for key, value in numbers.items() if value}, actor)
    if pattern:
        particulars.keep_patterns({"letter": pattern}, actor)


def _stop(sentence: str) -> None:
    click.echo(sentence, err=True)
    sys.exit(1)
