"""Pages with their scripts: the application of a test served by the test itself, and windows of a browser on it."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import make_server

from audiovisual.kernel.database import unit_of_work
from audiovisual.people.models import LoginSession
from audiovisual.people.sessions import hashed


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The address at which the application answers while the block runs."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()


PATIENCE = 30_000
"""Milliseconds a page is waited for: on two cores that other tests use too."""


def opened(browser: Any, app: Any, address: str, person: Any, **context_of: Any) -> Any:
    """A page of a browser in which the person is logged in; `context_of` is the browser's (has_touch, viewport, …)."""
    context = browser.new_context(**{"locale": "zh-CN", "base_url": address, **context_of})
    logged_in(context, app, address, person)
    return context.new_page()


def logged_in(context: Any, app: Any, address: str, person: Any) -> None:
    """Let the person be logged in there, in a session of its own."""
    token = uuid.uuid4().hex
    with unit_of_work() as session:
        session.add(LoginSession(token_hash=hashed(token), user_id=person.id))
    cookie = app.session_interface.get_signing_serializer(app).dumps({"_user_id": token, "_fresh": True})
    context.add_cookies([{"name": app.config["SESSION_COOKIE_NAME"], "value": cookie, "url": address}])


def at_rest(page: Any) -> None:
    """Wait until the page is drawn and stands still. An address with a fragment (#row-3) is scrolled to when the style
    sheets are there, and takes the focus away: what was pressed a moment before is lost, which nobody does who sees it.
    """
    page.wait_for_load_state("networkidle")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
