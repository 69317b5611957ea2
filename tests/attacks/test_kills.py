"""kill -9 in the middle of anything: what was acknowledged is there, and every trace agrees with every other.

Nine people at work: a draft that saves itself, submissions, receipts, an opinion being written, files, signatures, rows being
settled, letters sealed, changes answered. Eighty kills in the full run (SEEDBANK_FULL=1), as many as
SEEDBANK_KILLS says on either database (`make kills`); only those count that ended a running process. Killed are only
processes this test started.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.client import HTTPException
from typing import Any

import pytest
from sqlalchemy import select

from audiovisual.documents.models import Document
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.model import db
from audiovisual.kernel.outbox import OutboxRow
from audiovisual.kernel.uploads import Upload
from audiovisual.people.models import User
from audiovisual.projects.models import Project
from audiovisual.projects.operations import filing
from audiovisual.reviews.models import Answer, Assignment, Change, OpinionRow
from audiovisual.reviews.operations import opinions
from tests import factories as make
from tests.conftest import POSTGRES, make_app
from tests.postgres import copied

from .agreement import disagreements
from .live import ROOT, SECRET, Live, cookie_for, serving

ASKED = int(os.environ.get("SEEDBANK_KILLS") or 0)
MANY = bool(ASKED or os.environ.get("SEEDBANK_FULL"))
KILLS = ASKED or (80 if MANY else 4)
POOL = 240 if MANY else 16
ROUNDS = 10 if MANY else 1
"""Rounds to be signed, to be settled, letters to be sealed and answered: so many of each."""
PATIENCE = 3600
PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer << >>\n%%EOF\n"


class Client(threading.Thread):
    """Somebody at work: does one act after the other until told to stop, and remembers what was acknowledged."""

    def __init__(self, live: Live, stop: threading.Event, act: Callable[[Live, int, dict[str, Any]], None]) -> None:
        super().__init__(daemon=True)
        self.live, self.stop, self.act = live, stop, act
        self.acknowledged: dict[str, Any] = {}
        self.crash: Exception | None = None

    def run(self) -> None:
        n = 0
        while not self.stop.is_set():
            n += 1
            try:
                self.act(self.live, n, self.acknowledged)
            except (
                OSError,
                HTTPException,
                ValueError,
                KeyError,
            ):  # cut off, or an answer cut short: nothing was acknowledged
                time.sleep(0.05)
            except Exception as error:
                self.crash = error
                return


def drafting(cookie: str, project_id: int) -> Callable[..., None]:
    """Autosaves a synopsis; each acknowledged version is remembered."""

    def act(live: Live, n: int, kept: dict[str, Any]) -> None:
        page = live.ask(cookie, "GET", f"/projects/{project_id}/edit").body.decode()
        version = re.search(r'name="version"[^>]*value="(\d+)"', page) or re.search(
            r'value="(\d+)"[^>]*name="version"', page
        )
        for step in range(5):
            text = f"第{n}-{step}稿。" + "清晨的码头雾气未散。" * 20
            answer = live.ask(cookie, "POST", f"/projects/{project_id}/draft", {"version": version[1], "synopsis": text},
                              X_Requested_With="fetch")  # fmt: skip
            if answer.status != 200:
                return
            kept["version"], kept["text"] = json.loads(answer.body)["version"], text
            version = [None, str(kept["version"])]

    return act


def stepping(cookie: str, paths: list[tuple[int, str]]) -> Callable[..., None]:
    """Takes one step on each title of a pool, once acknowledged never again."""

    def act(live: Live, n: int, kept: dict[str, Any]) -> None:
        left = [(id_, path) for id_, path in paths if id_ not in kept]
        if not left:
            time.sleep(0.2)
            return
        id_, path = left[0]
        answer = live.ask(cookie, "POST", path, {})
        if answer.status == 303 or answer.status == 409:  # 409: it was done, the answer was lost
            kept[id_] = answer.status

    return act


def writing(cookie: str, seat: int) -> Callable[..., None]:
    """Adds rows to an opinion and words them."""

    def act(live: Live, n: int, kept: dict[str, Any]) -> None:
        made = live.ask(cookie, "POST", f"/reviews/tasks/{seat}/rows", {"episode": "1"}, X_Requested_With="fetch")
        if made.status != 200:
            return
        row = json.loads(made.body)["id"]
        kept[row] = None
        text = f"第{n}条：烟雾近景过长。"
        said = live.ask(cookie, "POST", f"/reviews/rows/{row}", {"version": "1", "problem": text, "severity": "must"},
                        X_Requested_With="fetch")  # fmt: skip
        if said.status in (200, 422):
            kept[row] = text
        time.sleep(0.05)

    return act


def signing(seats: list[tuple[str, int]]) -> Callable[..., None]:
    """Signs one opinion after the other, each by its own expert."""

    def act(live: Live, n: int, kept: dict[str, Any]) -> None:
        left = [(cookie, seat) for cookie, seat in seats if seat not in kept]
        if not left:
            time.sleep(0.2)
            return
        cookie, seat = left[0]
        page = live.ask(cookie, "GET", f"/reviews/tasks/{seat}/sign")
        seen = re.search(rb'name="seen"[^>]*value="([^"]*)"', page.body)
        if page.status == 303:  # it was signed, the answer was lost
            kept[seat] = page.status
            return
        answer = live.ask(cookie, "POST", f"/reviews/tasks/{seat}/sign", {"seen": seen[1].decode() if seen else ""})
        if answer.status == 303:
            kept[seat] = answer.status
        time.sleep(0.1)

    return act


def settling_rows(cookie: str, rounds: list[int]) -> Callable[..., None]:
    """Puts rows of the bureau's own into rounds that are being settled."""

    def act(live: Live, n: int, kept: dict[str, Any]) -> None:
        round_, problem = rounds[n % len(rounds)], f"第{n}处：片尾字幕有错字。"
        row = {"severity": "should", "problem": problem, "demand": "subtitle", "demand_text": "改正。"}
        said = live.ask(cookie, "POST", f"/reviews/{round_}/settle/rows", row)
        if said.status == 303:
            kept[int(said.location.rpartition("row-")[2])] = problem
        time.sleep(0.2)

    return act


