"""The audit chain is keyed from here on, and the secrets of second steps are encrypted; the keys are not in the database.

PostgreSQL refuses to change or delete rows of the chain, but to a migration that says so.

Revision ID: 0040
Revises: 0029
"""

import hashlib
import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from audiovisual.kernel import heads, keys

revision, down_revision, branch_labels, depends_on = "0040", "0029", None, None

TOTP = "user.totp_secret"
FIELDS = ("seq", "at", "actor_id", "on_behalf_of_id", "action", "subject_type", "subject_id", "project_id", "data")
REFUSED = """
CREATE OR REPLACE FUNCTION audit_row_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('seedbank.rewrites_audit', true) = 'yes' AND pg_has_role(
        current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
        IF TG_LEVEL = 'STATEMENT' THEN RETURN NULL; END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'rows of the audit chain are never changed or deleted';
END $$;
CREATE TRIGGER audit_row_stays BEFORE UPDATE OR DELETE ON audit_row FOR EACH ROW EXECUTE FUNCTION audit_row_stays();
CREATE TRIGGER audit_row_not_emptied BEFORE TRUNCATE ON audit_row FOR EACH STATEMENT EXECUTE FUNCTION audit_row_stays();
"""


def upgrade() -> None:
    connection = op.get_bind()
    seq, last = connection.execute(sa.text("SELECT seq, hash FROM audit_end")).one()
    with op.batch_alter_table("audit_end") as table:
        table.add_column(sa.Column("keyed_from", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("seal", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("audit_end") as table:
        table.alter_column("keyed_from", server_default=None)
        table.alter_column("seal", server_default=None)
    seal = keys.newest("chain").sign(f"end {seq} {last}")
    connection.execute(sa.text("UPDATE audit_end SET keyed_from = :first, seal = :seal"), {"first": seq + 1, "seal": seal})
    _each_secret(connection, lambda secret: secret if keys.is_sealed(secret) else keys.seal(secret, TOTP))
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(REFUSED)


def downgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP TRIGGER audit_row_stays ON audit_row")
        connection.exec_driver_sql("DROP TRIGGER audit_row_not_emptied ON audit_row")
        connection.exec_driver_sql("DROP FUNCTION audit_row_stays()")
    _each_secret(connection, lambda secret: keys.unseal(secret, TOTP))
    heads.begin_anew()
    _without_keys(connection)
    with op.batch_alter_table("audit_end") as table:
        table.drop_column("seal")
        table.drop_column("keyed_from")


def _each_secret(connection, change) -> None:
    """Write the secret of each second step anew."""
    rows = connection.execute(sa.text('SELECT id, totp_secret FROM "user" WHERE totp_secret IS NOT NULL')).all()
    for id_, secret in rows:
        connection.execute(
            sa.text('UPDATE "user" SET totp_secret = :secret WHERE id = :id'), {"id": id_, "secret": change(secret)}
        )


def _without_keys(connection) -> None:
    """The keyed rows get plain hashes again, which the version before can verify; what was changed stays broken."""
    first = connection.execute(sa.text("SELECT keyed_from FROM audit_end")).scalar_one()
    rows = connection.execute(sa.text("SELECT * FROM audit_row WHERE seq >= :first ORDER BY seq"), {"first": first})
    before = connection.execute(sa.text("SELECT hash FROM audit_row WHERE seq = :seq"), {"seq": first - 1}).scalar()
    previous = before or "0" * 64
    keyed_before = previous
    for row in rows.mappings().all():
        keyed = _written(row, keyed_before)
        if row["previous"] != keyed_before or not keys.holds("chain", row["hash"], keyed):
            raise RuntimeError(f"the audit chain is broken at row {row['seq']}; see: flask --app wsgi audit verify")
        plain = hashlib.sha256(_written(row, previous).encode()).hexdigest()
        connection.execute(
            sa.text("UPDATE audit_row SET previous = :previous, hash = :hash WHERE seq = :seq"),
            {"previous": previous, "hash": plain, "seq": row["seq"]},
        )
        previous, keyed_before = plain, row["hash"]
    connection.execute(sa.text("UPDATE audit_end SET hash = :hash"), {"hash": previous})


def _written(row, previous: str) -> str:
    """What is hashed of a row."""
    plain = {name: row[name] for name in FIELDS}
    at = row["at"] if isinstance(row["at"], datetime) else datetime.fromisoformat(row["at"])
    plain["at"] = at.replace(tzinfo=UTC).isoformat(timespec="microseconds")
    return f"{previous}\n{json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(',', ':'))}"
