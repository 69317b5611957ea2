"""A role of administrator is proposed by one administrator and given by another.

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0042", "0041", None, None


def upgrade() -> None:
    op.create_table(
        "admin_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_admin_proposal_user_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["user.id"], name=op.f("fk_admin_proposal_proposed_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["user.id"], name=op.f("fk_admin_proposal_ended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_proposal")),
    )
    op.create_index("ix_admin_proposal_user_id", "admin_proposal", ["user_id"])


def downgrade() -> None:
    op.drop_index("ix_admin_proposal_user_id", table_name="admin_proposal")
    op.drop_table("admin_proposal")
