"""The demonstration bank, built act by act through the operations people use."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from audiovisual.demo import texts
from audiovisual.demo.build import build_demo
from audiovisual.kernel import audit
from audiovisual.kernel.model import db
from audiovisual.kernel.outbox import OutboxRow
from audiovisual.people.models import Expert, House
from audiovisual.projects.models import Project
from audiovisual.search import rebuild
from workflows.project import PROJECT


@pytest.mark.slow
def test_the_demonstration_bank_shows_every_state_and_holds_together(app: Flask) -> None:
    count = build_demo()
    states = set(db.session.scalars(select(Project.state).distinct()))
    assert states >= {state.code for state in PROJECT.states} - {"discarded"}
    assert db.session.scalar(select(func.count()).select_from(Project)) >= count >= 60
    assert {given["title"] for given in texts.titles()} <= set(db.session.scalars(select(Project.title)))
    assert db.session.scalar(select(func.count()).select_from(House)) == len(texts.houses()) == 12
    assert db.session.scalar(select(func.count()).select_from(Expert)) == len(texts.experts()) == 24
    assert db.session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.error.is_not(None))) == 0
    assert audit.verify(db.session()).broken_at is None
    assert list(rebuild.check()) == []
