"""By when a title is due is kept with it whole: the unit it is counted in, from when little is left, and the house's own day.

The day from which little is left rests on rules and holidays; the worker fills it in on its first day (`clocks.recompute`).

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0018", "0017", None, None

RUNS = "c.project_id = project.id AND c.stopped_on IS NULL"
COMPLETED_BY = "(SELECT max(n.due_on) FROM completion n WHERE n.project_id = project.id AND n.completed_at IS NULL)"
ANSWERED_BY = "(SELECT max(r.answer_by) FROM review_round r WHERE r.project_id = project.id AND r.state = 'issued')"
LEADING = f"(SELECT coalesce(c.promised_on, c.internal_on, c.statutory_on) FROM clock c WHERE {RUNS})"


def upgrade() -> None:
    op.add_column("project", sa.Column("due_unit", sa.String(), nullable=True))
    op.add_column("project", sa.Column("amber_on", sa.Date(), nullable=True))
    op.add_column("project", sa.Column("stood_days", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("project", sa.Column("house_due_on", sa.Date(), nullable=True))
    op.execute(f"UPDATE project SET due_unit = (SELECT c.unit FROM clock c WHERE {RUNS})")
    op.execute("UPDATE project SET due_unit = 'calendar' WHERE due_unit IS NULL AND due_on IS NOT NULL")
    op.execute("UPDATE project SET due_on = NULL WHERE paused_since IS NOT NULL")
    op.execute(f"UPDATE project SET house_due_on = {COMPLETED_BY} WHERE state = 'completing'")
    op.execute(f"UPDATE project SET house_due_on = {ANSWERED_BY} WHERE state = 'rectifying'")


def downgrade() -> None:
    op.execute(f"UPDATE project SET due_on = {LEADING} WHERE paused_since IS NOT NULL")
    for name in ("due_unit", "amber_on", "stood_days", "house_due_on"):
        op.drop_column("project", name)
