"""A change of house is offered to the house that is to take the title over, before the officer decides on it.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OPEN, WAS_OPEN = "state IN ('offered','asked')", "state = 'asked'"


def _rules(batch_op, open_, before):
    """The constraint and the partial index that say which requests are open."""
    batch_op.drop_index("ux_change_request_open", sqlite_where=sa.text(before), postgresql_where=sa.text(before))
    batch_op.create_index(
        "ux_change_request_open", ["project_id", "kind"], unique=True,
        sqlite_where=sa.text(open_), postgresql_where=sa.text(open_),
    )  # fmt: skip
    batch_op.create_check_constraint(op.f("ck_change_request_decided"), f"({open_}) = (decided_at IS NULL)")


def upgrade():
    with op.batch_alter_table("change_request", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_change_request_decided"), type_="check")
        _rules(batch_op, OPEN, WAS_OPEN)
        batch_op.create_check_constraint(
            op.f("ck_change_request_offered_to_a_house"), "state != 'offered' OR house_after_id IS NOT NULL"
        )
        batch_op.create_index("ix_change_request_house_after_id", ["house_after_id"], unique=False)
    # what was asked before nobody has consented to
    op.execute("UPDATE change_request SET state = 'offered' WHERE kind = 'house' AND state = 'asked'"
               " AND house_after_id IS NOT NULL")  # fmt: skip


def downgrade():
    with op.batch_alter_table("change_request", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_change_request_offered_to_a_house"), type_="check")
        batch_op.drop_constraint(op.f("ck_change_request_decided"), type_="check")
        batch_op.drop_index("ix_change_request_house_after_id")
    op.execute("UPDATE change_request SET state = 'asked' WHERE state = 'offered'")
    op.execute("UPDATE change_request SET state = 'refused' WHERE state = 'declined'")
    with op.batch_alter_table("change_request", schema=None) as batch_op:
        _rules(batch_op, WAS_OPEN, OPEN)
