"""A house that was refused holds neither its name nor its code: whoever they belong to may register.

Back again, a refused house that shares its name or code with another is told apart by its number.

Revision ID: 0051
Revises: 0050
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0051", "0050", None, None
COLUMNS = ("name", "uscc")
HELD = sa.text("state != 'refused'")


def upgrade() -> None:
    with op.batch_alter_table("house") as batch:
        for column in COLUMNS:
            batch.drop_constraint(op.f(f"uq_house_{column}"), type_="unique")
    for column in COLUMNS:
        op.create_index(
            f"uq_house_{column}", "house", [column], unique=True, sqlite_where=HELD, postgresql_where=HELD
        )


def downgrade() -> None:
    for column in COLUMNS:
        op.drop_index(f"uq_house_{column}", table_name="house")
    for column, told in (("name", "name || '（未通过 ' || id || '）'"), ("uscc", "'REFUSED' || id")):
        op.execute(
            f"UPDATE house SET {column} = {told} WHERE state = 'refused' AND EXISTS (SELECT 1 FROM house AS other"
            f" WHERE other.{column} = house.{column} AND other.id != house.id"
            " AND (other.state != 'refused' OR other.id < house.id))"
        )
    with op.batch_alter_table("house") as batch:
        for column in COLUMNS:
            batch.create_unique_constraint(op.f(f"uq_house_{column}"), [column])
