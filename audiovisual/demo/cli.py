"""`flask --app wsgi demo [--projects N [--text FILE.jsonl.gz]]`: the demonstration bank, or a large one."""

from __future__ import annotations

import time
from pathlib import Path

import click
from sqlalchemy import select

from audiovisual.kernel.commands import Command
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.people.models import User
from audiovisual.projects.models import Project
from audiovisual.seed import seed_reference_data


@click.command("demo", cls=Command, help="在空库里装入演示数据，或用 --projects 建一个大库。")
@click.option("--projects", type=click.IntRange(20, 1_000_000), help="建一个大库：多少个项目。")
@click.option(
    "--text",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="梗概取材的文件：每行一个 JSON，读其中的 text。",
)
def demo(projects: int | None, text: Path | None) -> None:
    """Fill an empty bank with the demonstration titles, or with so many composed ones."""
    if text is not None and projects is None:
        raise click.ClickException("--text 要和 --projects 一起用。")
    if db.session.scalar(select(Project.id).limit(1)) is not None:
        raise click.ClickException("库里已经有项目，没有装入演示数据；请换一个空库，或先清空 instance 目录。")
    if db.session.scalar(select(User.id).limit(1)) is not None:
        raise click.ClickException(
            "库里已经有人员（或上次没有装完），没有装入演示数据；请换一个空库，或先清空 instance 目录。"
        )
    db.session.rollback()
    with unit_of_work():  # tables made by `db upgrade` alone hold no rules and no days yet
        seed_reference_data()
    begun = time.monotonic()
    click.echo(f"已装入 {_build(projects, text)} 个项目，用时 {time.monotonic() - begun:.0f} 秒。")


def _build(projects: int | None, text: Path | None) -> int:
    if projects is None:
        from .build import build_demo

        return build_demo(click.echo)
    from .large import build_large
    from .large.novels import Novels, Unreadable

    try:
        novels = Novels(text) if text else None
    except Unreadable as reason:
        raise click.ClickException(str(reason)) from None
    return build_large(projects, novels, click.echo)
