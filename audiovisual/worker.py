"""The worker's loop: the outbox row by row, a sign of life every few seconds, and once a day what comes by itself."""

from __future__ import annotations

import time
from datetime import date

import structlog

from .kernel import health, outbox
from .kernel.database import unit_of_work
from .kernel.model import db, today
from .projects.reminders import warn_lapsing
from .reviews.operations.leaving import release_departed

BREATH = 15.0
PAUSE = 0.5
log = structlog.get_logger()


def run() -> None:
    """Work until the process is ended. A failing round is logged and tried again; it never ends the worker."""
    breath, day = -BREATH, date.min
    while True:
        try:
            if time.monotonic() - breath > BREATH:
                health.beat()
                breath = time.monotonic()
            if day != today():
                daily()
                day = today()
            if not outbox.work_once():
                time.sleep(PAUSE)
        except Exception:
            log.exception("worker")
            db.session.remove()
            time.sleep(5)


def daily() -> None:
    """What is due once a day: permits about to lapse are told of, seats of people who are no experts any more are freed."""
    with unit_of_work():
        told = warn_lapsing()
    with unit_of_work():
        freed = release_departed()
    if told or freed:
        log.info("daily", permits=told, seats=freed)
