"""Which uploaded files were looked at by the virus scanner, and what follows.

A file that was uploaded waits until the worker had it looked at; meanwhile nobody opens it. One with a virus is opened by
nobody, counts as not attached, and whoever sent it is told (`infected`). What the program made itself is not scanned.
Without a scanner nothing waits, and /readyz and the administrators' page say that nothing is scanned.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import exists, func, select
from werkzeug.exceptions import Conflict, Forbidden

from workflows.access import SYSTEM
from workflows.errors import N_, RuleBroken, Sentence, say

from . import audit, outbox, scanner
from .database import operation, unit_of_work
from .files import Scan, StoredFile
from .model import db, utcnow

OLD = timedelta(days=7)
"""Signatures older than that know too little: what they find clean counts as not scanned."""
KEPT_SECONDS = 30
log = structlog.get_logger()


class NotYetScanned(Conflict):
    """The file waits for the scanner."""


class Infected(Forbidden):
    """A virus was found in the file."""

    def __init__(self, signature: str) -> None:
        super().__init__()
        self.signature = signature


def place() -> str:
    """Where the scanner listens; "" when there is none."""
    return str(current_app.config.get("SCANNER", ""))


def waits(stored: StoredFile) -> bool:
    """Whether the scanner has yet to look at the file. Without a scanner nothing waits."""
    return stored.scan is not None and stored.scan.verdict == "waiting" and bool(place())


def require_fit(stored: StoredFile) -> None:
    """Refuse to hand out what has a virus, or waits for the scanner."""
    if stored.scan is not None and stored.infected:
        raise Infected(stored.scan.signature)
    if waits(stored):
        raise NotYetScanned()


def trouble(stored: StoredFile | None) -> Sentence | None:
    """What whoever sees the file listed has to know of it, in a few words; nothing where there is none."""
    if stored is None or stored.scan is None:
        return None
    if stored.infected:
        return say("查出病毒 %(signature)s，不算数，请换一份。", signature=stored.scan.signature)
    return say("正在查毒，查完就能打开。") if waits(stored) else None


def refuse_infected(stored: StoredFile, field: str | None = None) -> None:
    """Refuse beside the field a file that was found to have a virus."""
    if stored.scan is not None and stored.infected:
        raise RuleBroken(infected_said(stored.name, stored.scan.signature), field)


def refuse_known(sha256: str, name: str, field: str | None = None) -> None:
    """The same of bytes that are known from before, while the new file is not kept yet."""
    known = db.session.get(Scan, sha256)
    if known is not None and known.verdict == "infected":
        raise RuleBroken(infected_said(name, known.signature), field)


def infected_said(name: str, signature: str) -> Sentence:
    """Of one file, that it has a virus and what to do."""
    return say("“%(name)s”里查出病毒 %(signature)s，不算数。请换一份干净的。", name=name, signature=signature)


@operation
def expected(stored: StoredFile) -> StoredFile:
    """An uploaded file, to be scanned once this is committed, unless its bytes were. Gives the file itself."""
    known, where = db.session.get(Scan, stored.sha256), place()
    if known is None:
        known = Scan(sha256=stored.sha256, verdict="unscanned")
        db.session.add(known)
    if known.verdict == "unscanned" and where:
        known.verdict = "waiting"
        outbox.enqueue("scan", sha256=stored.sha256)
    db.session.flush()
    db.session.refresh(stored, ["scan"])
    return stored


@outbox.handles_slowly("scan", attempts=outbox.A_DAY, long=True)
def scan(payload: dict[str, Any]) -> None:
    """Have the scanner look at bytes, and keep what it said. One that does not answer is asked again for a day."""
    sha256, where = payload["sha256"], place()
    stored = db.session.scalar(select(StoredFile).where(StoredFile.sha256 == sha256).limit(1))
    db.session.rollback()  # no transaction stays open while the file is read
    if stored is None:
        return  # nobody has it any more
    if not where:
        raise scanner.Silent("no scanner is set")
    engine = scanner.engine(where)
    found = scanner.scan(where, stored.path)
    with unit_of_work():
        _keep(sha256, engine, found)


def _keep(sha256: str, engine: scanner.Engine, found: scanner.Found) -> None:
    row = db.session.get(Scan, sha256, with_for_update=True)
    if row is None:
        row = Scan(sha256=sha256)
        db.session.add(row)
    new = found.verdict == "infected" and row.verdict != "infected"
    row.verdict, row.signature, row.scanned_at = found.verdict, found.signature, utcnow()
    row.engine, row.signatures_at = engine.name, engine.signatures_at
    row.proven = found.verdict == "clean" and engine.age is not None and engine.age <= OLD
    if new:
        log.warning("infected", sha256=sha256, signature=found.signature, engine=engine.name)
        outbox.enqueue("infected", sha256=sha256, signature=found.signature)


@operation
def ask_again() -> int:
    """Have the scanner look at all that was ever uploaded, by what it knows today; gives how many.

    What was open stays open meanwhile; what has a virus stays closed unless the new signatures find none.
    """
    found = list(db.session.scalars(select(Scan.sha256)))
    for sha256 in found:
        outbox.enqueue("scan", sha256=sha256)
    audit.record("files.scan", None, SYSTEM, files=len(found))
    return len(found)


@operation
def ask_waiting() -> None:
    """Once a day: what still waits, and was given up by the outbox, is asked about again."""
    if place():
        for sha256 in db.session.scalars(select(Scan.sha256).where(Scan.verdict == "waiting")):
            outbox.enqueue_once("scan", timedelta(0), sha256=sha256)


_told: tuple[float, str, list[Sentence]] = (-KEPT_SECONDS, "", [])


def standing() -> list[Sentence]:
    """What keeps uploaded files from being scanned as they should: nothing, or a sentence for each lack."""
    where = place()
    if not where:
        return [say("没有设置查毒程序（SEEDBANK_SCANNER）：上传的文件都未查毒。")]
    lacks = list(_of_the_engine(where))
    counts = _counts()
    for name, words in COUNTED.items():
        if counts.get(name):
            lacks.append(say(words, n=counts[name]))
    return lacks


def _of_the_engine(where: str) -> list[Sentence]:
    """What the scanner itself lacks; it is asked every half a minute at most."""
    global _told
    if _told[1] != where or time.monotonic() - _told[0] > KEPT_SECONDS:
        _told = time.monotonic(), where, _asked(where)
    return _told[2]


def forget_what_was_told() -> None:
    """Ask the scanner itself the next time."""
    global _told
    _told = (-KEPT_SECONDS, "", [])


def _asked(where: str) -> list[Sentence]:
    try:
        told = scanner.engine(where)
    except scanner.Silent as error:
        return [say("查毒程序没有回答（%(why)s）：新上传的文件打不开，等它查过。", why=str(error))]
    if told.age is None:
        return [say("查毒程序（%(name)s）没有官方病毒特征：查过的也算未查毒。", name=told.name)]
    if told.age > OLD:
        return [say("查毒程序的病毒特征已 %(n)s 天没有更新：查过的也算未查毒。", n=told.age.days)]
    return []


COUNTED = {
    "waiting": N_("等着查毒的文件 %(n)s 个。"),
    "infected": N_("查出病毒的文件 %(n)s 个，都打不开。"),
    "too_large": N_("未查毒（太大）的文件 %(n)s 个，可以打开。"),
    "clean": N_("未查毒（查的时候没有病毒特征，或太旧）的文件 %(n)s 个，可以打开。"),
    "unscanned": N_("未查毒的文件 %(n)s 个，可以打开。请在服务器上运行 flask --app wsgi scan --all。"),
}
"""What is told of the files of a verdict; of clean ones, where the signatures were none to rely on."""


def _counts() -> dict[str, int]:
    """How many different files there are of each verdict of `COUNTED`."""
    kept = exists().where(StoredFile.sha256 == Scan.sha256)
    rows = select(Scan.verdict, func.count()).where(Scan.proven.is_(False), kept).group_by(Scan.verdict)
    return {row[0]: row[1] for row in db.session.execute(rows)}
