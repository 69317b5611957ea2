"""The two servers: `python -m tests.bench.server floor PORT` and `… bank PORT`, both as `make run` starts its own.

The bank's answers carry one header more: how many SQL statements they took.
"""

from __future__ import annotations

import gc
import sys

from flask import Flask, Response, g
from sqlalchemy import event

from audiovisual import create_app
from audiovisual.ground.serve import _gunicorn
from audiovisual.kernel.model import db

HEADER = "X-Statements"


def floor() -> Flask:
    """The smallest Flask program."""
    app = Flask("floor")
    app.config.update(WEB_WORKERS=2, WEB_THREADS=8)

    @app.get("/")
    def hello() -> str:
        return "Hello, World!"

    return app


def bank() -> Flask:
    """The seed bank, counting its statements."""
    app = create_app()
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", _count)
        db.engine.dispose()

    @app.after_request
    def tell(response: Response) -> Response:
        response.headers[HEADER] = str(g.get("statements", 0))
        return response

    return app


def _count(connection: object, cursor: object, statement: str, *more: object) -> None:
    if not statement.startswith("BEGIN"):
        values = g._get_current_object()  # the count itself is to cost next to nothing
        values.statements = values.get("statements", 0) + 1


if __name__ == "__main__":
    served = {"floor": floor, "bank": bank}[sys.argv[1]]()
    gc.freeze()
    _gunicorn(served, "127.0.0.1", int(sys.argv[2]))
