"""Every form × every field × what clipboards hold: what comes out, what is stored, and that nothing breaks or is lost."""

from __future__ import annotations

import html
import os
from collections.abc import Iterator
from urllib.parse import quote_plus

import pytest
from sqlalchemy import JSON, String, cast, or_, select

from audiovisual.kernel.model import Base, db
from tests.conventions.forms import Form, Input, every_form, forms_in

from . import corpus
from .corpus import Clip

FULL = bool(os.environ.get("SEEDBANK_FULL"))
TELEPHONES = ("phone", "contact_phone")
ADDRESSES = ("email", "contact_email")
CODES = ("login", "postcode", "tc_in", "tc_out", "new_place", "code")
PAPERS = ("licence_number", "number")
WHOLE = (
    "episodes",
    "minutes_per_episode",
    "percent",
    "episodes_done",
    "max_load",
    "year",
    "slot",
    "episode",
    "new_episode",
    "score",
)
STRICT = ("typed", "uscc", "pattern_project", "pattern_letter", "url")
"""Of a form that none of the corpus's texts has: asked elsewhere."""


def clips_for(field: Input) -> tuple[Clip, ...]:
    """What is thrown at a field, by what it asks for."""
    name = field.name.rsplit("-", 1)[-1]
    if field.kind in ("password", "select", "radio", "checkbox") or name in STRICT or field.name.startswith("pick-"):
        return ()
    if field.kind == "date":
        return corpus.DAYS
    if name.endswith("_yuan"):
        return corpus.WAN
    if name in WHOLE or name.startswith("score_"):
        return corpus.WHOLE
    for names, clips in (
        (TELEPHONES, corpus.TELEPHONES), (ADDRESSES, corpus.ADDRESSES), (CODES, corpus.CODES), (PAPERS, corpus.PAPERS),
    ):  # fmt: skip
        if name in names:
            return clips
    return corpus.PROSE if field.kind == "textarea" else corpus.LINES


FITTING = {
    corpus.DAYS: "2026-12-20", corpus.WAN: "463.5", corpus.WHOLE: "1", corpus.TELEPHONES: "025-83331234",
    corpus.ADDRESSES: "lin@example.com", corpus.PAPERS: "（苏）字第00001号", corpus.PROSE: "写在别处的话", corpus.LINES: "别处",
}  # fmt: skip


def filled(form: Form) -> dict[str, str]:
    """The form with something fitting in every empty field, so that it is taken where it can be."""
    pairs = dict(form.filling())
    for field in form.typed:
        if field.kind in ("radio", "select"):
            pairs[field.name] = pairs.get(field.name) or next(iter(filter(None, [*field.options, field.value])), "")
        elif field.kind not in ("checkbox", "password") and not pairs.get(field.name):
            pairs[field.name] = FITTING.get(clips_for(field), "")
    return pairs


def sent(stage, form: Form, pairs: dict[str, str]):
    body = "&".join(f"{quote_plus(key)}={quote_plus(value, errors='surrogatepass')}" for key, value in pairs.items())
    return stage.client(form.role).post(form.action, data=body, content_type="application/x-www-form-urlencoded")


CHAINED = ("/data",)
"""Ends of addresses whose forms store what is typed in the audit chain alone."""


MAILED = ("/houses/register",)
"""Addresses whose forms store what is typed in the mail they send alone."""


def stored(stage, action: str) -> list[str]:
    """Every text of the bank that holds the mark, the log of what was done and sent left aside."""
    kept = "audit" if action.endswith(CHAINED) else "outbox" if action in MAILED else ""
    logs = tuple(name for name in ("search", "audit", "outbox") if name != kept)
    found: list[str] = []

    def note(value: object) -> None:
        if isinstance(value, str) and "QX7Z" in value:
            found.append(value)
        elif isinstance(value, dict | list):
            for inner in value.values() if isinstance(value, dict) else value:
                note(inner)

    with stage.app.app_context(), db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            columns = [column for column in table.columns if isinstance(column.type, String | JSON)]
            if columns and not table.name.startswith(logs):
                holds = or_(*(cast(column, String).contains("QX7Z") for column in columns))
                for row in connection.execute(select(*columns).where(holds)):
                    note(list(row))
    return found


def shown(text: str, form: Form, name: str) -> str | None:
    """What the field holds on the page that came back; None where it is not there."""
    for met in forms_in(text, form.role, form.page):
        for field in met.inputs:
            if field.name == name and met.action == form.action:
                return field.value.replace("\r\n", "\n").removeprefix("\n") if field.kind == "textarea" else field.value
    return None


def breaches(stage, form: Form, field: Input, clip: Clip) -> Iterator[str]:
    """What is wrong with the answer to one clip in one field."""
    told = f"{form.action}（{form.role}）{field.name} ← {clip.program}"
    response = sent(stage, form, {**filled(form), field.name: clip.raw})
    figures = clips_for(field) in (corpus.WHOLE, corpus.WAN, corpus.DAYS)
    text = response.get_data(as_text=True)
    if response.status_code >= 500:
        yield f"{told}：{response.status_code}"
    if any(word in text for word in ("invalid literal", "ValueError", "Not a valid", "Traceback")):
        yield f"{told}：说了程序的话"
    if response.status_code < 400 and clip.meant is None and figures:
        yield f"{told}：收下了不该收的值"
    if response.status_code < 400 and clip.meant is None and field.required:
        yield f"{told}：空的当成填了"
    if response.status_code < 400 and clip.meant and "QX7Z" in clip.meant:
        kept = stored(stage, form.action)
        if not any(clip.meant in value for value in kept):
            yield f"{told}：应存 {clip.meant!r}，存了 {kept!r}"
    if response.status_code == 422 and response.mimetype == "text/html" and not figures:
        value = shown(text, form, field.name)
        if value is not None and html.unescape(value) not in (clip.meant or "", clip.raw):
            yield f"{told}：退回的页面上是 {value!r}"
    if response.status_code < 400:
        stage.restore()


@pytest.fixture(scope="module")
def forms(stage) -> list[Form]:
    return every_form(stage)


def test_every_field_takes_what_is_meant_or_says_why_not(stage, forms):
    """In the everyday run each field meets one of its clips in turn; the full run sends all to all."""
    found, turn = [], 0
    for form in forms:
        for field in form.typed:
            clips = clips_for(field)
            for step in range(len(clips) if FULL else min(1, len(clips))):
                found += breaches(stage, form, field, clips[(turn + step) % len(clips)])
            turn += 1
    stage.restore()
    assert not found, "\n".join(found)
