"""What the virus scanner said of files, by their bytes.

Revision ID: 0047
Revises: 0046
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0047", "0046", None, None

UNSCANNED = """
INSERT INTO scan (sha256, verdict, signature, asked_at, engine, proven)
SELECT sha256, 'unscanned', '', min(created_at), '', false FROM stored_file
WHERE id NOT IN (SELECT file_id FROM document WHERE file_id IS NOT NULL)
  AND id NOT IN (SELECT preview_id FROM document WHERE preview_id IS NOT NULL)
  AND id NOT IN (SELECT file_id FROM letter_preview WHERE file_id IS NOT NULL)
GROUP BY sha256
"""
"""What was uploaded before; letters and their drafts are the program's own."""


def upgrade() -> None:
    op.create_table(
        "scan",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("scanned_at", sa.DateTime(), nullable=True),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("signatures_at", sa.DateTime(), nullable=True),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('unscanned', 'waiting', 'clean', 'infected', 'too_large')", name=op.f("ck_scan_verdict")
        ),
        sa.CheckConstraint(
            "(verdict IN ('unscanned', 'waiting')) = (scanned_at IS NULL)", name=op.f("ck_scan_scanned")
        ),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_scan")),
    )
    op.create_index("ix_scan_verdict", "scan", ["verdict"])
    op.execute(UNSCANNED)


def downgrade() -> None:
    op.drop_table("scan")
