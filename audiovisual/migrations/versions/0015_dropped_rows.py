"""Rows of an opinion that were taken out can be put back; a row sent twice is one; contradictions are explained.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0015", "0014", None, None


def upgrade() -> None:
    op.create_table(
        "dropped_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opinion_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("dropped_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["opinion_id"], ["opinion.id"], name=op.f("fk_dropped_row_opinion_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dropped_row")),
    )
    op.create_index("ix_dropped_row_opinion_id", "dropped_row", ["opinion_id"])
    op.add_column("opinion_row", sa.Column("mark", sa.String(), nullable=True))
    op.create_index("ix_opinion_row_mark", "opinion_row", ["opinion_id", "mark"], unique=True)
    op.add_column("opinion", sa.Column("explanation", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("opinion", "explanation")
    op.drop_index("ix_opinion_row_mark", table_name="opinion_row")
    op.drop_column("opinion_row", "mark")
    op.drop_index("ix_dropped_row_opinion_id", table_name="dropped_row")
    op.drop_table("dropped_row")
