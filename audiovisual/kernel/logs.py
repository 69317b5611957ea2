"""Log lines with fields, one event a line; tracebacks without the values of variables, which may be secret."""

from __future__ import annotations

import structlog


def configure() -> None:
    """Set the program's log format once per process."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ],
        cache_logger_on_first_use=True,
    )
