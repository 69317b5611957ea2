"""What search may index. Features register their models here; `search` installs itself as the sink.

The index changes in the same flush as the rows: what is saved is found at once, and a rollback unfinds it. Text that is
saved with every pause of the typing may wait for the worker (`later`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, event, inspect, select
from sqlalchemy.orm import Session

from workflows.access import Actor

from . import outbox
from .model import db


@dataclass(frozen=True)
class Finding:
    """One thing that can be found. `url` is a path inside the product; `state` a label shown with it.

    `audience` limits who, in words put together with blanks: "project" (whoever may know a submitted project: bureau,
    its house `house_id`, the experts of `project_id`), "house" (its house alone: drafts), "staff" (bureau), "experts",
    "owner:7" (that person and the bureau), "self:7" (that person alone), "everyone" (whoever is signed in).
    """

    kind: str
    id: int
    project_id: int | None
    number: str
    title: str
    names: str
    text: str
    url: str
    audience: str = "project"
    house_id: int | None = None
    state: str = ""


@dataclass(frozen=True)
class Reach:
    """What a person's rights come to: all that is for the bureau, all of a house, all of the projects selected.

    `barred` are projects a member of staff recused himself from: what one person wrote there ("owner:7") is not for him,
    nor is a letter before it is served.
    """

    staff: bool = False
    house_id: int | None = None
    project_ids: Select[Any] | None = None
    barred: Select[Any] | None = None


def _plain_reach(actor: Actor) -> Reach:
    """Rights as far as the person himself says; experts' projects are known to the feature that assigns them."""
    return Reach(actor.is_staff, actor.organisation_id if "producer" in actor.roles else None)


reach: Callable[[Actor], Reach] = _plain_reach
"""Who may find what; called as `findable.reach(actor)`."""


def set_reach(function: Callable[[Actor], Reach]) -> None:
    """Called once by the feature that knows which experts sit on which projects."""
    global reach
    reach = function


def _nobody(login: str) -> Actor | None:
    return None


person: Callable[[str], Actor | None] = _nobody
"""The person with this log-in name, for `search query --as`."""


def set_person(function: Callable[[str], Actor | None]) -> None:
    """Called once by the feature that keeps people."""
    global person
    person = function


@dataclass(frozen=True)
class Source:
    """A registered model: how to make its finding (None: not findable now) and how to read all its rows."""

    kind: str
    model: type
    build: Callable[[Any], Finding | None]
    every: Callable[[], Select[Any]]


@dataclass(frozen=True)
class Repeated:
    """Fields of a model that findings of other rows repeat, and how to select those rows by the model's id."""

    fields: frozenset[str]
    rows: Callable[[int], Select[Any]]
    at_once: bool
    when: Callable[[Any], bool] | None

    def refresh(self, session: Session, id_: int) -> None:
        """Index those rows anew."""
        for rows in session.scalars(self.rows(id_)).partitions(200):
            refresh(session, rows)


SOURCES: dict[type, Source] = {}
REPEATED: dict[type, list[Repeated]] = {}
SHOWN: dict[str, Callable[[Sequence[int]], None]] = {}
"""By kind: what is to be told when someone is shown hits of it, because reading it leaves a trace."""
AWHILE = timedelta(seconds=20)
"""How long text that is being typed may stay out of the index."""
_put: Callable[[Session, list[Finding]], None] | None = None
_remove: Callable[[Session, list[tuple[str, int]]], None] | None = None


def register(kind: str, model: type, build: Callable[[Any], Finding | None], every: Callable[[], Select[Any]]) -> None:
    """Make a model findable under `kind`. `build(row)` runs at flush; `every()` selects all rows, for a rebuild."""
    SOURCES[model] = Source(kind, model, build, every)


def repeats(
    model: type, fields: Iterable[str], rows: Callable[[int], Select[Any]], *, at_once: bool = False,
    when: Callable[[Any], bool] | None = None,
) -> None:  # fmt: skip
    """Say that findings repeat these fields of a model: `rows(id)` selects what is indexed anew when one of them changes,
    by the worker, or `at_once` where the rows are few or the field says who may find them. `when(row)` tells of a row
    that nothing repeats yet.
    """
    REPEATED.setdefault(model, []).append(Repeated(frozenset(fields), rows, at_once, when))


def when_shown(kind: str, tell: Callable[[Sequence[int]], None]) -> None:
    """Called once by a feature whose texts must not be read unnoticed; `tell(ids)` runs when a page of hits is made."""
    SHOWN[kind] = tell


