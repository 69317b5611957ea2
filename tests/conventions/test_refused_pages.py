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
        response = stage.client(form.role).post(form.action, data={"version": form.filling().get("version", "")})
        text = response.get_data(as_text=True)
        if response.status_code < 400:
            stage.restore()
        if response.status_code != 422 or response.mimetype != "text/html":
            continue
        found += [f"{form.action}：{each}" for each in unsaid(text)]
        counted, said = int(re.search(r"有 (\d+) 处要改", text)[1]), summary(text)
        if counted != len(said) or len(set(said)) != len(said):
            found.append(f"{form.action}：说有 {counted} 处，列了 {said}")
    assert not found, "\n".join(found)


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
