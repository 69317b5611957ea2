"""Audit rows hold of sensitive values a salted hash; the values stand in a table of their own.

The rows that held such values are written anew, and all after the first of them are chained anew: a row at the end says
from which to which, and the hash the last one had before. The chain is verified before: a broken one stays as it is.

Revision ID: 0048
Revises: 0047
"""

import hashlib
import json
import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from audiovisual.kernel import heads, keys

revision, down_revision, branch_labels, depends_on = "0048", "0047", None, None

FIELDS = ("seq", "at", "actor_id", "on_behalf_of_id", "action", "subject_type", "subject_id", "project_id", "data")
MARK, NESTED, ROWS = "withheld", ("before", "after", "values", "was"), 1000
APART = {
    "user": ("email", "phone", "new_email"),
    "house": ("contact_name", "contact_phone", "contact_email", "address"),
    "expert": ("institution", "past_employers", "relatives", "biography"),
    "invitation": ("email",),
    "project": ("contact_name", "contact_phone"),
    "opinion": ("conclusion", "comment", "explanation"),
    "change": ("problem", "basis", "demand_text"),
    "conflict": ("company", "note"),
}
"""Columns whose values rows kept by their names, by the table a row is about."""
ALSO = {
    "project.change_contact": {"before": "project.contact_phone", "after": "project.contact_phone"},
    "opinion.drop_row": {"problem": "opinion_row.problem"},
    "opinion.restore_row": {"problem": "opinion_row.problem"},
}
"""Values that rows kept under other names."""
CONTACT = "联系人"
NOW = "SELECT max(seq) FROM audit_row"


