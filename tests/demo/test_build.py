"""The demonstration bank, built act by act through the operations people use."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from audiovisual.demo import texts
from audiovisual.demo.build import build_demo
from audiovisual.kernel import audit
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.kernel.outbox import OutboxRow
from audiovisual.people.models import Expert, House, LoginSession, RoleGrant, User
from audiovisual.people.sessions import hashed
from audiovisual.projects.models import Clock, Project
from audiovisual.reviews.models import CutPart
from audiovisual.search import rebuild
from tests import turns
from tests.attacks.agreement import signed_points
from tests.desk.test_same_days import said_everywhere
from workflows.project import PROJECT

ENDS = tuple((kind, 1) for kind in ("refused", "rejected", "withdrawn", "suspended", "dormant", "refiled"))
"""One title for each way out that no title written in full takes."""


@pytest.mark.slow
def test_every_script_of_the_demonstration_keeps_the_rules(app: Flask) -> None:
    """A rule that refuses an act of the demonstration would stop the first start of the product."""
    assert build_demo(composed=ENDS) == len(texts.titles()) + len(ENDS)
    assert db.session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.error.is_not(None))) == 0
    assert set(db.session.scalars(select(Project.state).distinct())) >= {
        "aired",
        "rejected",
        "withdrawn",
        "suspended",
        "dormant",
        "refiled",
    }


@pytest.mark.slow
def test_the_demonstration_bank_shows_every_state_and_holds_together(app: Flask, login: Any) -> None:
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
    assert list(signed_points()) == []
    assert turns.all_breaches() == [], "every title lies with one party, who finds it on their list and can act"
    _clocks_run()
    _sample_cut_plays(app)
    _days_agree(app, login)


def _clocks_run() -> None:
    """Titles on somebody's desk have a day by which; some clocks run, some are over."""
    running = select(Clock).where(Clock.stopped_on.is_(None))
    steps = {clock.step for clock in db.session.scalars(running)}
    assert len(steps) >= 3, steps
    assert db.session.scalar(select(func.count()).select_from(Clock).where(Clock.stopped_on.is_not(None))) > 0
    waiting = select(Project.due_on).where(Project.state.in_(("received", "accepted", "proposed")))
    assert all(db.session.scalars(waiting).all())


def _days_agree(app: Flask, login: Any) -> None:
    """Of every title its page, the bank and the desk say the same days, to its officer and to its house."""
    unlike = []
    for row in db.session.scalars(select(Project).where(Project.number.is_not(None)).order_by(Project.id)).all():
        house = db.session.scalars(select(User).where(User.house_id == row.house_id).order_by(User.id)).first()
        officer = row.officer or db.session.scalars(
            select(User).join(RoleGrant, RoleGrant.user_id == User.id).where(RoleGrant.role == "officer")
        ).first()  # fmt: skip
        for person in (officer, house):
            words = said_everywhere(login, app, db.session.merge(row), db.session.merge(person))
            if len(words) > 1:
                unlike.append((row.number, person.login, words))
    assert unlike == []


def _sample_cut_plays(app: Flask) -> None:
    """The clip is film of some seconds, its timecode is counted, and an officer's browser gets it in ranges."""
    part = db.session.scalars(select(CutPart).where(CutPart.frames.is_not(None))).first()
    assert part is not None and part.plays and part.rate_num == 25 and 5 <= part.frames / 25 <= 60
    officer = db.session.scalars(
        select(User).join(RoleGrant, RoleGrant.user_id == User.id).where(RoleGrant.role == "officer")
    ).first()
    token = uuid.uuid4().hex
    with unit_of_work() as session:
        session.add(LoginSession(token_hash=hashed(token), user_id=officer.id))
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = token, True
    answer = client.get(f"/reviews/cuts/parts/{part.id}/stream", headers={"Range": "bytes=0-99"})
    assert (answer.status_code, answer.mimetype, len(answer.data)) == (206, "video/mp4", 100)
    assert answer.data[4:8] == b"ftyp"
