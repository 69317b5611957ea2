"""A page that refuses is a page like any other: linted, in both languages, read by axe at both widths."""

from __future__ import annotations

import pytest

from tests.lint import breaches

from .refusals import TABLE, TOO_LARGE
from .test_axe import WIDTHS, _breaches, _cookie, address  # noqa: F401

SENT = """([path, data]) => {
  const form = document.createElement('form')
  form.method = 'post'; form.action = path
  for (const [name, value] of Object.entries(data)) {
    const field = document.createElement('textarea')
    field.name = name; field.value = value; form.append(field)
  }
  document.body.append(form); form.submit()
}"""
LOOKED_AT = [r for r in TABLE if r.method in ("GET", "POST") and r.data is not TOO_LARGE]


def _named(refusal):
    return f"{refusal.method} {refusal.path} {refusal.status}"


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_refusal_is_a_page_that_passes_the_lint(restored, locale):
    found = []
    if locale == "en":
        with restored.app.app_context():
            from audiovisual.kernel.model import db

            with db.engine.begin() as connection:
                connection.execute(db.text("UPDATE \"user\" SET locale = 'en'"))
    for refusal in TABLE:
        answer = refusal.ask(restored)
        if answer.status_code != refusal.status:
            found.append(f"{_named(refusal)}（{refusal.role}）：实为 {answer.status_code}")
        elif answer.status_code != 303:
            found += [
                f"{_named(refusal)}（{refusal.role}）：{breach}" for breach in breaches(answer.get_data(as_text=True))
            ]
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("role", sorted({refusal.role for refusal in LOOKED_AT}))
def test_no_refusal_breaks_a_rule_of_access(stage, address, browser, role):  # noqa: F811
    context, found = browser.new_context(), []
    if role == "waiting":
        signer = stage.app.session_interface.get_signing_serializer(stage.app)
        context.add_cookies(
            [{"name": "seedbank", "value": signer.dumps({"second_step": stage.waiting()}), "url": address}]
        )
    elif role != "visitor":
        context.add_cookies([{"name": "seedbank", "value": _cookie(stage, role), "url": address}])
    page = context.new_page()
    for refusal in (each for each in LOOKED_AT if each.role == role and each.status != 303):
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        path = stage.path(refusal.path)
        page.goto(address + (path if refusal.method == "GET" else "/help"), wait_until="load")
        if refusal.method == "POST":
            with page.expect_navigation(wait_until="load") as met:
                page.evaluate(SENT, [path, refusal.data or {}])
            assert met.value.status == refusal.status, _named(refusal)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            found += [f"{_named(refusal)}（{role}，{width} px）：{breach}" for breach in _breaches(page, width)]
    context.close()
    assert not found, "\n".join(found)
