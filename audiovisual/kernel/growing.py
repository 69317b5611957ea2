"""A file that grows piece by piece: one writer at a time, and nothing counted before it is on the disk."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from .bodies import full_disk_told

try:
    import fcntl
except ImportError:  # Windows runs one process: a lock between its threads is enough
    fcntl = None  # type: ignore[assignment]

_between_threads: dict[str, threading.Lock] = {}


@contextmanager
def alone(path: Path) -> Iterator[FileIO]:
    """The file at `path` (made when missing) to this connection alone; others wait."""
    with FileIO(path, "a"):
        pass
    with FileIO(path, "r+") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
            return
        with _between_threads.setdefault(path.name, threading.Lock()):
            yield file


def append(file: FileIO, offset: int, piece: bytes | bytearray) -> None:
    """Write behind what is acknowledged, dropping what a broken connection left there; on failure drop it again."""
    file.truncate(offset)
    file.seek(offset)
    view = memoryview(piece)
    try:
        with full_disk_told():
            while view:
                view = view[file.write(view) :]
            os.fsync(file.fileno())
    except BaseException:
        file.truncate(offset)
        raise