def answering(cookie: str, changes: list[tuple[int, int]]) -> Callable[..., None]:
    """Answers the changes a letter asks for, again and again in other words."""

    def act(live: Live, n: int, kept: dict[str, Any]) -> None:
        project, change = changes[n % len(changes)]
        text = f"第{n}次答复：此处是史实，附说明。"
        path = f"/projects/{project}/changes/{change}/answer"
        if live.ask(cookie, "POST", path, {"how": "explained", "text": text}).status == 303:
            kept.setdefault(change, []).append(text)
        time.sleep(0.2)

    return act


def uploading(cookie: str, draft: int) -> Callable[..., None]:
    """Sends a file in pieces; a finished one is remembered by its hash."""

    def act(live: Live, n: int, kept: dict[str, Any]) -> None:
        content = PDF + random.Random(n).randbytes(300_000)
        head = {"Content_Type": "application/json"}
        told = {"name": f"{n}.pdf", "size": len(content), "place": f"paper:{draft}:pledge"}
        begun = live.ask(cookie, "POST", "/files/uploads", json.dumps(told).encode(), **head)
        token = json.loads(begun.body)["id"]
        for offset in range(0, len(content), 100_000):
            piece = content[offset : offset + 100_000]
            live.ask(cookie, "PATCH", f"/files/uploads/{token}", piece, Upload_Offset=str(offset),
                     Content_Type="application/offset+octet-stream")  # fmt: skip
        done = live.ask(cookie, "POST", f"/files/uploads/{token}/finish", b"", **head)
        if done.status == 200:
            assert json.loads(done.body)["sha256"] == hashlib.sha256(content).hexdigest()
            kept[token] = hashlib.sha256(content).hexdigest()

    return act


