"""Commands: `flask --app wsgi init | work | outbox retry | scan | audit verify | verify | sensitive | keys | backup | restore`; features add their own groups."""

from __future__ import annotations

import sys

import click
from flask import Flask
from sqlalchemy import select

from workflows.access import SYSTEM

from .backup import backup_command
from .demo.cli import demo
from .kernel import audit, outbox, scanning, sensitive, stream
from .kernel.commands import Command
from .kernel.database import unit_of_work
from .kernel.model import db
from .kernel.withheld import WithheldValue
from .keyring import keys_group
from .people.models import User
from .proof import verify_command
from .restoring import restore_command
from .soundness import WHY, told_of_rewritings


def install(app: Flask) -> None:
    """Hang the commands on the application."""
    for command in (
        work,
        outbox_group,
        scan,
        audit_group,
        keys_group,
        sensitive_group,
        verify_command,
        backup_command,
        restore_command,
        demo,
    ):
        app.cli.add_command(command)


@click.command("work", cls=Command, help="后台处理：消息、邮件、公文、样片，一件件办；按 Ctrl-C 结束。")
@click.option("--once", is_flag=True, help="把到期的办完就结束。")
def work(once: bool) -> None:
    """The worker: messages, mail, letters, media, one row of the outbox after the other."""
    if once:
        stream.write_out()
        click.echo(outbox.work_off())
        return
    from .documents import justify
    from .worker import run

    justify.install()  # a changed renderer shows here and now, not with the first letter
    run()


@click.group("outbox", help="后台要办的事。")
def outbox_group() -> None:
    """What waits for the worker."""


@outbox_group.command("retry", cls=Command, help="把多次没有办成、已经放弃的（如邮件）重新排队。")
def retry() -> None:
    """Once the cause is mended: what was given up is tried again by the worker."""
    with unit_of_work():
        count = outbox.retry()
    click.echo(f"{count} 件重新排队。")


@click.group("sensitive", help="敏感信息：有哪些、留多久；删去审计里另存的值。")
def sensitive_group() -> None:
    """Sensitive columns and the values that audit rows keep apart."""


@sensitive_group.command("table", cls=Command, help="写出敏感信息的两张表（README 里的就是它）。")
def table() -> None:
    """The tables of the README."""
    click.echo(sensitive.readme())


@sensitive_group.command("forget", cls=Command, help="删去审计里另存的、一个人的敏感值；留下摘要，审计链照样相符。")
@click.argument("login", metavar="用户名")
def forget(login: str) -> None:
    """Delete the sensitive values that audit rows about a person keep apart."""
    with unit_of_work():
        user = db.session.scalar(select(User).where(User.login == login.strip().lower()))
        if user is None:
            raise click.ClickException(f"没有用户名为 {login} 的人。")
        mine = select(WithheldValue.print).where(WithheldValue.user_id == user.id, WithheldValue.deleted_seq.is_(None))
        prints = list(db.session.scalars(mine))
        if prints:
            audit.delete_values(prints, SYSTEM, "command")
    click.echo(f"删去 {len(prints)} 个值；由审计链记下。")


@click.command(
    "scan", cls=Command, help="把收到的文件都重新查毒：设好查毒程序以后，或病毒特征更新以后。后台处理逐个查。"
)
@click.option("--all", "every", is_flag=True, required=True, help="全部文件。")
def scan(every: bool) -> None:
    """What was uploaded before there was a scanner, or before it knew what it knows: to be looked at by the worker."""
    if not scanning.place():
        raise click.ClickException("没有设置查毒程序：请先设置 SEEDBANK_SCANNER。")
    with unit_of_work():
        count = scanning.ask_again()
    click.echo(f"{count} 个文件排队查毒，后台处理逐个查。")


@click.group("audit", help="审计链。")
def audit_group() -> None:
    """The audit chain."""


@audit_group.command("verify", cls=Command, help="从头核对审计链；有一行不符即指出，退出码为 1。")
def verify() -> None:
    """Walk the chain: exit 0 when every row holds, else name the first that does not and exit 1."""
    verdict = audit.verify(db.session())
    if verdict.broken_at is None:
        click.echo(f"{verdict.rows} 行，全部相符。")
        for line in told_of_rewritings():
            click.echo(f"{line}。")
        return
    why = WHY[verdict.why] + (f" {verdict.key}" if verdict.key else "")
    click.echo(f"第 {verdict.broken_at} 行不符（{why}），之前 {verdict.rows} 行相符。")
    sys.exit(1)
