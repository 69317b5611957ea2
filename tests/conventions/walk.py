"""One request of the matrix, and the class of its answer."""

from __future__ import annotations

from typing import Any

from .stage import Stage

BODIES: dict[str, dict[str, Any]] = {
    "/files/uploads": {"json": {"name": "承诺书.pdf", "size": 12, "place": "paper:{draft}:pledge"}},
    "/reviews/{round:composing}/panel": {"data": {"expert": "{user:expert}"}},
}
"""What is sent where an empty form would say nothing about the person."""


def ask(stage: Stage, role: str, method: str, path: str) -> Any:
    """The answer to one request without any filling."""
    client, more = stage.client(role), dict(BODIES.get(path, {}))
    for kind, said in more.items():
        more[kind] = {key: stage.path(value) if isinstance(value, str) else value for key, value in said.items()}
    if method == "PATCH":
        more = {"data": b"", "headers": {"Upload-Offset": "0"}}
    return client.open(stage.path(path), method=method, **more)


def symbol(response: Any) -> str:
    """o reached, - 403, . 404, L sent to log in; anything else is its number."""
    status = response.status_code
    if status == 401 or (status == 303 and "/login" in response.headers.get("Location", "").split("?")[0]):
        return "L"
    if status in (403, 404):
        return "-" if status == 403 else "."
    reached = status < 400 or status in (400, 409, 422)
    return "o" if reached else str(status)


def answer(stage: Stage, role: str, method: str, path: str) -> str:
    """The symbol of one request; the bank is put back when it changed something."""
    try:
        response = ask(stage, role, method, path)
    except Exception as error:  # a bug in a page: told with all the others
        stage.restore()
        return f"{type(error).__name__}"
    if method not in ("GET", "HEAD") and response.status_code < 400:
        stage.restore()
    return symbol(response)
