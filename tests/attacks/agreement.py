"""What must hold of a bank after anything at all: events, audit, outbox, search, counters and files agree."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

from sqlalchemy import select

from audiovisual.kernel import audit
from audiovisual.kernel.audit import AuditRow
from audiovisual.kernel.events import Event
from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.model import db
from audiovisual.kernel.outbox import OutboxRow
from audiovisual.projects.models import Project
from audiovisual.reviews.models import Change, Round
from audiovisual.reviews.unsettled import PENDING, unsettled
from audiovisual.search.rebuild import check
from workflows.records import ENDED


def disagreements() -> list[str]:
    """Every breach, in words; empty when all is well."""
    return [*_traces(), *_numbers(), *_rounds(), *signed_points(), *_counters(), *_files(), *_engine(), *check()]


def _traces() -> Iterator[str]:
    verdict = audit.verify(db.session())
    if verdict.broken_at is not None:
        yield f"audit chain broken at {verdict.broken_at}: {verdict.why}"
    told = Counter(db.session.scalars(select(OutboxRow.event_id).where(OutboxRow.kind == "event")))
    seen: Counter[int] = Counter()
    for id_, seq, type_, subject in db.session.execute(
        select(Event.id, Event.audit_seq, Event.subject_type, Event.subject_id)
    ):
        seen[seq] += 1
        if told[id_] != 1:
            yield f"event {id_} has {told[id_]} outbox rows"
        row = db.session.get(AuditRow, seq)
        if row is None or (row.subject_type, row.subject_id) != (type_, subject):
            yield f"event {id_} has no audit row of its own"
    yield from (f"audit row {seq} stands for {n} events" for seq, n in seen.items() if n > 1)


def _numbers() -> Iterator[str]:
    """Numbers of titles are gapless, but for no reason at all."""
    for year, numbers in _by_year().items():
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            yield f"numbers of {year} have a gap or a twin: {sorted(numbers)}"


def _by_year() -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number in db.session.scalars(select(Project.number).where(Project.number.is_not(None))):
        year, _, ordinal = number.partition("〔")[2].partition("〕")
        found.setdefault(year, []).append(int("".join(filter(str.isdigit, ordinal))))
    return found


def _rounds() -> Iterator[str]:
    open_ = Counter(db.session.scalars(select(Round.project_id).where(Round.state.not_in(("closed", "cancelled")))))
    yield from (f"title {id_} has {n} open rounds" for id_, n in open_.items() if n > 1)
    ended = db.session.scalars(select(Project.id).where(Project.id.in_(open_), Project.state.in_(ENDED)))
    yield from (f"title {id_} has ended, its round has not" for id_ in ended)


LAID = ("proposed", "agreed", "decided", "issued", "closed")


def signed_points() -> Iterator[str]:
    """Of every round that was proposed: each signed point is taken up or left out with a reason, each failed bottom line is
    answered, no merged row waits for its text. What a house answered is verified before its title passes."""
    for round_ in db.session.scalars(select(Round).where(Round.state.in_(LAID))):
        left = unsettled(round_)
        if left.points_open or left.rows_to_word or left.bottom_lines_unanswered:
            yield f"round {round_.id} is {round_.state}, yet {left}"
    over = select(Project.id).where(Project.state.in_((*ENDED, "reviewed")))
    waiting = select(Change.id).where(Change.project_id.in_(over), Change.state.in_(PENDING))
    yield from (f"row {id_} waits for ever" for id_ in db.session.scalars(waiting))


def _counters() -> Iterator[str]:
    """The counters a title keeps of its changes are what a recount gives."""
    for project in db.session.scalars(select(Project).where(Project.changes_total > 0)):
        rows = db.session.scalars(
            select(Change.state).where(
                Change.project_id == project.id,
                Change.severity == "must",
                Change.state.in_(("open", "answered", "closed")),
            )
        ).all()
        found = (len(rows), rows.count("open"), len(rows) - rows.count("closed"))
        kept = (project.changes_total, project.changes_unanswered, project.changes_open)
        if kept != found:
            yield f"title {project.id} counts {kept}, a recount gives {found}"


def _files() -> Iterator[str]:
    for stored in db.session.scalars(select(StoredFile)):
        if not stored.path.exists():
            yield f"file {stored.id} has no bytes"
        elif hashlib.sha256(stored.path.read_bytes()).hexdigest() != stored.sha256:
            yield f"file {stored.id} has other bytes"


def _engine() -> Iterator[str]:
    if db.engine.dialect.name == "sqlite":
        for (told,) in db.session.execute(db.text("PRAGMA integrity_check")):
            if told != "ok":
                yield f"integrity: {told}"
        for row in db.session.execute(db.text("PRAGMA foreign_key_check")):
            yield f"foreign key: {tuple(row)}"
