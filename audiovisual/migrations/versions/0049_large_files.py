"""Files of two gigabytes and more: PostgreSQL's INTEGER ends one byte before them. SQLite's has no such end.

Revision ID: 0049
Revises: 0048
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0049", "0048", None, None
COLUMNS = (("stored_file", "size"), ("upload", "size"), ("upload", "received"))


def upgrade() -> None:
    _change(sa.Integer(), sa.BigInteger())


def downgrade() -> None:
    _change(sa.BigInteger(), sa.Integer())


def _change(before, after) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, column in COLUMNS:
        op.alter_column(table, column, existing_type=before, type_=after, existing_nullable=False)
