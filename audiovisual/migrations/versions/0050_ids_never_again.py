"""The id of a row that people took out is not given to the next one. SQLite gave the highest anew; PostgreSQL never did.

Revision ID: 0050
Revises: 0049
"""

from alembic import op

revision, down_revision, branch_labels, depends_on = "0050", "0049", None, None
TABLES = ("change", "opinion_row", "dropped_row", "permit", "form_draft", "key_project")
PLAIN, COUNTED = "id INTEGER NOT NULL,", "id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,"


def upgrade() -> None:
    for table in TABLES:
        key = f"CONSTRAINT pk_{table} PRIMARY KEY (id),"
        _made_anew(table, lambda sql, key=key: sql.replace(key, "", 1).replace(PLAIN, COUNTED, 1))


def downgrade() -> None:
    for table in TABLES:
        key = f"CONSTRAINT pk_{table} PRIMARY KEY (id), CONSTRAINT"
        _made_anew(table, lambda sql, key=key: sql.replace(COUNTED, PLAIN, 1).replace("CONSTRAINT", key, 1))


def _made_anew(table: str, changed) -> None:
    """Make the table anew with its changed text; rows, indexes and triggers stay. Of SQLite alone."""
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        return
    asked = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND name {} ? AND sql IS NOT NULL"
    old = bind.exec_driver_sql(asked.format("="), (table, table)).scalar_one()
    beside = bind.exec_driver_sql(asked.format("<>"), (table, table)).scalars().all()
    columns = old.split("(", 1)[1]
    new = changed(f"({columns}")
    if new == f"({columns}":
        raise RuntimeError(f"the table {table} is not as it was expected: {old}")
    bind.exec_driver_sql(f'CREATE TABLE "{table}_anew" {new}')
    names = ", ".join(f'"{row[1]}"' for row in bind.exec_driver_sql(f'PRAGMA table_info("{table}")'))
    bind.exec_driver_sql(f'INSERT INTO "{table}_anew" ({names}) SELECT {names} FROM "{table}"')
    bind.exec_driver_sql(f'DROP TABLE "{table}"')
    bind.exec_driver_sql(f'ALTER TABLE "{table}_anew" RENAME TO "{table}"')
    for sql in beside:
        bind.exec_driver_sql(sql)
