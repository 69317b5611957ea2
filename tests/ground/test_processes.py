"""Children do not outlive the process that started them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from audiovisual.ground import processes

ROOT = Path(__file__).resolve().parents[2]
PARENT = """
import sys, time
from audiovisual.ground import processes
print(processes.start([sys.executable, "-c", "import time; time.sleep(60)"]).pid, flush=True)
time.sleep(60)
"""


def lives(pid):
    """Whether a process runs; one that has ended but was not collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux binds a child to its parent's life")
def test_a_child_ends_when_its_parent_is_killed_outright():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    child = int(parent.stdout.readline())
    assert lives(child)
    parent.kill()
    parent.communicate()
    deadline = time.monotonic() + 10
    while lives(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not lives(child)


def test_a_child_that_ignores_the_request_is_killed():
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    child = processes.start([sys.executable, "-c", deaf], stdout=subprocess.PIPE)
    child.stdout.readline()
    assert processes.stop(child, patience=0.2) == -signal.SIGKILL
    child.stdout.close()


def test_a_child_does_not_share_the_terminal_s_signals():
    child = processes.start([sys.executable, "-c", "import time; time.sleep(60)"])
    assert os.getpgid(child.pid) != os.getpgid(0)
    processes.stop(child)
