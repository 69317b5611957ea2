"""A title without a running clock is due by the first node of its plan that was not reached, not by the next state's.

The day from which little is left is worked out by the worker on its first day (`clocks.recompute`).

Revision ID: 0046
Revises: 0045
"""

from alembic import op

revision, down_revision, branch_labels, depends_on = "0046", "0045", None, None

NO_CLOCK = "NOT EXISTS (SELECT 1 FROM clock c WHERE c.project_id = project.id AND c.stopped_on IS NULL)"
FIRST = "(SELECT min(m.planned_on) FROM milestone m WHERE m.project_id = project.id AND m.actual_on IS NULL)"
NODES = {"scheduled": "shooting_start", "in_production": "cut_delivery"}
"""By state, the node it was due by before."""


def upgrade() -> None:
    op.execute(
        f"UPDATE project SET due_on = {FIRST}, due_unit = 'calendar', amber_on = NULL"
        f" WHERE state IN ('scheduled', 'in_production') AND {NO_CLOCK} AND due_on != {FIRST}"
    )


def downgrade() -> None:
    for state, kind in NODES.items():
        node = f"(SELECT m.planned_on FROM milestone m WHERE m.project_id = project.id AND m.kind = '{kind}')"
        op.execute(
            f"UPDATE project SET due_on = {node}, amber_on = NULL WHERE state = '{state}' AND {NO_CLOCK}"
            f" AND due_on != {node}"
        )
