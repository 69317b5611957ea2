"""Child processes that never outlive the process that started them."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def start(command: list[str], **options) -> subprocess.Popen:
    """Start `command` in a session of its own, so that Ctrl-C at the terminal reaches only us and we end it in order.

    On Linux the kernel terminates it even when we are killed outright.
    """
    if os.name == "posix":
        options.setdefault("start_new_session", True)
    return subprocess.Popen(command, preexec_fn=_bound_to(os.getpid()), **options)


def stop(process: subprocess.Popen, patience: float = 25) -> int:
    """Ask a child to end; kill it when it has not after `patience` seconds. Returns its exit code."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()


def _bound_to(parent: int) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    # loaded before the fork: between fork and exec as little as possible may happen
    prctl = ctypes.CDLL(None).prctl

    def bind() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)  # it died before we were bound to it

    return bind
