"""The worker's loop: the outbox row by row, a sign of life every few seconds, and once a day what comes by itself."""

from __future__ import annotations

import time
from datetime import date

import structlog

from . import proof
from .kernel import drafts, health, outbox, pressed, security, stream
from .kernel.database import unit_of_work
from .kernel.model import db, today
from .people import alarms
from .people.operations import attempts
from .projects.clocks import recompute
from .projects.reminders import take_back_lapsed, warn_lapsing
from .reviews.operations.leaving import release_departed
from .reviews.operations.partial import tell_partial

BREATH = 15.0
PAUSE = 0.5
POUR = 2.0
"""Seconds between two looks for security events that have no line yet."""
log = structlog.get_logger()


def run() -> None:
    """Work until the process is ended. A failing round is logged and tried again; it never ends the worker."""
    breath, poured, day = -BREATH, -POUR, date.min
    while True:
        try:
            if time.monotonic() - breath > BREATH:
                health.beat()
                breath = time.monotonic()
            if day != today():
                daily()
                day = today()
            if time.monotonic() - poured > POUR:
                if stream.pour():
                    alarms.ring()
                poured = time.monotonic()
            if not outbox.work_once():
                time.sleep(PAUSE)
        except Exception:
            log.exception("worker")
            db.session.remove()
            time.sleep(5)


def daily() -> None:
    """What is due once a day: permits about to lapse are told of, titles whose permit lapsed go back to their officers,
    seats of people who are no experts any more are freed, experts who became partial are told of, days that rest on holidays announced since are reckoned anew,
    forms nobody came back to are forgotten; all that was signed and logged is verified anew."""
    while _reckoned_anew():
        pass
    with unit_of_work():
        told, back = warn_lapsing(), take_back_lapsed()
        freed, partial = release_departed(), tell_partial()
        drafts.sweep()
        proof.begin()
        pressed.sweep()
        security.sweep()
        attempts.sweep()
    if told or back or freed or partial:
        log.info("daily", permits=told, back=back, seats=freed, partial=partial)


def _reckoned_anew() -> int:
    """Some titles' due days, in a unit of work of their own: people are not kept waiting."""
    with unit_of_work():
        return recompute()
