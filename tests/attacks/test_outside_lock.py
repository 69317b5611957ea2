"""The write lock held from outside (a console left open, a copy by other means): who writes is told soon, who reads reads.

The writers come faster than they are refused, to both web workers; the pages are asked for one a second meanwhile.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import make_url

from audiovisual.kernel.model import db
from tests import factories as make
from tests.conftest import POSTGRES, make_app
from tests.postgres import copied

from .live import SECRET, cookie_for, serving

HELD = 12.0 if os.environ.get("SEEDBANK_FULL") else 7.0
"""Seconds the lock is held."""
WRITERS = 40


@contextmanager
def held(instance, url):
    """Hold the write lock of that bank from a connection that is no part of it."""
    if url:
        with psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(False)) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(20261122)")
            yield
            connection.rollback()
        return
    connection = sqlite3.connect(instance / "seedbank.sqlite3", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@pytest.fixture
def bank(template, tmp_path):
    """A bank in a folder of its own, its address, a producer's cookie and their draft."""
    url = ""
    if POSTGRES:
        server, name = template
        url = copied(server, f"locked_{tmp_path.name[-8:]}", name)
    else:
        shutil.copyfile(template, tmp_path / "seedbank.sqlite3")
    app = make_app(tmp_path, url, SECRET_KEY=SECRET)
    with app.app_context():
        by = make.producer()
        given = (tmp_path, url, cookie_for(app, by.id), make.draft(by).id)
        db.session.remove()
        db.engine.dispose()
    return given


@pytest.mark.slow
def test_who_writes_is_told_in_seconds_and_who_reads_reads(bank):
    instance, url, cookie, draft = bank
    with serving(instance, url) as live:
        answers, over = Counter(), threading.Event()

        def write():
            while not over.is_set():
                begun = time.monotonic()
                status = live.ask(
                    cookie, "POST", f"/projects/{draft}/draft", {"version": "1", "synopsis": "梗概"}
                ).status
                answers[status] += 1
                waits.append(time.monotonic() - begun)

        waits: list[float] = []
        reads: list[float] = []
        with ThreadPoolExecutor(WRITERS) as pool, held(instance, url):
            until = time.monotonic() + HELD
            tasks = [pool.submit(write) for _ in range(WRITERS)]
            while time.monotonic() < until:
                begun = time.monotonic()
                assert live.ask(cookie, "GET", f"/projects/{draft}/edit").status == 200
                reads.append(time.monotonic() - begun)
                time.sleep(0.5)
            over.set()
            for task in tasks:
                task.result()
        print(
            f"reads {len(reads)}, longest {max(reads):.2f} s; writes {sum(answers.values())}, longest {max(waits):.2f} s"
        )
        assert set(answers) == {503}
        assert len(reads) >= 3, "nobody could read while the lock was held"
        assert live.ask(cookie, "POST", f"/projects/{draft}/draft", {"version": "1", "synopsis": "梗概"}).status != 503
