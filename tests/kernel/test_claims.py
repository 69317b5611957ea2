"""Several at one outbox: what a worker took when it was killed is done at once, and nothing long holds up the mail."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from audiovisual import worker
from audiovisual.kernel import claims, outbox
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.outbox import OutboxRow, work_off

PATIENCE = 30  # seconds


@pytest.fixture
def notes(tmp_path, monkeypatch):
    """The file in which the handler of the kind `note` writes a line for each row it does."""
    path = tmp_path / "notes"
    path.touch()

    def note(payload):
        with path.open("a") as file:
            file.write(f"{payload['word']}\n")

    for kind in ("note", "stay"):
        monkeypatch.setitem(outbox.HANDLERS, kind, note)
    return path


def put(kind, *words):
    with unit_of_work():
        for word in words:
            outbox.enqueue(kind, word=word)


def row(kind):
    db.session.rollback()
    return db.session.scalars(select(OutboxRow).where(OutboxRow.kind == kind)).one()


def wait_for(holds):
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.05)


def start_worker(app, notes, stays):
    """A worker in a process of its own, on the same bank. A row `stay` keeps it busy until it is killed."""
    program = textwrap.dedent(f"""
        import time
        from pathlib import Path
        from audiovisual import worker
        from audiovisual.kernel import outbox
        from tests.conftest import make_app

        def note(payload):
            with open({str(notes)!r}, "a") as file:
                file.write(payload["word"] + "\\n")

        def stay(payload):
            Path({str(stays)!r}).touch()
            time.sleep(600)

        app = make_app(Path({app.instance_path!r}), {url(app)!r})
        outbox.handles("note")(note)
        outbox.handles_slowly("stay", long=True)(stay)
        with app.app_context():
            worker.run()
    """)
    return subprocess.Popen([sys.executable, "-c", program])


def url(app):
    return app.config["SQLALCHEMY_DATABASE_URI"]


def test_what_a_killed_worker_was_at_is_done_at_once(app, notes, tmp_path):
    put("stay", "the letter")
    process = start_worker(app, notes, tmp_path / "stays")
    try:
        wait_for((tmp_path / "stays").exists)
        assert not claims.ended(row("stay").claimed_by)
        assert outbox.take_over() == 0
        work_off()
        assert notes.read_text() == ""  # it is in living hands
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert outbox.take_over() == 1
    work_off()
    assert notes.read_text() == "the letter\n"


def test_what_ends_its_worker_again_and_again_is_tried_later_and_given_up(app, notes):
    put("stay", "the letter")
    gone = claims.name().replace(f" {os.getpid()} ", " 999999999 ")
    pauses = []
    while row("stay").failed_at is None:
        with unit_of_work():
            taken = row_of_kind("stay")
            taken.claimed_by, taken.claimed_until, taken.attempts = gone, utcnow() + claims.LEASE, taken.attempts + 1
        assert outbox.take_over() == 1
        pauses.append(round((row("stay").due_at - utcnow()).total_seconds()))
    assert [max(0, pause) for pause in pauses] == [0, 4, 8, 16, 32, 64, 128, 128]
    assert row("stay").error.startswith("the worker ended")


def row_of_kind(kind):
    return db.session.scalars(select(OutboxRow).where(OutboxRow.kind == kind)).one()


def test_of_another_machine_only_a_claim_that_ran_out_is_taken_over(app, notes):
    put("note", "mail")
    with unit_of_work():
        taken = row_of_kind("note")
        taken.claimed_by, taken.claimed_until = "another-machine 12 34", utcnow() + claims.LEASE
    assert (outbox.take_over(), work_off()) == (0, 0)
    with unit_of_work():
        row_of_kind("note").claimed_until = utcnow() - timedelta(seconds=1)
    assert work_off() == 1


def test_a_number_used_again_by_another_process_is_not_the_worker():
    mine = claims.name()
    machine, pid, begun = mine.split(" ")
    assert not claims.ended(mine)
    assert claims.ended(f"{machine} {pid} {int(begun) - 1}")


def test_a_claim_is_renewed_while_its_worker_is_at_it(app, notes):
    put("note", "mail")
    taken = outbox.claim()
    with claims.holding(taken.id):
        with unit_of_work():
            row_of_kind("note").claimed_until = utcnow()
        outbox.renew()
    assert row("note").claimed_until - utcnow() > claims.LEASE / 2


def test_no_mail_waits_for_a_long_letter(app, notes, monkeypatch):
    ended, drawn = threading.Event(), threading.Event()

    def draw(payload):
        assert drawn.wait(PATIENCE)

    monkeypatch.setitem(outbox.HANDLERS, "draw", draw)
    draw.slow = draw.long = True
    put("draw", "300 rows")
    runs = threading.Thread(target=in_app, args=(app, lambda: worker.run(ended)))
    runs.start()
    try:
        wait_for(lambda: row("draw").claimed_by)
        put("note", "mail")
        wait_for(lambda: notes.read_text() == "mail\n")
        assert row("draw").done_at is None
        drawn.set()
        wait_for(lambda: row("draw").done_at)
    finally:
        drawn.set()
        ended.set()
        runs.join()


def in_app(app, work):
    with app.app_context():
        work()


def test_several_workers_do_each_row_once(app, notes, tmp_path):
    words = [f"mail {number}" for number in range(40)]
    workers = [start_worker(app, notes, tmp_path / "stays") for _ in range(2)]
    try:
        for word in words:
            put("note", word)
        wait_for(lambda: len(notes.read_text().splitlines()) >= len(words))
    finally:
        for process in workers:
            process.kill()
            process.wait()
    assert sorted(notes.read_text().splitlines()) == sorted(words)


def test_what_comes_once_a_day_is_done_once_by_all_workers(app):
    assert [worker.daily_once() for _ in range(3)] == [True, False, False]
