"""The worker: the outbox row by row, a sign of life every few seconds, and once a day what comes by itself.

Letters, films and verifying take long; they have a thread of their own, so that no mail waits behind them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date

import structlog
from flask import Flask, current_app

from . import proof
from .documents import proposals
from .kernel import health, outbox, retention, scanning, stream
from .kernel.database import unit_of_work
from .kernel.model import db, shanghai, today, utcnow
from .people import alarms
from .projects.clocks import recompute
from .projects.reminders import take_back_lapsed, warn_lapsing
from .reviews.operations.leaving import release_departed
from .reviews.operations.partial import tell_partial

BREATH = 5.0
PAUSE = 0.5
TROUBLE = 5.0
DAILY = "daily"
log = structlog.get_logger()


def run(ended: threading.Event | None = None) -> None:
    """Work until the process is ended, or until `ended`. A failing round is logged and tried again.

    Two threads work, one of them at what takes long; this one renews their claims and frees those of workers that are no more.
    """
    ended = ended or threading.Event()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    long = outbox.long_kinds()
    threads = [_thread(app, ended, lambda: outbox.work_once(but=long)), _thread(app, ended, _Long(long))]
    while not ended.is_set():
        try:
            health.beat()
            outbox.renew()
            outbox.take_over()
            if stream.write_out():
                alarms.ring()
        except Exception:
            _troubled()
        if not all(thread.is_alive() for thread in threads):
            break  # whoever started us starts us anew
        ended.wait(BREATH)
    ended.set()
    for thread in threads:
        thread.join()


def _thread(app: Flask, ended: threading.Event, work: Callable[[], bool]) -> threading.Thread:
    """A thread that does one piece of work after the other, and waits a moment when there is none."""

    def go() -> None:
        with app.app_context():
            while not ended.is_set():
                try:
                    if not work():
                        ended.wait(PAUSE)
                except Exception:
                    _troubled()
                    ended.wait(TROUBLE)

    thread = threading.Thread(target=go, daemon=True)
    thread.start()
    return thread


def _troubled() -> None:
    log.exception("worker")
    db.session.remove()


class _Long:
    """What takes long: the kinds marked so, and before them, once a day, what comes by itself."""

    def __init__(self, kinds: set[str]) -> None:
        self.kinds, self.day = kinds, date.min

    def __call__(self) -> bool:
        if self.day != today():
            daily_once()
            self.day = today()
        return outbox.work_once(only=self.kinds)


def daily_once() -> bool:
    """`daily`, unless a worker did it today already, before a restart or on another machine; gives whether it was done."""
    if _done_today():
        db.session.remove()
        return False
    daily()
    return True


def _done_today() -> bool:
    last = db.session.get(health.Pulse, DAILY)
    return last is not None and shanghai(last.at).date() == today()


def daily() -> None:
    """What is due once a day: permits about to lapse are told of, titles whose permit lapsed go back to their officers, seats
    of people who are no experts any more are freed, experts who became partial are told of, letters that wait for a
    signature or a number are made anew, days that rest on holidays announced since are reckoned anew, what has had its
    term is deleted (`retention`), files that still wait for the scanner are asked about again, and all that was signed and
    logged is verified anew."""
    while _reckoned_anew():
        pass
    with unit_of_work() as session:
        told, back = warn_lapsing(), take_back_lapsed()
        freed, partial = release_departed(), tell_partial()
        letters = proposals.reckoned_anew()
        retention.begin()
        scanning.ask_waiting()
        proof.begin()
        session.merge(health.Pulse(name=DAILY, at=utcnow()))
    if told or back or freed or partial or letters:
        log.info("daily", permits=told, back=back, seats=freed, partial=partial, letters=letters)


def _reckoned_anew() -> int:
    """Some titles' due days, in a unit of work of their own: people are not kept waiting."""
    with unit_of_work():
        return recompute()
