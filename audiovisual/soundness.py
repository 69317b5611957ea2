"""Whether a database is whole: pages, references between rows, the audit chain. Each lack in one sentence."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from .kernel import audit
from .kernel.model import db, shanghai

WHY = {"missing": "缺这一行", "changed": "内容被改过", "key": "缺审计链密钥"}


def unsound_sqlite(database: Path) -> str:
    """What is wrong with a SQLite file that nobody writes to; "" when it is whole. Nothing beside it is read."""
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            told = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if told != "ok":
                return f"数据库已损坏（{told.splitlines()[-1]}）"
            if row := connection.execute("PRAGMA foreign_key_check").fetchone():
                return f"数据库里 {row[0]} 表第 {row[1]} 行指向不存在的 {row[2]}"
    except sqlite3.DatabaseError as error:
        return f"数据库已损坏（{error}）"
    with read_only(database) as session:
        return unsound_chain(audit.verify(session))


def read_only(database: Path) -> Session:
    """A session on a SQLite file that is only read, as if nothing lay beside it."""

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro&immutable=1", uri=True)

    return Session(create_engine("sqlite://", creator=connect, poolclass=NullPool))


def told_of_rewritings() -> list[str]:
    """Each recorded break of the chain in a sentence: rows that a newer version hashed anew."""
    return [
        f"第 {one.first} 行至第 {one.last} 行在{shanghai(one.at):%Y年%-m月%-d日}升级时重写过：敏感的值移出另存。"
        f"重写前末行的哈希是 {one.head}，由第 {one.seq} 行记下"
        for one in audit.rewritings(db.session())
    ]


def unsound_chain(verdict: audit.Verdict) -> str:
    """What is wrong with the audit chain, "" when nothing is."""
    if verdict.broken_at is None:
        return ""
    if verdict.why == "key":
        return f"审计链要用密钥 {verdict.key} 核对，密钥目录里没有（可用 keys restore 放回）"
    return f"审计链第 {verdict.broken_at} 行不符（{WHY[verdict.why]}）"
