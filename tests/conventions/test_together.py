"""Faults of several kinds in one form are told at once: each at the head of the page, with a link to its field."""

from __future__ import annotations

import re

import pytest

from .forms import every_form
from .test_refused_pages import summary
from .together import ALONE, TABLE


@pytest.mark.parametrize("form", TABLE, ids=lambda form: form.path + "·" + "·".join(sorted(form.named)))
def test_everything_that_is_wrong_is_told_at_once_beside_its_field(stage, form):
    response = form.ask(stage)
    text = response.get_data(as_text=True)
    if response.status_code < 400:
        stage.restore()
    assert response.status_code == 422
    head = re.search(r"data-problems.*?</section>", text, re.DOTALL)[0]
    linked = {aim.removesuffix("-error") for aim in re.findall(r'href="#([^"]+)"', head)}
    assert form.named <= linked, summary(text)


def test_every_form_of_several_fields_is_tried_or_said_not_to_be(stage):
    adapter = stage.app.url_map.bind("127.0.0.1")
    tried = {adapter.match(stage.path(form.path), "POST", return_rule=True)[0].rule for form in TABLE}
    forms = [form for form in every_form(stage) if len(form.typed) > 1]
    rules = {adapter.match(form.action, "POST", return_rule=True)[0].rule for form in forms}
    assert rules - tried - set(ALONE) == set()
    assert set(ALONE) & tried == set()
