"""The last form each person sent to an address, so that a second press is told that it was done.

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0029", "0028", None, None


def upgrade() -> None:
    op.create_table(
        "taken_form",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("led_to", sa.String(), nullable=False),
        sa.Column("audit_seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_taken_form_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "action", name=op.f("pk_taken_form")),
    )
    op.create_index("ix_taken_form_at", "taken_form", ["at"])


def downgrade() -> None:
    op.drop_table("taken_form")
