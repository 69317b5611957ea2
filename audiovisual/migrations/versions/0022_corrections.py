"""A house corrects what a completion notice asks for: the corrected fields, and what was before and is after.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0022", "0021", None, None


def upgrade() -> None:
    op.add_column("completion", sa.Column("corrections", sa.JSON(), nullable=True))
    op.add_column("completion_item", sa.Column("before", sa.JSON(), nullable=True))
    op.add_column("completion_item", sa.Column("after", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("completion_item") as table:
        table.drop_column("after")
        table.drop_column("before")
    with op.batch_alter_table("completion") as table:
        table.drop_column("corrections")
