"""Who may read the bank's files: the account it runs under, and nobody else."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER, FILE = 0o700, 0o600


def keep_to_ourselves() -> None:
    """What this process and its children make from now on is nobody else's to read."""
    os.umask(0o077)


def make_private(folder: Path) -> None:
    """A folder only we may enter, made when it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.name == "posix" and folder.stat().st_mode & 0o077:
        folder.chmod(FOLDER)


def write_private(path: Path, text: str) -> None:
    """Write a file only we may read, and put it on the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def sync(folder: Path) -> None:
    """Put a folder's entries on the disk; systems that cannot open folders do so by themselves."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:  # Windows
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def mend(folder: Path) -> int:
    """Take from others what they may do with a folder and all below it; gives how many entries were open to them.

    What belongs to another account, and links, stay as they are.
    """
    if os.name != "posix" or not folder.exists():
        return 0
    mended = 0
    for path in (folder, *folder.rglob("*")):
        told = path.lstat()
        if path.is_symlink() or not told.st_mode & 0o077 or told.st_uid != os.geteuid():
            continue
        path.chmod(told.st_mode & 0o700)
        mended += 1
    return mended
