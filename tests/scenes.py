"""What many tests begin with, made once per process: a bank in which a maker was called, kept with its files.

    @step     a maker that is quick: it runs each time, and what was asked of it is remembered
    @scene    one that takes long: asked again for the same after the same beginnings, what it left is copied back

"The same" means: the same makers with the same arguments in the same order since the test began, and nothing else written
in between, by whichever process. Names are numbered anew in each test, so the same calls give the same rows. A test that
patches something, and PostgreSQL, get everything made by the operations themselves.
"""

from __future__ import annotations

import functools
import itertools
import shutil
import sqlite3
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec, TypeVar

from flask import current_app
from sqlalchemy import Engine, event

from audiovisual.kernel.model import Base, db, today

P = ParamSpec("P")
R = TypeVar("R")
ELSEWHERE = ("INSTANCE", "SQLALCHEMY_DATABASE_URI")
"""Settings that differ from test to test and change nothing."""
BESIDE = 10_000
"""The first number of names made for a bank that was filled elsewhere, and has used the first ones."""


class Row(NamedTuple):
    """A row of a maker's arguments or answer."""

    model: type
    id: int


class Kept(NamedTuple):
    """What a scene left: the folder of its database and files, its answer, the next number of a name."""

    folder: Path
    answer: Any
    number: int


class Beginnings:
    """What happened to the bank of the present test so far."""

    def __init__(self) -> None:
        self.kept: dict[Hashable, Kept] = {}
        self.inside = self.written = 0
        self.steps: tuple[Hashable, ...] | None = None
        self.state: tuple[Any, ...] = ()
        self.instance = self.folder = Path()
        self.numbers = self.beside = itertools.count(BESIDE)

    def begin(self, instance: Path, folder: Path | None) -> None:
        """A bank begins. Without a `folder` to keep scenes in, nothing is remembered."""
        self.instance, self.folder = instance, folder or Path()
        self.inside, self.steps = 0, None if folder is None else ()
        self.state = self._state()
        self.numbers = itertools.count(1)

    def end(self) -> None:
        """What is made from now on belongs to no bank that began here."""
        self.steps, self.numbers = None, self.beside

    def watch(self, engine: Engine) -> None:
        """Count what is written, whoever writes it."""

        @event.listens_for(engine, "commit")
        def _count(connection: Any) -> None:
            self.written += 1

    def key(self, function: Callable[..., Any], args: Any, given: Any) -> Hashable | None:
        """The beginnings with this call added; None once something else was written."""
        if self.steps is None or self.state != self._state():
            self.steps = None
            return None
        settings = repr(
            sorted((name, repr(value)) for name, value in current_app.config.items() if name not in ELSEWHERE)
        )
        try:
            return (*self.steps, function.__qualname__, _plain(args), _plain(given), today(), settings)
        except TypeError:
            self.steps = None
            return None

    def went_on(self, key: Hashable) -> None:
        self.steps, self.state = (key,), self._state()

    def _state(self) -> tuple[Any, ...]:
        """Different as soon as anybody wrote to the bank: this process is counted, others change the files."""
        files = [self.instance / f"seedbank.sqlite3{ending}" for ending in ("", "-wal")]
        return self.written, *((each.stat().st_size, each.stat().st_mtime_ns) for each in files if each.exists())

    def keep(self, key: Hashable, answer: Any) -> None:
        """Keep what the bank is now."""
        place = self.folder / f"{len(self.kept)}"
        shutil.copytree(self.instance, place, ignore=shutil.ignore_patterns("*.sqlite3*"))
        with (
            sqlite3.connect(self.instance / "seedbank.sqlite3") as source,
            sqlite3.connect(place / "seedbank.sqlite3") as copy,
        ):
            source.backup(copy)
        number = next(self.numbers)
        self.numbers = itertools.count(number)
        self.kept[key] = Kept(place, _plain(answer), number)

    def put_back(self, key: Hashable) -> Any:
        """Make the bank what it was when this was kept; gives the answer of then."""
        kept = self.kept[key]
        db.session.rollback()
        db.engine.dispose()
        for ending in ("-wal", "-shm"):
            Path(f"{self.instance / 'seedbank.sqlite3'}{ending}").unlink(missing_ok=True)
        shutil.copytree(kept.folder, self.instance, dirs_exist_ok=True)
        db.session.expire_all()
        self.numbers = itertools.count(kept.number)
        return _again(kept.answer)


NOW = Beginnings()


def number() -> int:
    """The next number of a name."""
    return next(NOW.numbers)


def step(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a quick maker."""
    return _marked(function, keeps=False)


def scene(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a maker whose work is kept."""
    return _marked(function, keeps=True)


def _marked(function: Callable[P, R], keeps: bool) -> Callable[P, R]:
    @functools.wraps(function)
    def wrapped(*args: P.args, **given: P.kwargs) -> R:
        if NOW.inside or (key := NOW.key(function, args, given)) is None:
            return function(*args, **given)
        if key in NOW.kept:
            answer = NOW.put_back(key)
        else:
            NOW.inside += 1
            try:
                answer = function(*args, **given)
            except BaseException:
                NOW.steps = None
                raise
            finally:
                NOW.inside -= 1
            if keeps:
                NOW.keep(key, answer)
        NOW.went_on(key)
        return answer

    return wrapped


def _plain(value: Any) -> Any:
    """Rows by model and id, everything else hashable or refused."""
    match value:
        case Base():
            return Row(type(value), value.id)
        case dict():
            return ("dict", *((name, _plain(each)) for name, each in value.items()))
        case list() | tuple():
            return (type(value).__name__, *(_plain(each) for each in value))
    hash(value)
    return value


def _again(value: Any) -> Any:
    match value:
        case Row(model, id_):
            return db.session.get_one(model, id_)
        case ("dict", *pairs):
            return {name: _again(each) for name, each in pairs}
        case (("list" | "tuple") as kind, *parts):
            return {"list": list, "tuple": tuple}[kind](_again(each) for each in parts)
    return value