@pytest.mark.slow
@pytest.mark.skipif(POSTGRES and not ASKED, reason="the bank in one file is what kill -9 could tear")
def test_nothing_acknowledged_is_lost_when_processes_are_killed(template, tmp_path):
    url = ""
    if POSTGRES:
        url = copied(template[0], f"killed_{os.getpid()}", template[1])
    else:
        shutil.copyfile(template, tmp_path / "seedbank.sqlite3")
    app = make_app(tmp_path, url, SECRET_KEY=SECRET)
    with app.app_context():
        acts = _stage(app)
        db.session.remove()
        db.engine.dispose()
    chance = random.Random(20261122)
    with serving(tmp_path, url) as live:
        stop = threading.Event()
        clients = {name: Client(live, stop, act) for name, act in acts.items()}
        for client in clients.values():
            client.start()
        live.patience = 8  # who was cut off tries again soon
        killed = _killed(live, chance)
        time.sleep(1.5)
        stop.set()
        for client in clients.values():
            client.join(60)
    acknowledged = {name: _writes(client.acknowledged) for name, client in clients.items()}
    print(f"{killed} kills, {sum(acknowledged.values())} acknowledged writes: {acknowledged}")
    assert killed == KILLS
    assert [c.crash for c in clients.values() if c.crash] == []
    _verify_command(live)
    with app.app_context():
        _nothing_lost({name: client.acknowledged for name, client in clients.items()})
        assert disagreements() == []
        db.session.remove()
        db.engine.dispose()


def _writes(kept: dict[Any, Any]) -> int:
    """How many writes somebody was told of as done."""
    if "version" in kept:
        return int(kept["version"]) - 1
    return sum(len(each) if isinstance(each, list) else 1 for each in kept.values())


def _killed(live: Live, chance: random.Random) -> int:
    """Kill until it is enough; only processes that ran and are dead now count."""
    killed, deadline = 0, time.monotonic() + PATIENCE
    while killed < KILLS and time.monotonic() < deadline:
        time.sleep(chance.uniform(0.2, 1.2))
        killed += live.kill_worker() if killed % 4 == 3 else live.kill_web_worker(chance.choice)
    return killed


def _stage(app: Any) -> dict[str, Callable[..., None]]:
    """People at work on titles of their own."""
    by, officer = make.producer(), make.user("officer")
    cookie, desk = cookie_for(app, by.id), cookie_for(app, officer.id)
    draft = make.draft(by)
    with unit_of_work():
        drafts = _copies(draft, POOL)
    submitted = _submitted(draft, POOL)
    round_, _ = make.reading(officer, by)
    seat = round_.assignments[0]
    writer = writing(cookie_for(app, seat.expert_id), seat.id)
    complete, settled = _rounds_to_sign(officer, by), _rounds_to_settle(officer, by)
    drafted, sent = drafting(cookie, draft.id), uploading(cookie, draft.id)
    letters, changes = _letters()
    return {
        "drafting": drafted,
        "submitting": stepping(cookie, [(id_, f"/projects/{id_}/submit") for id_ in drafts]),
        "receiving": stepping(desk, [(id_, f"/projects/{id_}/steps/receive") for id_ in submitted]),
        "writing": writer,
        "uploading": sent,
        "signing": signing([(cookie_for(app, expert_id), seat_id) for seat_id, expert_id in complete]),
        "settling": settling_rows(desk, settled),
        "sealing": stepping(cookie_for(app, letters[0][0]), [(id_, f"/documents/{id_}/seal") for _, id_ in letters]),
        "answering": answering(cookie_for(app, changes[0][0]), [(title, change) for _, title, change in changes]),
    }


def _rounds_to_sign(officer: User, by: User) -> list[tuple[int, int]]:
    """Seats whose opinions are complete, with their experts."""
    found = []
    for _ in range(ROUNDS):
        round_, _experts = make.reading(officer, by)
        for seat in round_.assignments:
            make.written(seat)
            found.append((seat.id, seat.expert_id))
    return found


def _rounds_to_settle(officer: User, by: User) -> list[int]:
    """Rounds whose opinions are signed: the officer is at work on them."""
    found = []
    for _ in range(1 + (ROUNDS > 1)):
        round_, _experts = make.reading(officer, by)
        for seat in round_.assignments:
            make.written(seat)
            with unit_of_work():
                opinions.sign(seat, make.actor_of(seat.expert))
        found.append(round_.id)
    return found


