"""Two windows on one row: what only one changed stands, what both changed is for the person to choose."""

from __future__ import annotations

import pytest

from audiovisual.kernel.merging import Merged, merge, packed, prints_of, unpacked

READ = {"title": "码头", "type": "film", "episodes": None, "rows": [{"name": "甲"}]}
BASE = unpacked(packed(prints_of(READ)))


@pytest.mark.parametrize(
    ("typed", "stored", "found"),
    [
        ({"title": "码头"}, {"title": "码头"}, Merged()),
        ({"title": "码头"}, {"title": "渡口"}, Merged(theirs=["title"])),
        ({"title": "渡口"}, {"title": "码头"}, Merged(mine={"title": "渡口"})),
        ({"title": "渡口"}, {"title": "渡口"}, Merged()),
        ({"title": "渡口"}, {"title": "栈桥"}, Merged(conflicts=["title"])),
        ({"episodes": ""}, {"episodes": 24}, Merged(theirs=["episodes"])),
        ({"rows": [{"name": "甲"}]}, {"rows": []}, Merged(theirs=["rows"])),
        ({"rows": []}, {"rows": [{"name": "甲"}]}, Merged(mine={"rows": []})),
        ({"unknown": "甲"}, {"unknown": "乙"}, Merged(conflicts=["unknown"])),
    ],
)
def test_what_becomes_of_a_field(typed, stored, found):
    assert merge(typed, stored, BASE, fresh=False) == found


def test_a_page_that_says_nothing_of_what_it_read_meant_all_it_sends():
    typed, stored = {"title": "渡口", "type": "film"}, {"title": "码头", "type": "film"}
    assert merge(typed, stored, None, fresh=True) == Merged(mine={"title": "渡口"})
    assert merge(typed, stored, None, fresh=False) == Merged(conflicts=["title"])


def test_a_fresh_row_takes_what_was_changed_and_keeps_what_an_older_page_left_alone():
    typed = {"title": "码头", "type": "series"}
    assert merge(typed, {"title": "渡口", "type": "film"}, BASE, fresh=True) == Merged({"type": "series"}, ["title"])


def test_a_field_that_was_saved_elsewhere_and_is_not_shown_here_is_a_conflict_on_a_fresh_row_too():
    typed, stored = {"rows": [{"name": "乙"}]}, {"rows": [{"name": "甲"}, {"name": "丙"}]}
    assert merge(typed, stored, BASE, fresh=True) == Merged(conflicts=["rows"])


@pytest.mark.parametrize("base", [None, "", "x" * 20_001])
def test_no_base_and_nonsense_tell_nothing(base):
    assert unpacked(base) is None


def test_half_characters_have_prints_too():
    assert prints_of({"title": "\ud800"}).keys() == {"title"}
