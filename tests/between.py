"""What happens at a browser between two acts of one sitting and is no act itself; how often a sitting repeats its act."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from typing import Any

TIMES = 10 if os.environ.get("SEEDBANK_FULL") else 3
"""Ten times in the full run (SEEDBANK_FULL=1), three times in the everyday one."""


def escape(page: Any) -> None:
    page.keyboard.press("Escape")


def reload(page: Any) -> None:
    page.reload()


def elsewhere_and_back(page: Any) -> None:
    """To the desk and back with the browser's own button."""
    at = page.url
    page.goto("/")
    page.go_back()
    page.wait_for_url(at)


def second_window(page: Any) -> None:
    """The same page stands open in another window, and is closed again."""
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("main").wait_for()
    other.close()


def lost_line(page: Any) -> None:
    """The line is gone when a page is asked for, and comes back: the browser's own page, then this one again."""
    at = page.url
    page.context.set_offline(True)
    try:
        page.reload()
    except Exception as error:
        assert "ERR_INTERNET_DISCONNECTED" in str(error)
    page.context.set_offline(False)
    page.goto(at)


BETWEEN: tuple[Callable[[Any], None], ...] = (escape, lost_line, elsewhere_and_back, second_window, reload)


def turns(between: tuple[Callable[..., None], ...] = BETWEEN) -> Iterator[tuple[int, Callable[..., None]]]:
    """The number of each turn, from one, and what happens in it."""
    return enumerate(islice(cycle(between), TIMES), 1)
