"""A row of the outbox says which worker took it.

Revision ID: 0043
Revises: 0042
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0043", "0042", None, None


def upgrade() -> None:
    op.add_column("outbox_row", sa.Column("claimed_by", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("outbox_row", "claimed_by")
