"""Why a screening recommends against its own figures, and why a title went out on a platform it was not filed for.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0028", "0027", None, None


def upgrade() -> None:
    op.add_column("screening", sa.Column("against", sa.String(), server_default="", nullable=False))
    op.add_column("airing", sa.Column("elsewhere", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("airing", "elsewhere")
    op.drop_column("screening", "against")
