"""Who wrote on a proposal last, and when: told to another window that was open on it.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0026", "0025", None, None


def upgrade() -> None:
    op.add_column("review_round", sa.Column("drafted_by_id", sa.Integer(), nullable=True))
    op.add_column("review_round", sa.Column("drafted_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("review_round", "drafted_at")
    op.drop_column("review_round", "drafted_by_id")
