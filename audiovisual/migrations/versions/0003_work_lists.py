"""Indexes that hold all a work list is chosen and sorted by, and all a list by due day is counted by."""

from alembic import op

revision, down_revision, branch_labels, depends_on = "0003", "0002", None, None

NOW = {
    "ix_project_state_due": ("state", "due_on", "type", "class_code", "house_id", "officer_id"),
    "ix_project_house": ("house_id", "state", "updated_at", "holder_role", "due_on", "urgent", "paused_since"),
    "ix_project_holder_role": ("holder_role", "holder_id", "state", "due_on", "urgent", "paused_since"),
    "ix_project_officer": ("officer_id", "state", "type", "class_code", "house_id", "holder_role", "holder_id", "due_on",
                           "urgent", "paused_since"),
}  # fmt: skip
BEFORE = {
    "ix_project_state_due": ("state", "due_on"),
    "ix_project_house": ("house_id", "state", "updated_at"),
    "ix_project_holder_role": ("holder_role", "state", "due_on", "holder_id"),
    "ix_project_officer": ("officer_id", "state", "type", "class_code", "house_id", "holder_role", "holder_id", "due_on",
                           "paused_since"),
}  # fmt: skip


def upgrade() -> None:
    _indexes(NOW)


def downgrade() -> None:
    _indexes(BEFORE)


def _indexes(columns: dict[str, tuple[str, ...]]) -> None:
    for name, names in columns.items():
        op.drop_index(name, table_name="project")
        op.create_index(name, "project", list(names))
