"""Forms people write in: a long one keeps itself while it is written, one that edits a row knows which it read."""

from __future__ import annotations

import pytest

from .forms import Form, every_form

LONG = 3
FREE = ("input", "text", "textarea", "email", "tel", "url")
VISITORS = {"/houses/register", "/join/", "/password/"}
"""Whoever is not logged in yet has nothing that could be kept for them."""
NO_ROW = {
    "/join/": "the name is the invitation's, for a new account",
    "/projects/8/key": "the year at hand, for a new seat",
    "/projects/32/airing/new": "the permit at hand, for a new airing",
}
"""Forms that come filled in and edit no row of the bank: address, and what they come filled with."""


@pytest.fixture(scope="module")
def forms(stage) -> list[Form]:
    return every_form(stage)


def test_every_long_form_keeps_itself_while_it_is_written(forms):
    """`<form {{ drafted() }} …>` with `draft_line()` beside its buttons (macros/forms.html), or an autosave of its own."""
    found = []
    for form in forms:
        boxes = [control.name for control in form.inputs if control.kind in FREE and control.name]
        long = len(boxes) >= LONG or sum(control.kind == "textarea" for control in form.inputs) > 1
        if long and not (form.keeps or form.plain) and not any(form.action.startswith(path) for path in VISITORS):
            found.append(f"{form.action}（{form.role}，{form.page}）：{boxes}")
    assert not found, "这些表单写到一半离开就丢了：\n" + "\n".join(found)


def test_every_form_that_edits_a_row_says_which_version_it_read(forms):
    """A form that comes filled in edits a row: a hidden `version`, and `people.versions.expect` in its operation."""
    found = []
    for form in forms:
        filled = [control.name for control in form.typed if control.kind in FREE and control.value.strip()]
        versions = [control.name for control in form.inputs if control.name.partition("-")[0] == "version"]
        if filled and not versions and not any(form.action.startswith(path) for path in NO_ROW):
            found.append(f"{form.action}（{form.role}，{form.page}）：{filled}")
    assert not found, "这些表单改的是已有的一行，却不带版本：\n" + "\n".join(found)


def test_a_page_where_leaving_asks_no_question_has_one_form_to_write_in(forms):
    """static/js/confirm.js asks before text that nothing keeps goes with its page, but on the way in."""
    found: dict[str, set[str]] = {}
    for form in forms:
        if form.gate and any(control.kind in FREE and control.name for control in form.inputs):
            found.setdefault(form.page, set()).add(form.action)
    assert found and {page: actions for page, actions in found.items() if len(actions) > 1} == {}
