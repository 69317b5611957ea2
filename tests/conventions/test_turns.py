"""In every state of the bank one party has the turn, can take it, and finds the title on its desk; nobody else does."""

from __future__ import annotations

from tests import turns
from tests.reviews.stages import gathered


def test_every_title_lies_with_one_party_that_can_go_on_and_finds_it_on_its_desk(stage):
    with stage.app.app_context(), stage.app.test_request_context():
        found = turns.all_breaches()
    assert not found, "\n".join(found)


def test_when_the_last_expert_has_signed_it_is_the_officers_turn(app):
    round_, people = gathered()
    project = round_.project
    assert turns.breaches(project) == []
    assert turns.on_move(project, turns.everybody()) == ("officer", {people["officer"].id})
