"""Every sensitive column is declared, the README says so, and the audit chain holds no sensitive value in clear."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from audiovisual.kernel import sensitive
from audiovisual.kernel.audit import AuditRow
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import Base, db
from audiovisual.people.models import Expert, House, Invitation, User
from audiovisual.projects.models import Project
from audiovisual.reviews.models import OpinionRow

README = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")
PLAIN = {
    ("opinion", "signed_hash"): "the print of a signed opinion",
    ("dropped_row", "opinion_id"): "a number",
    ("opinion_row", "opinion_id"): "a number",
    ("opinion_score", "opinion_id"): "a number",
    ("progress", "problems"): "what a house reports of its own work; the bureau reads it",
    ("screening", "comment"): "the bureau's own opinion on a filing; part of the record its staff read",
}
"""Columns that look sensitive and are not, with the reason."""


def columns() -> set[tuple[str, str]]:
    return {(table.name, column.name) for table in Base.metadata.sorted_tables for column in table.columns}


def test_every_column_that_looks_sensitive_is_declared(app):
    looking = {each for each in columns() if sensitive.LOOKS.search(each[1])}
    missing = sorted(looking - sensitive.COLUMNS.keys() - PLAIN.keys())
    assert not missing, f"这些列像是敏感信息，请在模型旁用 sensitive.declare 写明：{missing}"


def test_names_of_what_this_bank_does_not_hold_look_sensitive_too():
    names = ("honorarium_account", "bank_card", "identity_number", "id_card", "mobile", "passport_number", "birthday")
    assert [name for name in names if not sensitive.LOOKS.search(name)] == []


def test_every_declared_column_exists_and_none_is_declared_twice_over(app):
    assert sensitive.COLUMNS.keys() - columns() == set()
    assert PLAIN.keys() - columns() == set() and PLAIN.keys() & sensitive.COLUMNS.keys() == set()


def test_the_readme_holds_the_table(app):
    assert sensitive.readme() in README, "请运行 flask --app wsgi sensitive table，把结果抄进 README"


def test_no_row_of_the_chain_and_no_fact_holds_a_sensitive_value_in_clear(stage):
    """All that people did in the bank of the conventions, looked through for what its columns hold."""
    with stage.app.app_context():
        held, rows = _held_and_told()
    assert len(held) > 8 and len(rows) > 200
    assert [(value, row) for row in rows for value in held if value in row] == []


def _held_and_told() -> tuple[set[str], list[str]]:
    """What the sensitive columns hold, and all that stands in the chain and in the timeline."""
    held = {
        str(value)
        for column in (User.email, User.phone, House.contact_phone, House.contact_email, Project.contact_phone,
                       Invitation.email, OpinionRow.problem, OpinionRow.demand_text)
        for value in db.session.scalars(select(column)) if value and len(str(value)) > 5
    } | {each for names in db.session.scalars(select(Expert.relatives)) for each in names}  # fmt: skip
    rows = [*db.session.scalars(select(AuditRow.data)), *map(str, db.session.scalars(select(Event.data)))]
    return held, rows
