"""`flask --app wsgi init`: the first start of an empty bank."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click
from flask.cli import ScriptInfo, with_appcontext
from flask_migrate import upgrade
from sqlalchemy import inspect, select

from audiovisual.kernel import audit
from audiovisual.kernel.commands import Command, told_plainly
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.kernel.text import translated
from audiovisual.seed import seed_reference_data
from workflows import typed
from workflows.access import Actor
from workflows.errors import WorkflowError
from workflows.ruleset.numbers import NUMBERS

from . import passwords
from .models import RoleGrant, User
from .operations import accounts, administrators, particulars, second_step
from .operations.attempts import login_name
from .particulars import DEFAULTS
from .queries.directory import still_here
from .queries.own_words import BANK

OWN = (*BANK, DEFAULTS["bureau_name"], DEFAULTS["office_name"])
"""Words of our own that no password is made of: there is no bank yet to ask for them."""


def _email(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    """Asked again at once, not refused after the last question."""
    if (plain := typed.address(value)) and typed.address_refusal(plain):
        raise click.BadParameter("邮箱写法如 lin@example.com；没有就空着。")
    return plain


def _phone(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    if (plain := typed.telephone(value)) and (sentence := typed.telephone_refusal(plain)):
        raise click.BadParameter(translated(sentence))
    return plain


def _name(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    plain = typed.one_line(value)
    if not plain:
        raise click.BadParameter("不能空着。")
    if len(plain) > LONGEST:
        raise click.BadParameter(f"太长，最多 {LONGEST} 个字。")
    return plain


def _login(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    if sentence := accounts.login_refusal(value):
        raise click.BadParameter(translated(sentence))
    return login_name(value)


def _password(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    if sentence := passwords.refusal(value, ctx.params.get("login", ""), ctx.params.get("name", ""), own=OWN):
        raise click.BadParameter(translated(sentence))
    asked_for = ctx.get_parameter_source("password") is None  # known once the prompt is over
    if asked_for and click.prompt("再输一次密码", hide_input=True) != value:
        raise click.BadParameter("两次输入的密码不一样。")
    return value


def _second_password(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    if ctx.params.get("second_login") == ctx.params.get("login"):
        raise click.BadParameter("两位管理员要用不同的用户名。")
    if sentence := passwords.refusal(
        value, ctx.params.get("second_login", ""), ctx.params.get("second_name", ""), own=OWN
    ):
        raise click.BadParameter(translated(sentence))
    return value


class First(Command):
    """Looks before it asks: seven answers for a bank that is already begun would be for nothing."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse a second time at once; help is given anyway."""
        if not set(args) & set(ctx.help_option_names):
            with told_plainly(), ctx.ensure_object(ScriptInfo).load_app().app_context():
                _refuse_a_second_time()
        return super().parse_args(ctx, args)


def _refuse_a_second_time() -> None:
    with db.engine.connect() as connection:
        begun = inspect(connection).has_table("user") and connection.scalar(select(User.id).limit(1)) is not None
    db.engine.dispose()
    if begun:
        raise click.ClickException("已经初始化过：库里已有人员，不再重复。")


LONGEST = 100
HELP = "新库的第一步：建表，写入规则、节假日和条款，建两位系统管理员。没有给出的逐项询问；库里已有人员则不再重复。"


