"""The same person sends the same form once more, a moment later: told that it was done and led on, never an error."""

from __future__ import annotations

from tests.attacks.test_title_posts import _filling
from tests.clipboard.test_every_field import sent

from .forms import every_form
from .test_lost_races import written

TOO_SHORT = 10
"""So few forms taken would show nothing."""


def test_a_form_that_was_taken_is_taken_or_told_as_done_when_it_is_sent_again(stage):
    found, taken = [], 0
    filling = _filling(stage)
    for form in every_form(stage):
        if any(each.kind == "password" or each.name == "code" for each in form.inputs):
            continue
        names = {each.name for each in form.inputs}
        pairs = written(stage, form, "先存的") | {name: value for name, value in filling.items() if name in names}
        first = sent(stage, form, pairs)
        if first.status_code == 303:
            taken += 1
            again = sent(stage, form, pairs)
            if again.status_code != 303:
                found.append((form.role, form.action, again.status_code))
            stage.restore()
    assert not found, "\n".join(map(str, found))
    assert taken > TOO_SHORT
