"""Each expert has a last day of their own, counted from their invitation; who was only taken off the list is not released.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0013", "0012", None, None

BEFORE = ("proposed", "invited", "accepted", "signed", "declined", "recused", "released")
NOW = (*BEFORE, "removed")
DAY = "state NOT IN ('invited','accepted','signed') OR (invited_at IS NOT NULL AND due_on IS NOT NULL)"


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


def downgrade() -> None:
    with op.batch_alter_table("assignment") as batch:
        batch.drop_constraint(op.f("ck_assignment_invited_has_day"), type_="check")
    op.execute("UPDATE assignment SET state = 'released' WHERE state = 'removed'")
    _known(BEFORE)
    op.drop_column("assignment", "due_on")