@click.command("init", cls=First, help=HELP)
@click.option("--login", prompt="管理员用户名", callback=_login, help="第一位系统管理员的用户名。")
@click.option("--name", prompt="管理员姓名", callback=_name, help="姓名。")
@click.option("--email", prompt="管理员邮箱（可空）", default="", callback=_email, help="邮箱，忘记密码时用。")
@click.option(
    "--password",
    prompt="管理员密码（至少 10 个字符）",
    hide_input=True,
    callback=_password,
    help="密码。",
)
@click.option("--second-login", prompt="第二位管理员用户名", callback=_login, help="第二位系统管理员的用户名。")
@click.option("--second-name", prompt="第二位管理员姓名", callback=_name, help="第二位系统管理员的姓名。")
@click.option(
    "--second-email", prompt="第二位管理员邮箱（可空）", default="", callback=_email, help="邮箱，忘记密码时用。"
)
@click.option(
    "--second-password",
    prompt="第二位管理员密码（至少 10 个字符，首次登录要换）",
    hide_input=True,
    callback=_second_password,
    help="密码。",
)
@click.option("--bureau", prompt="单位全称", default=DEFAULTS["bureau_name"], callback=_name, help="单位全称。")
@click.option("--office", prompt="承办处室", default=DEFAULTS["office_name"], callback=_name, help="承办处室。")
@click.option("--phone", prompt="联系电话（可空）", default="", callback=_phone, help="给机构看的电话。")
@click.option(
    "--letter-pattern",
    prompt="公文文号样式",
    default=NUMBERS["letter"],
    help="公文文号样式，如 苏广电网〔{year}〕{n}号。",
)
@with_appcontext
def init(
    login: str, name: str, email: str, password: str, second_login: str, second_name: str, second_email: str,
    second_password: str, bureau: str, office: str, phone: str, letter_pattern: str,
) -> None:  # fmt: skip
    """Make the tables, the dated rules, the calendar, the clauses and two administrators: one alone gives no such role.

    Refuses a second time: a bank that has people is not begun again.
    """
    upgrade()
    kept = passwords.hashed(password)
    try:
        with unit_of_work():
            _begin(
                login,
                name,
                email,
                kept,
                (second_login, second_name, second_email, passwords.hashed(second_password)),
                {"bureau_name": bureau, "office_name": office, "contact_phone": phone},
                letter_pattern,
            )
    except WorkflowError as refusal:
        _stop(translated(refusal.sentence))
    click.echo(f"初始化完成，请用“{login}”登录，先看“系统设置”，再在“邀请”里请经办、处长等同事加入。")


def _begin(
    login: str, name: str, email: str, password_hash: str, second: tuple[str, str, str, str], numbers: dict[str, str],
    pattern: str,
) -> None:  # fmt: skip
    seed_reference_data()
    user = accounts.new_user(login, name, email=email, password_hash=password_hash)
    other = accounts.new_user(second[0], second[1], email=second[2], password_hash=second[3], must_change_password=True)
    for each in (user, other):
        each.grants = [RoleGrant(role="admin")]
    db.session.flush()
    actor = Actor(user.id, user.name, frozenset({"admin"}))
    audit.record("bank.begun", user, actor)
    particulars.keep({key: value for key, value in numbers.items() if value}, actor)
    if pattern != NUMBERS["letter"]:
        particulars.keep_patterns({"letter": pattern}, actor)


@click.command(
    "grant-admin",
    cls=Command,
    help="只剩一位或没有系统管理员时：授予某个账号系统管理员，记入账号记录并告知全部管理员。",
)
@click.argument("login")
@with_appcontext
def grant_admin(login: str) -> None:
    """Give the role of administrator to an account, for whoever has the server."""
    _to_account(login, administrators.give_at_console)
    click.echo(f"已授予“{login}”系统管理员，并告知全部管理员。")


@click.command(
    "second-step-off",
    cls=Command,
    help="丢了手机和备用码时：关闭某个账号的两步验证，记入账号记录并告知本人和全部管理员。",
)
@click.argument("login")
@with_appcontext
def second_step_off(login: str) -> None:
    """Switch the second step of an account off, for whoever has the server; its sessions end."""
    _to_account(login, second_step.switch_off_at_console)
    click.echo(f"已关闭“{login}”的两步验证，各处的登录已退出，并告知本人和全部管理员。")


def _to_account(login: str, act: Callable[[User], None]) -> None:
    """Do it to the account of somebody who is here; whatever stands against it ends the command with its sentence."""
    user = db.session.scalars(select(User).where(User.login == login_name(login), still_here())).first()
    if user is None:
        _stop(f"没有在职的账号“{login}”。")
        return
    try:
        with unit_of_work():
            act(user)
    except WorkflowError as refusal:
        _stop(translated(refusal.sentence))


def _stop(sentence: str) -> None:
    click.echo(sentence, err=True)
    sys.exit(1)
