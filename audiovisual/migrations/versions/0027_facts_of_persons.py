"""What a person did is said without naming their post a second time: 周明远 接受了审看.

Revision ID: 0027
Revises: 0026
"""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0027", "0026", None, None

TEXTS = (  # the table of the subject, the step, what was said, what is said now
    ("review_round", "freeze", "专家意见公开，开始整理", "公开了专家意见，开始整理"),
    ("review_round", "agree", "处长同意", "同意了处理意见，呈局领导"),
    ("review_round", "decide", "局领导签批", "签批了结论"),
    ("review_round", "issue", "审核意见函已发出", "发出了审核意见函"),
    ("assignment", "take", "专家接受审看", "接受了审看"),
    ("assignment", "decline", "专家谢绝审看", "谢绝了审看"),
    ("assignment", "recuse", "专家回避了", "回避了审看"),
    ("assignment", "sign", "专家签名提交意见", "签名提交了意见"),
    ("document", "void", "%(number)s作废", "作废了%(number)s"),
    ("key_proposal", "approve", "局领导同意%(label)s：%(year)s 年第 %(slot)s 位", "同意了%(label)s：%(year)s 年第 %(slot)s 位"),
    ("key_proposal", "refuse", "局领导不同意%(label)s：%(year)s 年第 %(slot)s 位", "没有同意%(label)s：%(year)s 年第 %(slot)s 位"),
    ("project", "change_contact", "联系人由%(before)s改为%(after)s", "把联系人由%(before)s改为%(after)s"),
)  # fmt: skip
PUBLIC = (
    ("house", "admit", "同意了入驻", "省局同意入驻"),
    ("house", "refuse", "未同意入驻", "省局没有同意入驻"),
    ("house", "bar", "机构被停用", "省局停用了机构"),
    ("house", "restore", "机构已恢复", "省局恢复了机构"),
    ("project", "change_contact", "联系人由%(before)s改为%(after)s", "把联系人由%(before)s改为%(after)s"),
)
LINES = (("专家接受审看：《%(title)s》（%(expert)s）", "%(expert)s接受了审看：《%(title)s》"),)
EVENT = sa.table("event", *map(sa.column, ("subject_type", "trigger", "text", "public_text")))
MESSAGE = sa.table("message", sa.column("subject"))


def upgrade() -> None:
    _reword(TEXTS, PUBLIC, LINES)


def downgrade() -> None:
    _reword(map(_turned, TEXTS), map(_turned, PUBLIC), ((after, before) for before, after in LINES))


def _turned(row: tuple[str, str, str, str]) -> tuple[str, str, str, str]:
    return row[0], row[1], row[3], row[2]


def _reword(
    texts: Iterable[tuple[str, str, str, str]],
    public: Iterable[tuple[str, str, str, str]],
    lines: Iterable[tuple[str, str]],
) -> None:  # fmt: skip
    """Say facts and messages that were written before in the other words."""
    for column, facts in (("text", texts), ("public_text", public)):
        for subject, trigger, before, after in facts:
            of_kind = EVENT.c.subject_type == subject, EVENT.c.trigger == trigger, EVENT.c[column] == before
            op.execute(EVENT.update().where(*of_kind).values({column: after}))
    for before, after in lines:
        op.execute(MESSAGE.update().where(MESSAGE.c.subject == before).values(subject=after))
