"""What was pasted is found again: by what it means, and by the very thing that was on the clipboard."""

from __future__ import annotations

import pytest

from audiovisual.kernel import findable, outbox
from audiovisual.kernel.model import db, happening_at, utcnow
from audiovisual.people.models import User
from audiovisual.projects.models import Project
from tests import factories as make
from tests.lint import LintingClient

PASTED = {
    "title": "\u200b寒江\u00ad渡\ufeff\r\n", "platforms": "江\u00a0苏台", "contact_phone": "\u202d１３９5173－0462\u202c",
    "synopsis": "她在江\u00ad边的工\u200b作室\x0b写下第一行", "shooting_place": "苏\u2028州",
    "credits-0-role": "director", "credits-0-name": "\u202a欧阳\u202c清", "credits-0-note": "",
}  # fmt: skip
MEANT = {
    "title": "寒江渡", "platforms": "江 苏台", "contact_phone": "1395173-0462", "synopsis": "她在江边的工作室\n写下第一行",
    "shooting_place": "苏 州",
}  # fmt: skip


@pytest.fixture
def pasted(login) -> tuple[LintingClient, Project]:
    """A draft filled from the clipboard, its house logged in."""
    producer = make.producer()
    project = make.project("draft", by=producer)
    form = {**PASTED, "version": project.version, "type": "web_series"}
    assert login(producer).post(f"/projects/{project.id}/edit", data=form).status_code == 303
    numbers = producer.id, project.id
    with happening_at(utcnow() + findable.AWHILE):
        outbox.work_off()  # a draft is indexed by the worker
    return login(db.session.get(User, numbers[0])), db.session.get(Project, numbers[1])


def test_what_is_stored_is_what_was_meant(pasted):
    _client, project = pasted
    assert {name: getattr(project, name) for name in MEANT} == MEANT
    assert project.credits[0].name == "欧阳清"


@pytest.mark.parametrize(
    "asked",
    [
        "寒江渡",
        "\u202d寒\u00ad江\u200b渡\ufeff",
        "江边的工作室",
        "江\u00ad边的工\u200b作室",
        "\u202a欧阳\u202c清",
        "写下第一行",
    ],
)
def test_it_is_found_by_what_is_meant_and_by_what_was_on_the_clipboard(pasted, asked):
    client, project = pasted
    answer = client.get("/search", query_string={"q": asked})
    assert f"/projects/{project.id}" in answer.text
    assert "<mark>" in answer.text


def test_the_list_of_projects_finds_it_too(pasted):
    client, _project = pasted
    assert "寒江渡" in client.get("/projects", query_string={"q": "\u202d寒江\u00ad渡\u202c"}).text


def test_a_text_that_was_stored_with_marks_nobody_sees_is_found_and_marked():
    """Texts from before the marks were taken out."""
    from audiovisual.search import language, snippets, tree

    marker = snippets.Marker(tree.leaves(language.parse("江边的工作室").node))
    assert marker.mark("她在江\u00ad边的工\u200b作室") == "她在<mark>江\u00ad边的工\u200b作室</mark>"
