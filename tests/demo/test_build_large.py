"""A large bank: every state, consistent rows, an unbroken chain, a clean index, unique names but for the planted twins."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text

from audiovisual.demo.large import build_large, plan
from audiovisual.demo.large.novels import Novels
from audiovisual.kernel import audit
from audiovisual.kernel.calendar import CalendarDay
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import db
from audiovisual.kernel.numbers import NumberSeries
from audiovisual.kernel.outbox import OutboxRow
from audiovisual.kernel.rules import DatedRule
from audiovisual.projects.models import Clock, Milestone, Project
from audiovisual.reviews.models import Assignment, Change, Opinion, OpinionRow, Round
from audiovisual.search import rebuild
from tests.attacks.agreement import signed_points
from workflows.project import PROJECT

COUNT = 300


@pytest.fixture
def bank(app: Flask) -> Flask:
    """A bank of 300 titles."""
    assert build_large(COUNT) == COUNT
    return app


def _count(model: Any, *conditions: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def test_a_large_bank_holds_together(bank: Flask) -> None:
    assert _count(Project) == COUNT
    assert set(db.session.scalars(select(Project.state).distinct())) == {state.code for state in PROJECT.states}
    _numbers_have_no_gap()
    _names_are_unique_but_for_twins()
    _trace_agrees()
    _reviews_are_whole()
    assert list(rebuild.check()) == []
    if db.engine.dialect.name == "sqlite":
        assert db.session.execute(text("PRAGMA foreign_key_check")).all() == []
        assert db.session.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]


def test_it_brings_the_rules_and_days_that_bare_tables_lack(app: Flask) -> None:
    with unit_of_work() as session:
        session.execute(delete(DatedRule))
        session.execute(delete(CalendarDay))
    done = app.test_cli_runner().invoke(args=["demo", "--projects", "20"])
    assert (done.exit_code, "已装入 20 个项目" in done.output) == (0, True), done.output


def _numbers_have_no_gap() -> None:
    series = {
        row.year: row.last for row in db.session.scalars(select(NumberSeries).where(NumberSeries.series == "project"))
    }
    given = select(Project.number).where(Project.number.is_not(None)).order_by(Project.submitted_at, Project.id)
    expected = {year: [f"苏网种〔{year}〕{n:04d}" for n in range(1, last + 1)] for year, last in series.items()}
    found = list(db.session.scalars(given))
    assert {year: [number for number in found if f"〔{year}〕" in number] for year in series} == expected
    assert sum(series.values()) == len(found)


def _names_are_unique_but_for_twins() -> None:
    same = sum(plan.twin_of(id_) == "same" for id_ in range(1, COUNT + 1))
    assert COUNT - (db.session.scalar(select(func.count(Project.title.distinct()))) or 0) == same > 0


def _trace_agrees() -> None:
    verdict = audit.verify(db.session())
    assert verdict.broken_at is None and verdict.rows > COUNT * 5
    last = (
        select(func.max(Event.id))
        .where(Event.subject_type == "project", Event.target.is_not(None))
        .group_by(Event.project_id)
    )
    told = dict(db.session.execute(select(Event.project_id, Event.target).where(Event.id.in_(last))).all())
    assert told == dict(db.session.execute(select(Project.id, Project.state).where(Project.state != "draft")).all())
    assert _count(OutboxRow, OutboxRow.done_at.is_(None)) == 0
    assert _count(OutboxRow, OutboxRow.kind == "event") == _count(Event)
    order = list(db.session.scalars(select(Event.at).where(Event.subject_type != "house").order_by(Event.id)))
    assert order == sorted(order)


def _reviews_are_whole() -> None:
    states = dict(db.session.execute(select(Round.state, func.count()).group_by(Round.state)).all())
    assert set(states) == {"reading", "frozen", "issued", "closed"}
    assert _count(Assignment, Assignment.state == "accepted") > 0
    unsigned = select(Assignment.id).where(Assignment.state == "signed")
    assert _count(Opinion, Opinion.assignment_id.in_(unsigned), Opinion.signed_hash.is_(None)) == 0
    assert _count(OpinionRow) > 3 * _count(Opinion)
    assert list(signed_points()) == []
    left = dict(
        db.session.execute(
            select(Change.project_id, func.count())
            .where(Change.state != "closed", Change.severity == "must")
            .group_by(Change.project_id)
        ).all()
    )
    assert left == dict(
        db.session.execute(select(Project.id, Project.changes_open).where(Project.changes_open > 0)).all()
    )
    assert _count(Clock, Clock.stopped_on.is_(None)) > 0
    assert _count(Milestone) % 5 == 0


def test_a_large_bank_takes_its_synopses_from_a_file(app: Flask, tmp_path: Path) -> None:
    told = [f"第{n}回里，船过了第{n}座桥，岸上的人还在说那桩旧事。" for n in range(400)]
    file = tmp_path / "novels.jsonl.gz"
    with gzip.open(file, "wt", encoding="utf-8") as out:
        for start in range(0, 400, 40):
            out.write(json.dumps({"text": "".join(told[start : start + 40])}, ensure_ascii=False) + "\n")
    build_large(30, Novels(file))
    synopses = list(db.session.scalars(select(Project.synopsis)))
    assert len(synopses) == 30 == len(set(synopses))
    assert all(len(text_) >= 1500 for text_ in synopses)
    assert {
        sentence + "。" for text_ in synopses for sentence in text_.replace("\n", "").split("。") if sentence
    } <= set(told)


def test_the_command_refuses_a_bank_that_holds_titles(app: Flask) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["demo", "--projects", "20"]).exit_code == 0
    again = runner.invoke(args=["demo", "--projects", "20"])
    assert again.exit_code == 1 and "库里已经有项目" in again.output
    assert runner.invoke(args=["demo", "--text", __file__]).exit_code == 1
    assert runner.invoke(args=["audit", "verify"]).exit_code == 0
