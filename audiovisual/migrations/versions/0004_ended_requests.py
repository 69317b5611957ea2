"""Changes asked for and requests for the green channel end with their title; they can be taken back.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision, down_revision, branch_labels, depends_on = "0004", "0003", None, None

OPEN = {"change_request": "('offered','asked')", "urgent_request": "('asked')"}
GONE = "SELECT id FROM project WHERE state IN ('aired','rejected','withdrawn','refiled','discarded')"


def upgrade() -> None:
    for table, open_ in OPEN.items():
        op.execute(f"UPDATE {table} SET state = 'ended', decided_at = CURRENT_TIMESTAMP"
                   f" WHERE state IN {open_} AND project_id IN ({GONE})")  # fmt: skip


def downgrade() -> None:
    for table in OPEN:
        op.execute(f"UPDATE {table} SET state = 'refused' WHERE state IN ('ended','withdrawn')")
