"""Rounds are found by their title and state: by the state alone, each line of a work list read all rounds of the bank.

Revision ID: 0010
Revises: 0009
"""

from alembic import op

revision, down_revision, branch_labels, depends_on = "0010", "0009", None, None


def upgrade() -> None:
    op.drop_index("ix_review_round_state", table_name="review_round")
    op.create_index("ix_review_round_project", "review_round", ["project_id", "state", "answer_by"])


def downgrade() -> None:
    op.drop_index("ix_review_round_project", table_name="review_round")
    op.create_index("ix_review_round_state", "review_round", ["state"])