def _letters() -> tuple[list[tuple[int, int]], list[tuple[int, int, int]]]:
    """Letters that wait for the seal with one sealer; changes of a served letter with a person of the house."""
    sealer, found = make.user("sealer"), []
    for _ in range(ROUNDS):
        round_, _people = make.decided()
        found.append((sealer.id, db.session.query(Document).filter_by(round_id=round_.id).one().id))
    round_, people = make.served()
    house = people["producer"].id
    return found, [(house, round_.project_id, change.id) for change in round_.changes]


def _submitted(draft: Project, count: int) -> list[int]:
    """Titles that wait in the common letter box."""
    with unit_of_work():
        found = _copies(draft, count)
    actor = make.actor_of(db.session.get(User, draft.created_by_id))
    for id_ in found:
        with unit_of_work():
            filing.submit(db.session.get(Project, id_), actor)
    return found


def _copies(draft: Project, count: int) -> list[int]:
    """Complete drafts, made quickly: the papers are the same."""
    actor = make.actor_of(db.session.get(User, draft.created_by_id))
    papers = [(paper.kind, paper.file) for paper in draft.attachments]
    found = []
    for _ in range(count):
        copy = filing.create(actor, **make.filled())
        for kind, file in papers:
            filing.attach(copy, actor, kind, file)
        found.append(copy.id)
    return found


def _verify_command(live: Live) -> None:
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    told = subprocess.run([*flask, "audit", "verify"], cwd=ROOT, env=live.environment, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr
    told = subprocess.run([*flask, "work", "--once"], cwd=ROOT, env=live.environment, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr


def _nothing_lost(kept: dict[str, dict[Any, Any]]) -> None:
    assert all(kept.values()), f"nobody worked: { {name: len(found) for name, found in kept.items()} }"
    lost = []
    drafted = kept["drafting"]
    project = db.session.scalars(select(Project).where(Project.state == "draft").order_by(Project.id)).first()
    if project.version < drafted["version"] or (
        project.version == drafted["version"] and project.synopsis != drafted["text"]
    ):
        lost.append(f"draft: version {drafted['version']} acknowledged, {project.version} found")
    for id_ in kept["submitting"]:
        row = db.session.get(Project, id_)
        if row.state != "submitted" or not row.number:
            lost.append(f"title {id_} was submitted, is {row.state}")
    lost += [
        f"title {id_} was received" for id_ in kept["receiving"] if db.session.get(Project, id_).state != "received"
    ]
    lost += [
        f"opinion {id_} was signed" for id_ in kept["signing"] if db.session.get(Assignment, id_).state != "signed"
    ]
    for id_, problem in kept["settling"].items():
        settled = db.session.get(Change, id_)
        if settled is None or settled.problem != problem:
            lost.append(f"settled row {id_}: {problem}")
    for id_ in kept["sealing"]:
        letter = db.session.get(Document, id_)
        if letter.state not in ("issuing", "served") or not letter.number:
            lost.append(f"letter {id_} was sealed, is {letter.state}")
    for id_, texts in kept["answering"].items():
        said = set(db.session.scalars(select(Answer.text).where(Answer.change_id == id_)))
        lost += [f"answer to {id_}: {text}" for text in texts if text not in said]
    for id_, text in kept["writing"].items():
        row = db.session.get(OpinionRow, id_)
        if row is None or (text is not None and row.problem != text):
            lost.append(f"row {id_}: {text}")
    for token, sha in kept["uploading"].items():
        upload = db.session.scalars(select(Upload).where(Upload.token == token)).first()
        file = db.session.get(StoredFile, upload.file_id) if upload else None
        if file is None or file.sha256 != sha:
            lost.append(f"upload {token}")
    lost += [
        f"outbox {row.id} failed: {row.error}"
        for row in db.session.scalars(select(OutboxRow).where(OutboxRow.failed_at.is_not(None)))
    ]
    assert lost == []
