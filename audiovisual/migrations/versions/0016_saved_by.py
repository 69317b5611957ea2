"""Who saved a filing last: told to whoever wrote the same field in another window.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0016", "0015", None, None


def upgrade() -> None:
    op.add_column("project", sa.Column("saved_by_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("project", "saved_by_id")
