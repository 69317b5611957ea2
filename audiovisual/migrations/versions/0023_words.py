"""What limits and classes rest on is named without words that were never true; a recusal is told as the fact it is.

Revision ID: 0023
Revises: 0022
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0023", "0022", None, None

SOURCES = {
    "种子库口径：网络纪录片不设许可环节（可配置）": "种子库口径：网络纪录片不设许可环节",
    "种子库内部要求（可配置）": "种子库内部要求",
    "办事指南（上海，2026年8月，作默认值）": "办事指南（上海，2026年8月）",
}
FACTS = {
    "申请了回避": "回避了这部片",
    "请看由谁经办：《%(title)s》有同事申请了回避": "请看由谁经办：《%(title)s》有同事回避",
}
RULE = sa.table("dated_rule", sa.column("id"), sa.column("source"), sa.column("value", sa.JSON))
PROJECT = sa.table("project", sa.column("id"), sa.column("class_detail", sa.JSON))
EVENT = sa.table("event", sa.column("text"))
MESSAGE = sa.table("message", sa.column("subject"))


def upgrade() -> None:
    _reword(lambda text: _replaced(text, SOURCES.items()), FACTS.items())


def downgrade() -> None:
    _reword(
        lambda text: _replaced(text, [(after, before) for before, after in SOURCES.items()]),
        [(after, before) for before, after in FACTS.items()],
    )


def _replaced(text: str, pairs: Any) -> str:
    for before, after in pairs:
        text = text.replace(before, after)
    return text


def _reword(said: Callable[[str], str], facts: Any) -> None:
    connection = op.get_bind()
    for id_, source, value in connection.execute(sa.select(RULE.c.id, RULE.c.source, RULE.c.value)).all():
        changed = {"source": said(source), "value": _within(value, said)}
        if changed != {"source": source, "value": value}:
            connection.execute(RULE.update().where(RULE.c.id == id_).values(**changed))
    classed = sa.select(PROJECT.c.id, PROJECT.c.class_detail).where(PROJECT.c.class_detail.is_not(None))
    for id_, detail in connection.execute(classed).all():
        if (changed := _within(detail, said)) != detail:
            connection.execute(PROJECT.update().where(PROJECT.c.id == id_).values(class_detail=changed))
    for before, after in facts:
        connection.execute(EVENT.update().where(EVENT.c.text == before).values(text=after))
        connection.execute(MESSAGE.update().where(MESSAGE.c.subject == before).values(subject=after))


def _within(value: Any, said: Callable[[str], str]) -> Any:
    """The same JSON with every text reworded."""
    if isinstance(value, dict):
        return {key: _within(each, said) for key, each in value.items()}
    if isinstance(value, list):
        return [_within(each, said) for each in value]
    return said(value) if isinstance(value, str) else value
