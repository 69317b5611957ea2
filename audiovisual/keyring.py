"""`flask --app wsgi keys`: what keys there are, a new one, a copy of them kept apart, and what the bank misses."""

from __future__ import annotations

import os
from pathlib import Path

import click
from sqlalchemy import inspect, select, text, update

from workflows.access import SYSTEM

from .kernel import audit, keys, modes
from .kernel.commands import SET_UP, Command
from .kernel.database import unit_of_work
from .kernel.model import db
from .people.models import TOTP, User

Lost = tuple[str, str]
"""A key the bank needs and the folder has not: its kind and number."""


def missing(*, all_rows: bool = False) -> list[Lost]:
    """Keys that the audit chain and the second steps need and that are not in the folder.

    `all_rows`: every row of the chain is asked, not only its end, which is quick.
    """
    connection = db.session.connection()
    tables = set(inspect(connection).get_table_names())
    needed: set[Lost] = set()
    if "audit_end" in tables and "seal" in {c["name"] for c in inspect(connection).get_columns("audit_end")}:
        needed |= {("chain", number) for number in _of_the_chain(all_rows)}
    if "user" in tables:
        sealed = connection.execute(text('SELECT totp_secret FROM "user" WHERE totp_secret IS NOT NULL')).scalars()
        needed |= {("encryption", keys.sealed_with(one)) for one in sealed if keys.is_sealed(one)}
    db.session.rollback()
    place = keys.folder()
    kept = {kind: {one.number for one in _kept(kind, place)} for kind in ("chain", "encryption")}
    return sorted((kind, number) for kind, number in needed if number not in kept[kind])


def _of_the_chain(all_rows: bool) -> list[str]:
    statement = "SELECT substr(seal, 1, 8) FROM audit_end"
    if all_rows:
        statement += " UNION SELECT DISTINCT substr(hash, 1, 8) FROM audit_row WHERE hash LIKE '%:%'"
    return list(db.session.scalars(text(statement)))


def _kept(kind: str, place: Path) -> tuple[keys.Key, ...]:
    """The keys of a kind that are there; none is made by asking."""
    return keys.keys(kind, place) if (place / kind).exists() else ()


def lost_sentence(lost: list[Lost]) -> str:
    """Which keys are missing, and what to do."""
    named = "、".join(f"{keys.KINDS[kind]}密钥 {number}" for kind, number in lost)
    return (
        f"{keys.folder()} 里缺{named}。请用保管的密钥恢复：flask --app wsgi keys restore 目录；"
        "确实找不回来的，用 keys rotate 加 --lost 另立新的。"
    )


def rotate(kind: str, lost: bool = False) -> keys.Key:
    """A new key of a kind. What is encrypted is encrypted anew; what was signed stays, its older keys with it."""
    if not lost and (gone := [one for one in missing() if one[0] == kind]):
        raise click.ClickException(lost_sentence(gone))
    new = keys.rotate(kind, keys.folder(), keep=kind != "sessions")
    with unit_of_work() as session:
        if kind == "encryption":
            _encrypt_anew()
        if kind == "chain" and lost:
            end = audit.kept_end(session)
            session.execute(update(audit.AuditEnd).values(seal=audit.seal_of(end.seq, end.hash)))
        audit.record("keys.rotate", None, SYSTEM, kind=kind, number=new.number, lost=lost)
    return new


def _encrypt_anew() -> None:
    """All that is encrypted, with the newest key; what cannot be read any more stays as it is."""
    for user in db.session.scalars(select(User).where(User.totp_sealed.is_not(None))):
        try:
            user.totp_sealed = keys.seal(keys.unseal(user.totp_sealed, TOTP), TOTP)
        except (keys.Missing, ValueError):
            continue


def back_up(target: Path) -> int:
    """Copy the keys into an empty folder, readable to our own account alone; gives how many."""
    if target.exists() and any(target.iterdir()):
        raise click.ClickException(f"{target} 里已经有东西，请换一个空目录。")
    place = keys.folder()
    keys.make_all(place)
    modes.make_private(target)
    for kind in keys.KINDS:
        modes.write_private(target / kind, (place / kind).read_text("ascii"))
    modes.sync(target)
    return sum(len(keys.parsed(target / kind)) for kind in keys.KINDS)


def restore(source: Path) -> int:
    """Put kept keys beside those that are there, which stay the newer; gives how many were put in.

    Everything is read before anything is changed.
    """
    try:
        kept = {kind: keys.parsed(source / kind) for kind in keys.KINDS if (source / kind).exists()}
    except (OSError, ValueError):
        raise click.ClickException(f"{source} 里的密钥读不出来。") from None
    if not kept:
        raise click.ClickException(f"{source} 里没有密钥。")
    place, put_in = keys.folder(), 0
    for kind, found in kept.items():
        there = _kept(kind, place)
        fresh = tuple(one for one in found if one not in there)
        if fresh:
            keys.write_all(kind, place, there + fresh)
        put_in += len(fresh)
    keys.make_all(place)
    return put_in


KIND = click.Choice(list(keys.KINDS))


@click.group("keys", help="密钥：登录、审计链、备份清单、加密。")
def keys_group() -> None:
    """The bank's keys."""


@keys_group.command("list", cls=Command, help="列出密钥的编号，最新的在前；缺了哪把也说。")
def list_command() -> None:
    """The numbers of all keys, the newest first. Exit code 1 when the bank needs one that is missing."""
    for kind, called in keys.KINDS.items():
        numbers = "、".join(one.number for one in _kept(kind, keys.folder())) or "无"
        click.echo(f"{kind}（{called}）：{numbers}")
    if lost := missing(all_rows=True):
        raise click.ClickException(lost_sentence(lost))


@keys_group.command("rotate", cls=Command, help="换一把新的；旧的仍用来核对和解密（登录的除外）。")
@click.argument("kind", metavar="种类", type=KIND)
@click.option("--lost", is_flag=True, help="原来的确实找不回来了，另立新的。")
def rotate_command(kind: str, lost: bool) -> None:
    """A new key of that kind."""
    if not inspect(db.engine).has_table("audit_end"):
        raise click.ClickException(SET_UP)
    new = rotate(kind, lost)
    click.echo(f"{keys.KINDS[kind]}密钥已换为 {new.number}。请重新备份密钥：keys backup 目录")
    if kind == "sessions":
        click.echo("重新启动服务后生效：所有人要重新登录，已发出的重设密码链接作废。")
        if os.environ.get("SECRET_KEY"):
            click.echo("注意：设置了 SECRET_KEY，登录用的是它；去掉这项设置，才用密钥目录里的。", err=True)


@keys_group.command("backup", cls=Command, help="把密钥抄到一个空目录；请与数据的备份分开保管。")
@click.argument("target", metavar="目录", type=click.Path(file_okay=False, path_type=Path))
def backup_command(target: Path) -> None:
    """Copy the keys into an empty folder, to be kept apart from the backups of the data."""
    click.echo(f"密钥 {back_up(target)} 把，已抄到 {target}。请与数据的备份分开保管。")


@keys_group.command("restore", cls=Command, help="放回抄下的密钥；现有的保留。")
@click.argument("source", metavar="目录", type=click.Path(exists=True, file_okay=False, path_type=Path))
def restore_command(source: Path) -> None:
    """Put copied keys back beside those that are there."""
    click.echo(f"放回密钥 {restore(source)} 把。")
    if inspect(db.engine).has_table("audit_end") and (lost := missing(all_rows=True)):
        raise click.ClickException(lost_sentence(lost))
