"""Every form × every field × what no one should send: a clear refusal, never a crash, and nothing typed is lost."""

from __future__ import annotations

import html
import os
from collections.abc import Iterator
from urllib.parse import quote_plus

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.conventions.forms import Form, Input, every_form

FULL = bool(os.environ.get("SEEDBANK_FULL"))
NASTY = {
    "empty": b"", "nul": b"a%00b%00", "half surrogate": b"%ED%A0%80%ED%B0%80x", "broken utf-8": b"%FF%FE%C3",
    "long": b"%E9%95%BF" * 100_000, "beyond 2^63": b"9223372036854775808", "far beyond": b"9" * 400, "minus": b"-1",
    "arabic digit": quote_plus("٣").encode(), "year 0": b"0000-00-00", "year 10000": b"10000-01-01",
    "script": quote_plus('"><script>alert(1)</script>').encode(), "template": quote_plus("{{7*7}}%(x)s%s").encode(),
    "exponent": b"1e999", "nan": b"NaN", "right to left": quote_plus("\u202e\u2066abc").encode(), "blank": b"+++",
}  # fmt: skip
SPARE = (
    "half surrogate",
    "beyond 2^63",
    "script",
    "nul",
    "year 0",
    "broken utf-8",
    "nan",
    "far beyond",
    "blank",
    "long",
)
"""In the normal run each field meets one of these, in turn; the full run sends everything to everyone."""


@pytest.fixture(scope="module")
def forms(stage) -> list[Form]:
    return every_form(stage)


def _body(form: Form, name: str | None, raw: bytes) -> bytes:
    """The form as it stands, one field replaced by raw bytes (already percent-coded)."""
    pairs = [(key, quote_plus(value).encode()) for key, value in form.filling().items() if key != name]
    if name is not None:
        pairs.append((name, raw))
    return b"&".join(quote_plus(key).encode() + b"=" + value for key, value in pairs)


def _send(stage, form: Form, body: bytes):
    client = stage.client(form.role)
    return client.post(form.action, data=body, content_type="application/x-www-form-urlencoded")


def _breaches(stage, form: Form, fields: list[Input], start: int = 0) -> Iterator[str]:
    for n, field in enumerate(fields, start):
        for kind in sorted(NASTY) if FULL else (SPARE[n % len(SPARE)],):
            told = f"{form.action}（{form.role}）{field.name} ← {kind}"
            try:
                response = _send(stage, form, _body(form, field.name, NASTY[kind]))
            except Exception as error:
                stage.restore()
                yield f"{told}：{type(error).__name__}: {str(error)[:120]}"
                continue
            if response.status_code >= 500:
                yield f"{told}：{response.status_code}"
            if response.status_code < 400:
                stage.restore()
            if kind == "script" and b"<script>alert" in response.data:
                yield f"{told}：原样输出了 <script>"


def test_no_field_of_any_form_breaks_the_program(stage, forms):
    found = [told for start, form in enumerate(forms) for told in _breaches(stage, form, form.typed, start)]
    stage.restore()
    assert not found, "\n".join(found)


def test_every_form_met_with_nothing_at_all_refuses_or_acts_without_a_crash(stage, forms):
    found = []
    for form in forms:
        try:
            status = _send(stage, form, b"").status_code
        except Exception as error:
            status = f"{type(error).__name__}: {error}"
        if not isinstance(status, int) or status >= 500:
            found.append(f"{form.action}（{form.role}）：{status}")
        if status not in range(400, 500):
            stage.restore()
    assert not found, "\n".join(found)


@pytest.mark.slow
def test_hidden_fields_turned_to_nonsense_break_nothing(stage, forms):
    found = []
    for start, form in enumerate(forms):
        hidden = [i for i in form.inputs if i.name and i.kind in ("hidden", "submit")]
        found += _breaches(stage, form, hidden, start)
    stage.restore()
    assert not found, "\n".join(found)


