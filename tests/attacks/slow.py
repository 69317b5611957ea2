"""Visitors who take their time, as a process of its own: `python -m tests.attacks.slow` with what to do as JSON.

They drip headers and bodies, read films and pages a little a second, or connect and say nothing. Writes a line when all
of them are there, and how many were cut off when it is told to end (its input closes).
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import sys
from typing import Any

HOST = "127.0.0.1"
STEP = 1.0
"""Seconds between two bytes."""


def context() -> ssl.SSLContext:
    """A browser that does not care who answers."""
    return ssl._create_unverified_context()


async def _line(port: int, secure: ssl.SSLContext | None) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.setblocking(False)
    await asyncio.get_running_loop().sock_connect(line, (HOST, port))
    name = "localhost" if secure else None
    return await asyncio.open_connection(sock=line, ssl=secure, server_hostname=name, limit=4096)


async def drip(port: int, secure: ssl.SSLContext, begin: str, ready: asyncio.Semaphore) -> None:
    """Say the beginning, then a byte a second."""
    _reader, writer = await _line(port, secure)
    writer.write(begin.encode())
    ready.release()
    while True:
        await asyncio.sleep(STEP)
        writer.write(b"x")
        await writer.drain()


async def sip(port: int, secure: ssl.SSLContext, begin: str, ready: asyncio.Semaphore) -> None:
    """Ask for something large and read a little of it a second."""
    reader, writer = await _line(port, secure)
    writer.write(begin.encode())
    await reader.readexactly(3000)  # the head and some of what was asked for: it is made
    ready.release()
    while await reader.read(200):
        await asyncio.sleep(STEP)
    raise ConnectionError("cut off")


async def stay_silent(port: int, ready: asyncio.Semaphore) -> None:
    """Connect and say nothing, again as soon as one is cut off."""
    while True:
        reader, _writer = await _line(port, None)
        ready.release()
        await reader.read(1)


async def attack(port: int, host: str, cookie: str, film: str, page: str, counts: dict[str, int]) -> None:
    """All of them at once."""
    secure, ready = context(), asyncio.Semaphore(0)
    head = f"HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n"
    form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000000\r\n\r\nlogin="
    acts: dict[str, Any] = {
        "headers": lambda: drip(port, secure, f"GET /login HTTP/1.1\r\nHost: {host}\r\nX-Slow: ", ready),
        "bodies": lambda: drip(port, secure, f"POST /login {head}{form}", ready),
        "films": lambda: sip(port, secure, f"GET {film} {head}\r\n", ready),
        "pages": lambda: sip(port, secure, f"GET {page} {head}\r\n", ready),
        "silent": lambda: stay_silent(port, ready),
    }
    tasks = {name: [asyncio.create_task(acts[name]()) for _ in range(count)] for name, count in counts.items()}
    for _ in range(sum(counts.values())):
        await ready.acquire()
    print("there", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    print(json.dumps({name: sum(task.done() for task in each) for name, each in tasks.items()}), flush=True)
    for task in (task for each in tasks.values() for task in each):
        task.cancel()


if __name__ == "__main__":
    asyncio.run(attack(**json.loads(sys.argv[1])))
