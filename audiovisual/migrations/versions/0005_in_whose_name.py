"""In whose name a step of a decision was taken: he does not take the next one either.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0005", "0004", None, None

NEW = (
    ("project", "proposed_for_id"), ("review_round", "proposed_for_id"), ("review_round", "agreed_for_id"),
    ("review_round", "decided_for_id"), ("document", "decided_for_id"),
)  # fmt: skip


def upgrade() -> None:
    for table, column in NEW:
        op.add_column(table, sa.Column(column, sa.Integer(), nullable=True))


def downgrade() -> None:
    for table, column in reversed(NEW):
        op.drop_column(table, column)
