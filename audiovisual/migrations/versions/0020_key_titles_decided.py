"""A key title is proposed by one person and decided by a leader; its steward serves it once they have accepted.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0020", "0019", None, None


def upgrade() -> None:
    op.create_table(
        "key_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("steward_id", sa.Integer(), nullable=True),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_for_id", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_for_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decision_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('asked','approved','refused','withdrawn','ended')", name=op.f("ck_key_proposal_state")
        ),
        sa.CheckConstraint("kind IN ('list','drop')", name=op.f("ck_key_proposal_kind")),
        sa.CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name=op.f("ck_key_proposal_decided")),
        sa.CheckConstraint(
            "state NOT IN ('approved','refused') OR (decided_by_id IS NOT NULL AND decided_by_id != proposed_by_id)",
            name=op.f("ck_key_proposal_two_hands"),
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_key_proposal_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["steward_id"], ["user.id"], name=op.f("fk_key_proposal_steward_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["user.id"], name=op.f("fk_key_proposal_proposed_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_key_proposal_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_proposal")),
    )
    op.create_index("ix_key_proposal_project_id", "key_proposal", ["project_id"])
    op.create_index("ix_key_proposal_year", "key_proposal", ["year", "state"])
    _one_open("ux_key_proposal_open", "key_proposal", "asked")
    op.create_table(
        "stewardship",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("named_by_id", sa.Integer(), nullable=False),
        sa.Column("named_for_id", sa.Integer(), nullable=True),
        sa.Column("named_at", sa.DateTime(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('named','accepted','declined','ended')", name=op.f("ck_stewardship_state")),
        sa.CheckConstraint(
            "state NOT IN ('accepted','declined') OR answered_at IS NOT NULL", name=op.f("ck_stewardship_answered")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_stewardship_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["user.id"], name=op.f("fk_stewardship_person_id")),
        sa.ForeignKeyConstraint(["named_by_id"], ["user.id"], name=op.f("fk_stewardship_named_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stewardship")),
    )
    op.create_index("ix_stewardship_project_id", "stewardship", ["project_id"])
    op.create_index("ix_stewardship_person", "stewardship", ["person_id", "state"])
    _one_open("ux_stewardship_named", "stewardship", "named")
    _one_open("ux_stewardship_accepted", "stewardship", "accepted")
    with op.batch_alter_table("key_project") as batch:
        batch.alter_column("steward_id", existing_type=sa.Integer(), nullable=True)
        batch.add_column(sa.Column("decided_by_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("decided_at", sa.DateTime(), nullable=True))
        batch.create_foreign_key(op.f("fk_key_project_decided_by_id"), "user", ["decided_by_id"], ["id"])
    # who served a title before serves it still
    op.execute(
        "INSERT INTO stewardship (project_id, year, person_id, state, named_by_id, named_at, answered_at)"
        " SELECT project_id, year, steward_id, 'accepted', chosen_by_id, chosen_at, chosen_at FROM key_project"
    )


def _one_open(name: str, table: str, state: str) -> None:
    """A title has at most one row of the table in that state."""
    where = sa.text(f"state = '{state}'")
    op.create_index(name, table, ["project_id"], unique=True, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.execute("UPDATE key_project SET steward_id = chosen_by_id WHERE steward_id IS NULL")
    with op.batch_alter_table("key_project") as batch:
        batch.drop_constraint(op.f("fk_key_project_decided_by_id"), type_="foreignkey")
        batch.drop_column("decided_at")
        batch.drop_column("decided_by_id")
        batch.alter_column("steward_id", existing_type=sa.Integer(), nullable=False)
    op.drop_table("stewardship")
    op.drop_table("key_proposal")
