"""Debian's clamd on a socket of its own, with signatures of ours: it knows EICAR's test pattern and nothing else."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from pathlib import Path

CLAMD = shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The pattern every scanner knows and that harms nobody; in two pieces, so that no scanner takes this file away."""
SIGNATURE = "Seedbank.Test"
STREAM_MOST = 2_000_000
SETTINGS = """
LocalSocket {folder}/clamd.ctl
TCPSocket {port}
TCPAddr 127.0.0.1
DatabaseDirectory {folder}/signatures
TemporaryDirectory {folder}
PidFile {folder}/clamd.pid
LogFile {folder}/clamd.log
Foreground yes
User {user}
MaxThreads 2
StreamMaxLength {most}
ConcurrentDatabaseReload no
SelfCheck 0
"""


@contextmanager
def clamd(folder: Path, port: int) -> Iterator[str]:
    """A scanner that listens at `unix:<folder>/clamd.ctl`, which is given, and at 127.0.0.1:<port>."""
    (folder / "signatures").mkdir()
    (folder / "signatures" / "own.ndb").write_text(f"{SIGNATURE}:0:*:{EICAR.hex()}\n")
    settings = folder / "clamd.conf"
    settings.write_text(SETTINGS.format(folder=folder, port=port, user=getuser(), most=STREAM_MOST))
    process = subprocess.Popen(
        [str(CLAMD), "--config-file", settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(port, process, folder / "clamd.log")
        yield f"unix:{folder}/clamd.ctl"
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text()[-3000:] if log.exists() else "clamd did not start") from None
            time.sleep(0.05)
