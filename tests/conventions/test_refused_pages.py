"""Every form of every page, refused: what is to be mended stands at the head of the page, each with a link to its place.

That the summary is there is looked at on every refused page of the suite (`tests.lint.unsaid`); here every form of the
filled bank is sent empty and with a text that is too long, in both languages.
"""

from __future__ import annotations

import re

import pytest

from tests.lint import unsaid

from .forms import Form, every_form


@pytest.fixture(scope="module")
def forms(stage) -> list[Form]:
    return every_form(stage)


def test_an_empty_form_that_is_refused_names_every_field_that_has_to_be_filled(stage, forms):
    found = []
    for form in forms:
        empty = {each.name: "" for each in form.typed if each.kind in TEXTS}
        data = {**empty, "version": form.filling().get("version", "")}
        response = stage.client(form.role).post(form.action, data=data)
        text = response.get_data(as_text=True)
        if response.status_code < 400:
            stage.restore()
        if response.status_code != 422 or response.mimetype != "text/html":
            continue
        found += [f"{form.action}：{each}" for each in (*unsaid(text), *mislabelled(text, form))]
        counted, said = int(re.search(r"有 (\d+) 处要改", text)[1]), summary(text)
        if counted != len(said) or len(set(said)) != len(said):
            found.append(f"{form.action}：说有 {counted} 处，列了 {said}")
    assert not found, "\n".join(found)


TEXTS = ("text", "textarea", "select", "date", "email", "tel", "password", "search")
OF_ONE_BUTTON = ("/settle/adopt",)
"""Where a field belongs to one of several buttons, and another was pressed."""


def mislabelled(text: str, form: Form) -> list[str]:
    """Fields whose label and whose rule say different things, of a form that was sent empty: marked 选填 and asked for all
    the same, or not marked and let pass. Of a form that saves itself anything may be left empty for now."""
    found = []
    if form.keeps or form.action.endswith(OF_ONE_BUTTON):
        return found
    for name in {each.name for each in form.typed if each.kind in TEXTS}:
        ids = _ids(text, name)
        label = re.search(f'<label for="{ids[0]}"[^>]*>(.*?)</label>', text, re.DOTALL) if len(ids) == 1 else None
        if label is None:  # or another form of the page has a field of that name
            continue
        asked = re.search(f'id="{ids[0]}-error"(?![^>]*hidden)', text) is not None
        if asked == ("选填" in label[1]):
            found.append(f"{name} {'标了选填，又不能空着' if asked else '没有标选填，空着也收下了'}")
    return found + [each for name in _groups(form) if (each := _misheaded(text, name))]


def _groups(form: Form) -> list[str]:
    """The names of groups of radio buttons, and of boxes to tick, several of one name."""
    kinds = [each.name for each in form.typed if each.kind in ("radio", "checkbox")]
    radios = {each.name for each in form.typed if each.kind == "radio"}
    return sorted(name for name in set(kinds) if name in radios or kinds.count(name) > 1)


def _misheaded(text: str, name: str) -> str:
    """The same of a group, by its legend. One that stands chosen, or whose heading belongs to more, says nothing."""
    group = re.search(rf'<fieldset[^>]*id="{re.escape(name)}"[^>]*>(.*?)</fieldset>', text, re.DOTALL)
    legend = re.search(r"<legend[^>]*>(.*?)</legend>", group[1], re.DOTALL) if group else None
    if group is None or legend is None or " checked" in group[1] or "visually-hidden" in legend[0]:
        return ""
    asked = f'id="{name}-error"' in group[1]
    if asked != ("选填" in legend[1]):
        return ""
    return f"{name} {'标了选填，又不能不选' if asked else '没有标选填，不选也收下了'}"


def _ids(text: str, name: str) -> list[str]:
    """The ids of the controls of a name."""
    tags = re.findall(rf'<(?:input|textarea|select)[^>]*\bname="{re.escape(name)}"[^>]*>', text)
    return [found[1] for tag in tags if (found := re.search(r'\bid="([^"]+)"', tag))]


def summary(text: str) -> list[str]:
    """The lines of the summary."""
    box = re.search(r"data-problems.*?</section>", text, re.DOTALL)[0]
    return [re.sub(r"<[^>]+>", "", line).strip() for line in re.findall(r"<li>(.*?)</li>", box, re.DOTALL)]


def test_in_english_the_title_and_the_summary_say_so_too(stage):
    client = stage.client("house")
    client.post("/language", data={"language": "en"})
    text = client.post("/projects/new", data={"title": "", "type": ""}).get_data(as_text=True)
    assert re.search(r"<title>Error: ", text)
    assert "2 places to correct" in text
    stage.restore()
