"""A row with more places than anybody types: all of them are on its form, saving keeps them, and too many are refused."""

from __future__ import annotations

import re

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.reviews.models import Change
from audiovisual.reviews.operations import merging, settling
from tests import factories as make
from tests.reviews.stages import gathered
from workflows.errors import RuleBroken

MANY = 60


def words(n: int, first: int = 0) -> merging.Words:
    """A point with n places."""
    places = tuple((1, 50 * place, 50 * place + 25) for place in range(first, first + n))
    return merging.Words("近景过长。", "", "cut", "删去。", "must", places)


def test_sixty_places_are_shown_and_kept(app, login):
    round_, people = gathered()
    row = {"problem": "近景过长。", "basis": "", "demand": "cut", "demand_text": "删去。", "severity": "must"}
    (episode, first, last), *more = words(MANY).places
    with unit_of_work():
        actor = make.actor_of(people["officer"])
        change = settling.add(round_, actor, more, episode=episode, frame_in=first, frame_out=last, **row)
    where, client = f"/reviews/{round_.id}/settle", login(people["officer"])
    page = client.get(where, query_string={"row": change.id}).text
    form = page.split(f'action="{where}/rows/{change.id}"')[1].split("</form>")[0]
    fields = dict(re.findall(r'name="((?:also-\d+-)?(?:episode|tc_in|tc_out)|version|base)"[^>]*value="([^"]*)"', form))
    assert len([name for name in fields if name.endswith("tc_in") and fields[name]]) == MANY
    assert client.post(f"{where}/rows/{change.id}", data={**fields, **row, "demand_text": "删短。"}).status_code == 303
    kept = db.session.get(Change, change.id)
    db.session.refresh(kept)
    assert merging.words_of_row(kept).places == words(MANY).places and kept.demand_text == "删短。"


def test_more_places_than_a_form_holds_are_not_merged(app):
    half = merging.PLACES_AT_MOST // 2
    assert len(merging.joined([words(half), words(half, half)]).more) == merging.PLACES_AT_MOST - 1
    with pytest.raises(RuleBroken, match="一条最多 500 处"):
        merging.joined([words(half), words(half + 1, half)])
