"""Every form of the officer's side with every field wrong: a sentence beside the field, what was typed kept, no act."""

from __future__ import annotations

import re

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.projects.models import CoReview
from audiovisual.projects.operations import records
from tests import factories as make

NASTY = {
    "nul": "a\x00b", "surrogate": b"\xed\xa0\x80", "long": "长" * 30_000, "huge": "9" * 40, "minus": "-1", "year0": "0000-01-01",
    "day": "2026-13-45", "empty": "", "blank": " 　\t", "markup": "<script>alert(1)</script>", "infinite": "1e309",
}  # fmt: skip

FORMS = {
    # address: (state, who, its fields)
    "ask-completion": ("received", "officer", ("items-0-field", "items-0-demand")),
    "class": ("received", "officer", ("class_code", "reason")),
    "propose": ("accepted", "officer", ("score_strength", "reason_strength", "recommendation", "comment")),
    "screening": ("proposed", "head", ("decision", "reason")),
    "schedule": ("screened", "officer", ("script_lock", "release", "officer")),
    "plan": ("scheduled", "officer", ("script_lock", "release", "reason")),
    "start": ("scheduled", "officer", ("started_on",)),
    "progress/new": ("in_production", "house", (
        "period", "percent", "text", "spent_yuan", "cast_pay_yuan", "episodes_done", "problems", "reached_script_lock", "forecast_release",
    )),
    "permits/new": ("accepted", "officer", ("kind", "number", "issued_on", "valid_until", "note")),
    "co-reviews/new": ("accepted", "officer", ("department", "question")),
    "changes/new": ("screened", "house", ("kind", "after", "reason")),
    "hand-over": ("accepted", "officer", ("officer", "reason")),
    "recusal": ("accepted", "officer", ("reason",)),
    "remarks/new": ("accepted", "officer", ("text", "public")),
    "steps/decline": ("received", "officer", ("reason",)),
}  # fmt: skip


@pytest.mark.parametrize("path", FORMS)
def test_nonsense_is_refused_in_words_and_changes_nothing(app, login, path):
    state, who, fields = FORMS[path]
    people = {"house": make.producer(), "officer": make.user("officer"), "head": make.user("head")}
    project = make.project(state, by=people["house"], officer=people["officer"], head=people["head"])
    client, address = login(people[who]), f"/projects/{project.id}/{path}"
    assert client.get(address).status_code == 200
    for kind, value in NASTY.items():
        answer = client.post(address, data=dict.fromkeys(fields, value))
        db.session.refresh(project)
        if answer.status_code == 303:  # a text of any words is a text: cleaned, it may pass
            assert path in ("recusal", "remarks/new", "co-reviews/new", "steps/decline"), (path, kind)
            assert kind in ("nul", "markup", "huge", "minus", "year0", "day", "infinite", "surrogate"), (path, kind)
            if path in ("recusal", "steps/decline", "co-reviews/new"):
                break
            continue
        if answer.status_code == 413:  # nine texts of 30,000 characters are more than a form may bring
            assert kind == "long"
            continue
        assert answer.status_code == 422, (path, kind, answer.status_code)
        assert project.state == state
        assert 'aria-invalid="true"' in answer.text or 'class="errs"' in answer.text, (path, kind)
        assert "<script>alert" not in answer.text
        assert not re.search(r"Traceback|Not a valid|This field", answer.text), (path, kind)


def test_what_was_typed_stays_beside_its_error(app, login):
    officer = make.user("officer")
    project = make.project("accepted", officer=officer)
    client = login(officer)
    form = {"kind": "planning_filing", "number": "32012600180004", "issued_on": "2026-02-30", "note": "补发"}
    text = client.post(f"/projects/{project.id}/permits/new", data=form).text
    assert 'value="2026-02-30"' in text and 'value="32012600180004"' in text and 'value="补发"' in text
    assert "请填日期" in text
    form = {"score_strength": "101", "reason_strength": "写得很细的理由", "recommendation": "admit", "comment": "同意"}
    text = client.post(f"/projects/{project.id}/propose", data=form).text
    assert 'value="101"' in text and "写得很细的理由" in text and "应在 0 到 100 之间" in text


def test_a_file_of_a_wrong_kind_is_refused_beside_its_field(app, login):
    from io import BytesIO

    officer = make.user("officer")
    project = make.project("accepted", officer=officer)
    with unit_of_work():
        records.ask_co_review(project, make.actor_of(officer), "省公安厅", "请审看。")
    review = db.session.query(CoReview).one()
    form = {"verdict": "agree", "answered_on": "2026-11-20", "file": (BytesIO(b"MZ\x90\x00" * 50), "../../复函.pdf")}
    answer = login(officer).post(
        f"/projects/{project.id}/co-reviews/{review.id}/answer", data=form, content_type="multipart/form-data"
    )
    assert answer.status_code == 422 and 'id="file-error"' in answer.text
    db.session.refresh(review)
    assert review.state == "asked"
