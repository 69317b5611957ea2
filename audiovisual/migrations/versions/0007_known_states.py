"""The database knows every state of a seat, a co-review, a request and a document, and refuses any other.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

revision, down_revision, branch_labels, depends_on = "0007", "0006", None, None

STATES = {
    "assignment": ("proposed", "invited", "accepted", "signed", "declined", "recused", "released"),
    "co_review": ("asked", "answered", "cancelled"),
    "change_request": ("offered", "asked", "approved", "refused", "declined", "withdrawn", "ended"),
    "urgent_request": ("asked", "approved", "refused", "revoked", "withdrawn", "ended"),
    "document": ("drafted", "issuing", "served", "superseded", "withdrawn", "voided"),
}


def upgrade() -> None:
    for table, states in STATES.items():
        with op.batch_alter_table(table) as batch:
            batch.create_check_constraint(op.f(f"ck_{table}_state"), f"state IN ({','.join(map(repr, states))})")


def downgrade() -> None:
    for table in reversed(STATES):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"ck_{table}_state"), type_="check")
