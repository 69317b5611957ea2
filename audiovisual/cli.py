"""Commands: `flask --app wsgi init | work | audit verify | backup | restore`; features add their own groups."""

from __future__ import annotations

import sys
import time

import click
from flask import Flask

from .backup import backup_command, restore_command
from .kernel import audit, health, outbox
from .kernel.model import db


def install(app: Flask) -> None:
    """Hang the commands on the application."""
    for command in (work, audit_group, backup_command, restore_command):
        app.cli.add_command(command)


@click.command("work")
@click.option("--once", is_flag=True, help="Work off what is due, then end.")
def work(once: bool) -> None:
    """The worker: messages, mail, letters, media, one row of the outbox after the other."""
    if once:
        click.echo(outbox.work_off())
        return
    breath = 0.0
    while True:
        if time.monotonic() - breath > 15:
            health.beat()
            breath = time.monotonic()
        if not outbox.work_once():
            time.sleep(0.5)


@click.group("audit")
def audit_group() -> None:
    """The audit chain."""


@audit_group.command("verify")
def verify() -> None:
    """Walk the chain: exit 0 when every row holds, else name the first that does not and exit 1."""
    verdict = audit.verify(db.session())
    if verdict.broken_at is None:
        click.echo(f"{verdict.rows} 行，全部相符。")
        return
    click.echo(f"第 {verdict.broken_at} 行不符（{verdict.why}），之前 {verdict.rows} 行相符。")
    sys.exit(1)