def upgrade() -> None:
    op.create_table(
        "withheld_value",
        sa.Column("print", sa.String(length=64), nullable=False),
        sa.Column("audit_seq", sa.Integer(), nullable=False),
        sa.Column("column", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=True),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("deleted_seq", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("print", name=op.f("pk_withheld_value")),
    )
    for name in ("audit_seq", "user_id"):
        op.create_index(op.f(f"ix_withheld_value_{name}"), "withheld_value", [name])
    op.create_index("ix_withheld_value_at", "withheld_value", ["at"])
    connection = op.get_bind()
    found = _Found()
    changed = _changed(connection, found.taken_out)
    lost = found.lost
    if not changed and not lost:
        return
    end = connection.execute(sa.text("SELECT seq, hash FROM audit_end")).one()
    first = min(changed, default=end.seq + 1)
    if changed:
        _verified(connection)
        _rewritten(connection, changed)
        _events(connection, changed)
    data = {"first": first, "last": end.seq, "head": end.hash, "rows": len(changed), "deleted": sorted(lost)}
    seq = _record(connection, "audit.rewritten", data)
    values = sa.table("withheld_value", *(_column(name) for name in _Found.COLUMNS))
    rows = found.rows + [
        {"print": mark, "audit_seq": at, "column": "", "user_id": None, "at": moment, "salt": None, "value": None,
         "deleted_seq": seq} for mark, (at, moment) in lost.items()
    ]  # fmt: skip
    for start in range(0, len(rows), ROWS):
        connection.execute(sa.insert(values), rows[start : start + ROWS])
    heads.begin_anew()


def downgrade() -> None:
    connection = op.get_bind()
    kept = {
        row.print: json.loads(row.value)
        for row in connection.execute(sa.text("SELECT print, value FROM withheld_value WHERE value IS NOT NULL"))
    }
    changed = _changed(connection, lambda row, data: _put_back(data, kept))
    if changed:
        _verified(connection)
        _rewritten(connection, changed)
        _events(connection, changed)
        heads.begin_anew()
    op.drop_table("withheld_value")


def _changed(connection, change) -> dict[int, dict]:
    """What `change` makes of the data of rows, by their numbers, where that is something else."""
    found = {}
    rows = connection.execute(sa.text("SELECT * FROM audit_row ORDER BY seq").execution_options(yield_per=ROWS))
    for row in rows.mappings():
        data = json.loads(row["data"])
        if isinstance(data, dict) and (new := change(row, data)) != data:
            found[row["seq"]] = new
    return found


class _Found:
    """The values that were taken out, as rows of their table, and the prints whose values an earlier step back lost."""

    COLUMNS = ("print", "audit_seq", "column", "user_id", "at", "salt", "value", "deleted_seq")

    def __init__(self) -> None:
        self.rows, self.lost = [], {}

    def taken_out(self, row, data: dict) -> dict:
        also = ALSO.get(row["action"], {})
        if row["action"] == "completion.corrected" and data.get("label") == CONTACT:
            also = {"before": "project.contact_name", "after": "project.contact_name"}
        return self._without(row, data, also)

    def _without(self, row, data: dict, also: dict) -> dict:
        table = "project" if row["subject_type"] == "completion" else row["subject_type"]
        kept = {}
        for name, value in data.items():
            if isinstance(value, dict) and set(value) == {MARK}:
                self.lost[value[MARK]] = (row["seq"], _moment(row))
                kept[name] = value
            elif name in also and value not in (None, ""):
                kept[name] = self._put_apart(row, also[name], value)
            elif name in NESTED and isinstance(value, dict):
                kept[name] = self._without(row, value, {})
            elif name in APART.get(table, ()) and value not in (None, "", [], {}):
                kept[name] = self._put_apart(row, f"{table}.{name}", value)
            else:
                kept[name] = value
        return kept

    def _put_apart(self, row, column: str, value) -> dict:
        told, salt = json.dumps(value, ensure_ascii=False, sort_keys=True), secrets.token_hex(16)
        print_ = hashlib.sha256(f"{salt}\n{column}\n{told}".encode()).hexdigest()
        whose = row["subject_id"] if row["subject_type"] in ("user", "expert") else None
        values = (print_, row["seq"], column, whose, _moment(row), salt, told, None)
        self.rows.append(dict(zip(self.COLUMNS, values, strict=True)))
        return {MARK: print_}


def _put_back(data, kept: dict):
    """The data with the values that are still there."""
    if isinstance(data, dict) and set(data) == {MARK}:
        return kept.get(data[MARK], data)
    return {name: _put_back(value, kept) for name, value in data.items()} if isinstance(data, dict) else data


def _verified(connection) -> None:
    """Refuse to chain rows anew that do not hold: what was changed must stay to be seen."""
    keyed_from = connection.execute(sa.text("SELECT keyed_from FROM audit_end")).scalar_one()
    previous = "0" * 64
    rows = connection.execute(sa.text("SELECT * FROM audit_row ORDER BY seq").execution_options(yield_per=ROWS))
    for number, row in enumerate(rows.mappings(), 1):
        written = _written(row, previous)
        if number >= keyed_from:
            holds = keys.holds("chain", row["hash"], written)
        else:
            holds = row["hash"] == hashlib.sha256(written.encode()).hexdigest()
        if row["seq"] != number or row["previous"] != previous or not holds:
            raise RuntimeError(f"the audit chain is broken at row {number}; see: flask --app wsgi audit verify")
        previous = row["hash"]


def _rewritten(connection, changed: dict[int, dict]) -> None:
    """Write the changed rows, and chain anew all from the first of them on, with the newest key."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL seedbank.rewrites_audit = 'yes'")
    first, last = min(changed), connection.execute(sa.text(NOW)).scalar_one()
    before = connection.execute(sa.text("SELECT hash FROM audit_row WHERE seq = :seq"), {"seq": first - 1}).scalar()
    key, previous = keys.newest("chain"), before or "0" * 64
    write = sa.text("UPDATE audit_row SET data = :data, previous = :previous, hash = :hash WHERE seq = :seq")
    for start in range(first, last + 1, ROWS):
        page = sa.text("SELECT * FROM audit_row WHERE seq >= :start AND seq < :end ORDER BY seq")
        found = connection.execute(page, {"start": start, "end": start + ROWS}).mappings().all()
        values = []
        for row in found:
            data = _dumped(changed[row["seq"]]) if row["seq"] in changed else row["data"]
            hash_ = key.sign(_written({**row, "data": data}, previous))
            values.append({"data": data, "previous": previous, "hash": hash_, "seq": row["seq"]})
            previous = hash_
        connection.execute(write, values)
    connection.execute(
        sa.text("UPDATE audit_end SET hash = :hash, seal = :seal,"
                " keyed_from = CASE WHEN keyed_from > :first THEN :first ELSE keyed_from END"),
        {"hash": previous, "seal": key.sign(f"end {last} {previous}"), "first": first},
    )  # fmt: skip


def _events(connection, changed: dict[int, dict]) -> None:
    """The facts of those rows keep what the rows keep, under the same names."""
    event = sa.table("event", sa.column("id"), sa.column("audit_seq"), sa.column("data", sa.JSON))
    numbers = sorted(changed)
    for start in range(0, len(numbers), 500):
        asked = sa.select(event).where(event.c.audit_seq.in_(numbers[start : start + 500]))
        for id_, seq, data in connection.execute(asked).all():
            new = {name: changed[seq].get(name, value) for name, value in (data or {}).items()}
            if new != data:
                connection.execute(sa.update(event).where(event.c.id == id_).values(data=new))


def _record(connection, action: str, data: dict) -> int:
    """Append a row to the chain; gives its number."""
    seq, previous = connection.execute(sa.text("SELECT seq, hash FROM audit_end")).one()
    rows = sa.table("audit_row", *(_column(name) for name in (*FIELDS, "previous", "hash")))
    row = dict.fromkeys(FIELDS) | {
        "seq": seq + 1, "at": datetime.now(UTC).replace(tzinfo=None), "actor_id": 0, "action": action, "subject_type": "",
        "data": _dumped(data),
    }  # fmt: skip
    key = keys.newest("chain")
    hash_ = key.sign(_written(row, previous))
    connection.execute(sa.insert(rows), [{**row, "previous": previous, "hash": hash_}])
    connection.execute(
        sa.text("UPDATE audit_end SET seq = :seq, hash = :hash, seal = :seal"),
        {"seq": seq + 1, "hash": hash_, "seal": key.sign(f"end {seq + 1} {hash_}")},
    )
    return seq + 1


def _column(name: str) -> sa.ColumnClause:
    return sa.column(name, sa.DateTime) if name == "at" else sa.column(name)


def _dumped(data: dict) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, default=str)


def _moment(row) -> datetime:
    return row["at"] if isinstance(row["at"], datetime) else datetime.fromisoformat(row["at"])


def _written(row, previous: str) -> str:
    """What is hashed of a row."""
    plain = {name: row[name] for name in FIELDS}
    plain["at"] = _moment(row).replace(tzinfo=UTC).isoformat(timespec="microseconds")
    return f"{previous}\n{json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(',', ':'))}"
