"""Tries in vain are counted by address and overall too, browsers are remembered, and security events have a table.

Revision ID: 0045
Revises: 0044
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0045", "0044", None, None


def upgrade() -> None:
    op.create_table(
        "known_browser",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_known_browser_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_browser")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_known_browser_token_hash")),
    )
    op.create_index("ix_known_browser_user_id", "known_browser", ["user_id"])
    op.create_table(
        "attempt_count",
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_attempt_count")),
    )
    op.create_table(
        "security_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("poured", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_event")),
    )
    op.create_index("ix_security_event_at", "security_event", ["at", "address"])
    op.create_index(
        "ix_security_event_waiting", "security_event", ["id"], sqlite_where=sa.text("poured = 0"),
        postgresql_where=sa.text("NOT poured"),
    )  # fmt: skip
    with op.batch_alter_table("login_session") as table:
        table.add_column(sa.Column("browser_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_login_session_browser_id"), "known_browser", ["browser_id"], ["id"])
    op.add_column("user", sa.Column("failed_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("user", "failed_at")
    with op.batch_alter_table("login_session") as table:
        table.drop_constraint(op.f("fk_login_session_browser_id"), type_="foreignkey")
        table.drop_column("browser_id")
    for name in ("security_event", "attempt_count", "known_browser"):
        op.drop_table(name)
