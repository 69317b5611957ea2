"""In whose name a title was proposed, and a round proposed, agreed and decided: he does not take the next step."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0005", "0003", None, None

STEPS = (
    ("review_round", "proposed", "review_round", "propose"), ("review_round", "agreed", "review_round", "agree"),
    ("review_round", "decided", "review_round", "decide"), ("project", "proposed", "project", "propose"),
)  # fmt: skip


def upgrade() -> None:
    for table, step, subject, trigger in STEPS:
        op.add_column(table, sa.Column(f"{step}_for_id", sa.Integer(), nullable=True))
        _from_events(table, step, subject, trigger)


def downgrade() -> None:
    for table, step, _subject, _trigger in STEPS:
        op.drop_column(table, f"{step}_for_id")


def _from_events(table: str, step: str, subject: str, trigger: str) -> None:
    """The timeline knows in whose name the step was taken last; where nobody took it now, nobody is filled in."""
    op.execute(
        f"UPDATE {table} SET {step}_for_id = (SELECT event.on_behalf_of_id FROM event"
        f" WHERE event.subject_type = '{subject}' AND event.subject_id = {table}.id AND event.\"trigger\" = '{trigger}'"
        f" ORDER BY event.id DESC LIMIT 1) WHERE {step}_by_id IS NOT NULL"
    )
