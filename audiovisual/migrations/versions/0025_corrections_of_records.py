"""Numbers and reports have a version; actual days say who gave them; a title taken over has its house's contact.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0025", "0024", None, None

GAVE_THE_START = """
UPDATE milestone SET actual_by_id = (
  SELECT e.actor_id FROM event e
  WHERE e.project_id = milestone.project_id AND e.trigger = 'start_production' ORDER BY e.id DESC LIMIT 1)
WHERE kind = 'shooting_start' AND actual_on IS NOT NULL
"""
REPORTED = """
UPDATE milestone SET actual_by_id = (
  SELECT p.reported_by_id FROM progress p WHERE p.project_id = milestone.project_id ORDER BY p.id DESC LIMIT 1)
WHERE kind IN ('script_lock', 'shooting_end') AND actual_on IS NOT NULL
"""
TAKEN_OVER = """
UPDATE project SET
  contact_name = (SELECT h.contact_name FROM house h WHERE h.id = project.house_id),
  contact_phone = (SELECT h.contact_phone FROM house h WHERE h.id = project.house_id)
WHERE EXISTS (
  SELECT 1 FROM change_request c WHERE c.project_id = project.id AND c.kind = 'house' AND c.state = 'approved'
  AND NOT EXISTS (SELECT 1 FROM completion o WHERE o.project_id = project.id AND o.completed_at > c.decided_at))
"""
"""Of titles that went to another house and were not completed by it since."""


def upgrade() -> None:
    for table_name in ("permit", "progress"):
        op.add_column(table_name, sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("milestone") as table:
        table.add_column(sa.Column("actual_by_id", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_milestone_actual_by_id", "user", ["actual_by_id"], ["id"])
    for statement in (GAVE_THE_START, REPORTED, TAKEN_OVER):
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("milestone") as table:
        table.drop_constraint("fk_milestone_actual_by_id", type_="foreignkey")
        table.drop_column("actual_by_id")
    for table_name in ("progress", "permit"):
        with op.batch_alter_table(table_name) as table:
            table.drop_column("version")