def install_sink(
    put: Callable[[Session, list[Finding]], None], remove: Callable[[Session, list[tuple[str, int]]], None]
) -> None:
    """Called once by `search`."""
    global _put, _remove
    _put, _remove = put, remove


def refresh(session: Session, rows: Iterable[Any]) -> None:
    """Bring the index up to date for these rows now, for rows whose text changed outside a flush."""
    if _put is None or _remove is None:
        return
    found, gone = [], []
    for row in rows:
        source = SOURCES[type(row)]
        finding = source.build(row)
        found.append(finding) if finding else gone.append((source.kind, row.id))
    if found:
        _put(session, found)
    if gone:
        _remove(session, gone)


def mark(session: Session, row: Any) -> None:
    """Index this row at the end of the transaction, because a part of what is found of it changed."""
    session.info.setdefault("findable", {})[id(row)] = row


def later(row: Any) -> None:
    """Let the worker index what this transaction changes of a row; once, however often it is saved until then."""
    db.session().info.setdefault("findable_later", {})[id(row)] = row


def waiting(kind: str) -> set[int]:
    """The rows of a kind whose text the worker has yet to index."""
    row = outbox.OutboxRow
    payloads = db.session.scalars(select(row.payload).where(row.kind == "find", row.done_at.is_(None)))
    return {payload["id"] for payload in payloads if payload["kind"] == kind}


@outbox.handles("find")
def find(payload: dict[str, Any]) -> None:
    """Index a row that was let wait."""
    source = next(one for one in SOURCES.values() if one.kind == payload["kind"])
    row = db.session.get(source.model, payload["id"])
    if row is not None:
        refresh(db.session(), [row])


@outbox.handles("find_repeated")
def find_repeated(payload: dict[str, Any]) -> None:
    """Index anew whatever repeats the fields of a row that changed."""
    model = next(one for one in REPEATED if one.__tablename__ == payload["table"])  # type: ignore[attr-defined]
    for repeated in REPEATED[model]:
        if not repeated.at_once and repeated.fields & set(payload["fields"]):
            repeated.refresh(db.session(), payload["id"])


def _note_repeated(session: Session, row: Any) -> None:
    """Remember which fields of a row changed that other rows' findings repeat."""
    for repeated in REPEATED.get(type(row), ()):
        changed = {name for name in repeated.fields if inspect(row).attrs[name].history.has_changes()}
        if changed and (repeated.when is None or repeated.when(row)):
            session.info.setdefault("findable_repeated", {}).setdefault((type(row), row.id), set()).update(changed)


def _index_repeated(session: Session) -> None:
    """What repeats the fields that changed: now, or by the worker."""
    for (model, id_), fields in session.info.pop("findable_repeated", {}).items():
        wanted = [repeated for repeated in REPEATED[model] if repeated.fields & fields]
        for repeated in wanted:
            if repeated.at_once:
                repeated.refresh(session, id_)
        if not all(repeated.at_once for repeated in wanted):
            outbox.enqueue("find_repeated", table=model.__tablename__, id=id_, fields=sorted(fields))


@event.listens_for(Session, "before_flush")
def _gather(session: Session, context: Any, instances: Any) -> None:
    """Remember what changed; identities of new rows are known only after the flush."""
    marked = session.info.setdefault("findable", {})
    for row in session.new:
        if type(row) in SOURCES:
            marked[id(row)] = row
    for row in session.dirty:
        if type(row) in SOURCES and session.is_modified(row):
            marked[id(row)] = row
        _note_repeated(session, row)
    for row in session.deleted:
        if type(row) in SOURCES and _remove is not None:
            marked.pop(id(row), None)
            session.info.setdefault("unfindable", []).append((SOURCES[type(row)].kind, row.id))


@event.listens_for(Session, "before_commit")
def _index(session: Session) -> None:
    """Index once per transaction, however often a row was flushed within it."""
    session.flush()
    marked, gone = session.info.pop("findable", {}), session.info.pop("unfindable", [])
    for key in marked.keys() & session.info.pop("findable_later", {}).keys():
        row = marked.pop(key)
        outbox.enqueue_once("find", AWHILE, kind=SOURCES[type(row)].kind, id=row.id)
    _index_repeated(session)
    if gone and _remove is not None:
        _remove(session, gone)
    if marked:
        refresh(session, [row for row in marked.values() if row in session])
    session.info.pop("findable", None)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    for name in ("findable", "findable_later", "findable_repeated", "unfindable"):
        session.info.pop(name, None)
