"""Rows packed into one text come back in the order of their numbers, however the database put them together."""

from __future__ import annotations

from sqlalchemy import literal, select, union_all

from audiovisual.kernel.model import db
from audiovisual.kernel.packing import CELL, ROW, packed, unpacked


def test_rows_come_back_in_the_order_of_their_numbers():
    shuffled = ROW.join(CELL.join(cells) for cells in (("10", "c", "z"), ("2", "b", "y"), ("1", "a", "x")))
    assert unpacked(shuffled) == [["a", "x"], ["b", "y"], ["c", "z"]]
    assert unpacked(None) == unpacked("") == []


def test_what_the_database_packs_is_taken_apart_again(app):
    given = [(12, "协审"), (3, "一、二\n三"), (7, "")]
    rows = union_all(*(select(literal(n).label("id"), literal(text).label("text")) for n, text in given)).subquery()
    found = db.session.scalar(packed(rows.c.id, rows.c.text).select_from(rows))
    assert unpacked(found) == [["一、二\n三"], [""], ["协审"]]