def test_json_in_place_of_a_form_breaks_nothing(stage, forms):
    found = []
    for n, form in enumerate(forms):
        body = ('"x"', "1", '{"name": 1}', "[]")[n % 4]
        try:
            status = stage.client(form.role).post(form.action, data=body, content_type="application/json").status_code
        except Exception as error:
            status = f"{type(error).__name__}: {error}"
        if not isinstance(status, int) or status >= 500:
            found.append(f"{form.action}（{form.role}）← {body}：{status}")
        if status not in range(400, 500):
            stage.restore()
    assert not found, "\n".join(found)


def test_ten_megabytes_of_text_are_refused_as_too_large(stage, forms):
    big = b"%E5%AD%97" * 1_170_000
    found, seen = [], set()
    for form in forms:
        if form.typed and form.action not in seen:
            seen.add(form.action)
            status = _send(stage, form, _body(form, form.typed[0].name, big)).status_code
            if status != 413:
                found.append(f"{form.action}（{form.role}）：{status}")
    assert not found, "\n".join(found)


KEPT = "刚写下的话"


def test_a_refused_page_keeps_what_was_typed_and_names_the_field(stage, forms):
    """One text field gets words, another something too long: 422 with the words kept and the fault beside its field."""
    found = []
    for form in forms:
        texts = [i for i in form.typed if i.kind in ("text", "textarea") and not i.name.startswith("pick-")]
        if len(texts) < 2:
            continue
        body = _body(form, None, b"")
        first, second = texts[0], texts[-1]
        pairs = {**form.filling(), first.name: KEPT, second.name: "长" * 100_000}
        body = b"&".join(f"{quote_plus(key)}={quote_plus(value)}".encode() for key, value in pairs.items())
        response = _send(stage, form, body)
        text = html.unescape(response.get_data(as_text=True))
        if response.status_code != 422:
            found.append(f"{form.action}：太长的“{second.name}”得到 {response.status_code}，应为 422")
        elif KEPT not in text:
            found.append(f"{form.action}：422 的页面没有保留“{first.name}”")
        elif f'name="{second.name}"' in text and "invalid" not in text:
            found.append(f"{form.action}：没有在“{second.name}”旁边说明")
        if response.status_code < 400:
            stage.restore()
    assert not found, "\n".join(found)


def test_a_refused_page_never_gives_a_password_back(stage, forms):
    found = []
    for form in forms:
        if not any(i.kind == "password" for i in form.inputs):
            continue
        pairs = {**form.filling(), **{i.name: "GEHEIM-9431-x" for i in form.inputs if i.kind == "password"}}
        body = b"&".join(f"{quote_plus(key)}={quote_plus(value)}".encode() for key, value in pairs.items())
        response = _send(stage, form, body)
        if b"GEHEIM-9431-x" in response.data:
            found.append(form.action)
        stage.restore()
    assert not found, found


WORDS = st.one_of(
    st.text(max_size=60), st.sampled_from(["", "0", "-1", "2026-11-22", "0001-01-01", "9" * 30, "真", "on", "\x00", "%"]),
    st.integers().map(str), st.dates().map(str), st.floats().map(str),
)  # fmt: skip


@settings(max_examples=1500 if FULL else 80, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(data=st.data())
def test_random_forms_break_nothing(stage, forms, data):
    form = data.draw(st.sampled_from(forms), label="form")
    pairs = dict(form.filling())
    for field in form.typed:
        if field.options and data.draw(st.booleans()):
            pairs[field.name] = data.draw(st.sampled_from(field.options))
        elif data.draw(st.booleans()):
            pairs[field.name] = data.draw(WORDS)
    body = "&".join(f"{quote_plus(key)}={quote_plus(value, errors='surrogatepass')}" for key, value in pairs.items())
    response = _send(stage, form, body.encode())
    assert response.status_code < 500
    if response.status_code < 400:
        stage.restore()
