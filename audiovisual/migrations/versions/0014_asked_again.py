"""Each expert has a last day of their own, counted from their invitation; who was only taken off the list is not released.

Facts about a seat name whose it is.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0014", "0013", None, None

BEFORE = ("proposed", "invited", "accepted", "signed", "declined", "recused", "released")
NOW = (*BEFORE, "removed")
DAY = "state NOT IN ('invited','accepted','signed') OR (invited_at IS NOT NULL AND due_on IS NOT NULL)"


SAID = (  # act, the fact as it was told, as it is told now
    ("send", "邀请了专家", "邀请了%(name)s审看"),
    ("release", "解除专家审看", "解除了%(name)s的审看"),
    ("recuse", "专家申请回避", "专家回避了"),
)
EVENT = sa.table(
    "event", sa.column("id"), sa.column("subject_type"), sa.column("subject_id"), sa.column("trigger"), sa.column("text"),
    sa.column("data", sa.JSON),
)  # fmt: skip
SEAT = sa.table("assignment", sa.column("id"), sa.column("expert_id"))
USER = sa.table("user", sa.column("id"), sa.column("name"))


def _say(act: str, before: str, now: str) -> None:
    asked = sa.select(EVENT.c.id, EVENT.c.data, USER.c.name).where(
        EVENT.c.subject_type == "assignment", EVENT.c.trigger == act, EVENT.c.text == before,
        SEAT.c.id == EVENT.c.subject_id, USER.c.id == SEAT.c.expert_id,
    )  # fmt: skip
    for id_, data, name in op.get_bind().execute(asked).all():
        told = {"text": now, "data": {**(data or {}), "name": name}}
        op.execute(EVENT.update().where(EVENT.c.id == id_).values(**told))


def _choosing(before: str, now: str) -> None:
    chosen = (EVENT.c.subject_type == "review_round") & (EVENT.c.trigger == "choose") & (EVENT.c.text == before)
    op.execute(EVENT.update().where(chosen).values(text=now))


def _known(states: tuple[str, ...]) -> None:
    with op.batch_alter_table("assignment") as batch:
        batch.drop_constraint(op.f("ck_assignment_state"), type_="check")
        batch.create_check_constraint(op.f("ck_assignment_state"), f"state IN ({','.join(map(repr, states))})")


def _of_round(column: str) -> str:
    return f"(SELECT {column} FROM review_round WHERE review_round.id = assignment.round_id)"


def upgrade() -> None:
    op.add_column("assignment", sa.Column("due_on", sa.Date(), nullable=True))
    _known(NOW)
    op.execute("UPDATE assignment SET state = 'removed' WHERE state = 'released' AND invited_at IS NULL")
    op.execute(
        f"UPDATE assignment SET invited_at = {_of_round('opened_at')} "
        "WHERE invited_at IS NULL AND state IN ('invited','accepted','signed')"
    )
    op.execute(
        f"UPDATE assignment SET due_on = coalesce({_of_round('due_on')}, CURRENT_DATE) WHERE invited_at IS NOT NULL"
    )
    with op.batch_alter_table("assignment") as batch:
        batch.create_check_constraint(op.f("ck_assignment_invited_has_day"), DAY)
    for act, before, now in SAID:
        _say(act, before, now)
    _choosing("拟请%(name)s审看", "选入了%(name)s")


def downgrade() -> None:
    for act, before, now in SAID:
        _say(act, now, before)
    _choosing("选入了%(name)s", "拟请%(name)s审看")
    with op.batch_alter_table("assignment") as batch:
        batch.drop_constraint(op.f("ck_assignment_invited_has_day"), type_="check")
    op.execute("UPDATE assignment SET state = 'released' WHERE state = 'removed'")
    _known(BEFORE)
    op.drop_column("assignment", "due_on")
