"""Numbers in addresses: every `<int:…>` of a route is an id, and an id fits the database."""

from __future__ import annotations

from werkzeug.routing import IntegerConverter


class Id(IntegerConverter):
    """A whole number below two billion: what is longer names no row, and no route answers to it (404).

    The pattern says so, not `max`: with `max`, a route that takes another method would make it a 405.
    """

    regex = "[0-9]{1,9}|1[0-9]{9}"
