"""When a session's person gave their password last, and the address somebody asked for that is not confirmed yet.

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0041", "0040", None, None


def upgrade() -> None:
    op.add_column("login_session", sa.Column("confirmed_at", sa.DateTime(), nullable=True))
    op.add_column("user", sa.Column("new_email", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("user", "new_email")
    op.drop_column("login_session", "confirmed_at")
