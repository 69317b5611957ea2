"""An instance belongs to one server: a second start finds it taken before it changes anything there."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

LOCK = "server.lock"
PATIENCE = 5.0
"""Seconds a server that is just ending has to let go."""
_held: dict[Path, IO[str]] = {}  # for as long as this process lives; its copies hold it too


def own(instance: Path) -> None:
    """Take the instance for this process and its children. Ends the program with one sentence where another has it."""
    if instance in _held:
        return
    file = (instance / LOCK).open("a+", encoding="ascii")
    until = time.monotonic() + PATIENCE
    while not _locked(file):
        if time.monotonic() > until:
            sys.exit(_taken(instance, file))
        time.sleep(0.1)
    file.seek(0)
    file.truncate()
    file.write(f"{os.getpid()}\n")
    file.flush()
    _held[instance] = file


class Taken(Exception):
    """Another process has the instance: its number."""


@contextlib.contextmanager
def held(instance: Path) -> Iterator[None]:
    """Have the instance for a while. Raises `Taken` at once where another process has it."""
    if instance in _held:
        yield
        return
    with (instance / LOCK).open("a+", encoding="ascii") as file:
        if not _locked(file):
            raise Taken(_number(file))
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        _held[instance] = file
        try:
            yield
        finally:
            del _held[instance]


def owner(instance: Path) -> str | None:
    """The number of the process that has the instance, "?" where it cannot be read; None where nobody has it."""
    with contextlib.suppress(FileNotFoundError), (instance / LOCK).open("r+", encoding="ascii") as file:
        if not _locked(file):
            return _number(file)
    return None


def _taken(instance: Path, file: IO[str]) -> str:
    return f"{instance} 已有一个种子库在用（进程 {_number(file)}）。请先停下它，或用 SEEDBANK_INSTANCE 指定另一个目录。"


def _number(file: IO[str]) -> str:
    try:
        file.seek(0)
        return file.read(20).strip() or "?"
    except OSError:  # Windows lets nobody read what is locked
        return "?"


def _locked(file: IO[str]) -> bool:
    """Lock the file for this process, unless somebody has it."""
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError:
        return False
    return True
