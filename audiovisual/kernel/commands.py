"""Commands of the command line that fail in one sentence where the database or a folder is not what they need."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

NOT_MIGRATED = ("no such table", "no such column", "does not exist")
SET_UP = "数据库还没有建好，或不是这一版。新库请先运行 flask --app wsgi init，升级请运行 python -m audiovisual.ground.serve --prepare。"


class Command(click.Command):
    """A command. Anything but the database or a file that is not there stays loud: it is a bug."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; turn what stands in the way into a sentence and exit code 1."""
        with told_plainly():
            return super().invoke(ctx)


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn a database or a file that is not what it should be into a sentence and exit code 1."""
    try:
        yield
    except (OperationalError, ProgrammingError, sqlite3.OperationalError) as error:
        reason = str(getattr(error, "orig", error))
        if any(mark in reason for mark in NOT_MIGRATED):
            raise click.ClickException(SET_UP) from None
        raise click.ClickException(f"数据库现在不能用：{reason.splitlines()[0]}") from None
    except OSError as error:
        if error.filename is None:
            raise
        raise click.ClickException(f"不能读写 {error.filename}：{error.strerror}") from None
