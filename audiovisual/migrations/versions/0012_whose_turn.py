"""A title lies with whoever can take its next act: a passed one with its officer until its number is recorded.

Revision ID: 0012
Revises: 0011
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0012", "0011", None, None

PROJECT = sa.table(
    "project", sa.column("id"), sa.column("state"), sa.column("officer_id"), sa.column("holder_role"), sa.column("holder_id"),
    sa.column("class_detail", sa.JSON),
)  # fmt: skip
PERMIT = sa.table("permit", sa.column("project_id"), sa.column("kind"), sa.column("valid_until", sa.Date))
ISSUED = "EXISTS (SELECT 1 FROM review_round r WHERE r.project_id = project.id AND r.state = 'issued')"
BLOCKED = (
    "EXISTS (SELECT 1 FROM review_round r WHERE r.project_id = project.id AND r.state IN ('proposed','agreed','decided'))"
    " AND EXISTS (SELECT 1 FROM co_review c WHERE c.project_id = project.id AND c.state = 'asked')"
)
SEATS = (
    "(SELECT count(*) FROM assignment a WHERE a.round_id = r.id AND a.state IN ('proposed','invited','accepted','signed'))"
)
SIGNED = "(SELECT count(*) FROM assignment a WHERE a.round_id = r.id AND a.state = 'signed')"
ALL_SIGNED = (
    "EXISTS (SELECT 1 FROM review_round r WHERE r.project_id = project.id AND r.state = 'reading'"
    f" AND {SEATS} >= r.seats AND {SEATS} = {SIGNED})"
)


def upgrade() -> None:
    for standing in (ISSUED, BLOCKED, ALL_SIGNED):
        op.execute(
            "UPDATE project SET holder_role = 'officer', holder_id = officer_id"
            f" WHERE state = 'in_review' AND holder_role != 'officer' AND {standing}"
        )
    bank = op.get_bind()
    passed = sa.select(PROJECT.c.id, PROJECT.c.officer_id, PROJECT.c.class_detail)
    for row in bank.execute(passed.where(PROJECT.c.state == "reviewed", PROJECT.c.holder_role == "producer")).all():
        if _lacks_its_number(bank, row):
            held = PROJECT.update().where(PROJECT.c.id == row.id)
            bank.execute(held.values(holder_role="officer", holder_id=row.officer_id))


def _lacks_its_number(bank: sa.Connection, row: sa.Row) -> bool:
    """Whether the class of the title needs a number or licence of which no valid one is recorded."""
    licence = (row.class_detail or {}).get("licence")
    if licence in (None, "none"):
        return False
    kind = "release_filing" if licence == "filing_numbers" else licence
    recorded = sa.select(PERMIT.c.valid_until).where(PERMIT.c.project_id == row.id, PERMIT.c.kind == kind)
    return not any(until is None or until >= datetime.now(UTC).date() for until in bank.execute(recorded).scalars())


def downgrade() -> None:
    op.execute("UPDATE project SET holder_role = 'producer', holder_id = NULL WHERE state = 'reviewed'")
