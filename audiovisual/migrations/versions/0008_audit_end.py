"""Where the audit chain ends is kept, so that rows cut off its end are missed.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0008", "0007", None, None

LAST = "SELECT {column} FROM audit_row ORDER BY seq DESC LIMIT 1"


def upgrade() -> None:
    op.create_table(
        "audit_end",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_end_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_end")),
    )
    # a chain without rows ends where the first one will begin
    op.execute(
        f"INSERT INTO audit_end (id, seq, hash) VALUES (1, coalesce(({LAST.format(column='seq')}), 0),"
        f" coalesce(({LAST.format(column='hash')}), '{'0' * 64}'))"
    )


def downgrade() -> None:
    op.drop_table("audit_end")
