"""Commands: `flask --app wsgi search rebuild | check | query TEXT --as USER [--json]`."""

from __future__ import annotations

import json
import sys
import time

import click
from flask import Blueprint

from ..kernel import findable
from ..kernel.commands import Command
from . import queries, rebuild


def install(bp: Blueprint) -> None:
    """Hang the commands on the blueprint's group."""
    bp.cli.help = "检索索引。"
    for command in (rebuild_command, check_command, query_command):
        bp.cli.add_command(command)


@click.command("rebuild", cls=Command, help="重建检索索引；期间照常办事和检索。")
@click.option(
    "--batch", type=click.IntRange(min=1), default=rebuild.BATCH, show_default=True, help="每个事务写多少条。"
)
def rebuild_command(batch: int) -> None:
    """Build the index anew; people may go on working and searching meanwhile."""
    begun = time.process_time()
    count = rebuild.rebuild(batch)
    click.echo(f"已重建 {count} 条，用时 {time.process_time() - begun:.1f} 秒（处理器）。")


@click.command("check", cls=Command, help="逐条核对索引与数据；有不符即列出，退出码为 1。")
def check_command() -> None:
    """Name every difference between rows and index; exit 1 when there is one."""
    faults = 0
    for fault in rebuild.check():
        faults += 1
        click.echo(fault)
    click.echo(f"{faults} 处不符。" if faults else "索引与数据相符。")
    sys.exit(1 if faults else 0)


@click.command("query", cls=Command, help="以某人的眼睛检索。")
@click.argument("text", metavar="检索词")
@click.option("--as", "login", required=True, metavar="用户名", help="谁在检索。")
@click.option("--kind", default=None, help="只找这一类，如 project。")
@click.option("--page", type=click.IntRange(min=1), default=1, show_default=True, help="第几页。")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON：total、more、ms、hits。")
def query_command(text: str, login: str, kind: str | None, page: int, as_json: bool) -> None:
    """Search as this person sees the bank."""
    actor = findable.person(login)
    if actor is None:
        raise click.ClickException(f"没有用户名为 {login} 的人员。")
    if kind is not None and kind not in {source.kind for source in findable.SOURCES.values()}:
        raise click.ClickException(f"没有这一类：{kind}。")
    begun = time.perf_counter()
    found = queries.search(text, actor, page, kind)
    spent = round((time.perf_counter() - begun) * 1000, 2)
    hits = [
        {"kind": hit.kind, "id": hit.id, "number": bare(hit.number), "title": bare(hit.title),
         "snippet": str(hit.snippet), "url": hit.url}
        for hit in found.hits
    ]  # fmt: skip
    if as_json:
        answer = {"query": text, "total": found.total, "more": found.more, "ms": spent, "hits": hits}
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    click.echo(f"{found.total}{'+' if found.more else ''} 条，{spent} 毫秒")
    for hit in hits:
        click.echo(f"{hit['kind']}\t{hit['number']}\t{hit['title']}\t{hit['url']}")


def bare(marked: queries.Markup) -> str:
    """The text without its marks."""
    return marked.striptags() if "<" in marked or "&" in marked else str(marked)
