"""Child processes that never outlive the process that started them."""

import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Protocol

PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Child(Protocol):
    """What a started program and a forked function have in common."""

    def poll(self) -> int | None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...
    def wait(self, timeout: float | None = None) -> int: ...


def start(command: list[str], **options) -> subprocess.Popen:
    """Start `command` in a session of its own, so that Ctrl-C at the terminal reaches only us and we end it in order.

    On Linux the kernel terminates it even when we are killed outright.
    """
    if os.name == "posix":
        options.setdefault("start_new_session", True)
    return subprocess.Popen(command, preexec_fn=_bound_to(os.getpid()), **options)


class Fork:
    """The same for a function of ours, in a copy of this process: nothing is imported twice, and memory is shared.

    Only for a process without threads and without open connections. POSIX only.
    """

    def __init__(self, function: Callable[[], object]) -> None:
        self.function, self.bind = function, _bound_to(os.getpid())
        self.process = multiprocessing.get_context("fork").Process(target=self._run)
        self.process.start()

    def _run(self) -> None:
        os.setsid()
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_DFL)
        if self.bind:
            self.bind()
        self.function()

    def poll(self) -> int | None:
        return self.process.exitcode

    def terminate(self) -> None:
        self.process.terminate()

    def kill(self) -> None:
        self.process.kill()

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, minus the signal's number where one ended it."""
        self.process.join(timeout)
        if self.process.exitcode is None:
            raise subprocess.TimeoutExpired(str(self.function), timeout or 0)
        return self.process.exitcode


def stop(child: Child, patience: float = 25) -> int:
    """Ask a child to end; kill it when it has not after `patience` seconds. Returns its exit code."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            child.kill()
    return child.wait()


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
