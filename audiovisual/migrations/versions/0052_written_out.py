"""Security events are written out: the column that says so is called as the rest of the program calls it.

Revision ID: 0052
Revises: 0051
"""

from alembic import op

revision, down_revision, branch_labels, depends_on = "0052", "0051", None, None


def upgrade() -> None:
    op.execute("ALTER TABLE security_event RENAME COLUMN poured TO written_out")


def downgrade() -> None:
    op.execute("ALTER TABLE security_event RENAME COLUMN written_out TO poured")
