"""For which form a file was sent, so that the form lists it when it is opened again; why a cut lacks episodes.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0019", "0018", None, None


def upgrade() -> None:
    op.add_column("upload", sa.Column("place", sa.String(), server_default="", nullable=False))
    op.add_column("upload", sa.Column("modified", sa.BigInteger(), nullable=True))
    op.add_column("cut", sa.Column("partial_note", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("cut", "partial_note")
    op.drop_column("upload", "modified")
    op.drop_column("upload", "place")
