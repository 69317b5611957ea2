"""Forms whose log-in has ended: what was typed comes back to the same person, in the same form, and to nobody else."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import time_machine

from audiovisual.kernel import drafts, outbox, retention
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.drafts import FormDraft
from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.refill import fill
from audiovisual.people.passwords import hashed
from tests import factories as make
from tests.conventions.test_enter import Reader

LEFT = "登录已过期。写的已经留好，登录后回到原来那一页，接着办就行。"


def _draft(fields: list[tuple[str, str]], action: str = "/a") -> FormDraft:
    return FormDraft(id=7, revision=4, action=action, fields=[list(pair) for pair in fields], saved_at=utcnow())


PAGE = """<details><summary>x</summary><form method="post" action="/a">
<input type="hidden" name="version" value="3"><input name=line value='old &amp; "so"'><input type="checkbox" name="tick" value="y" checked>
<input type="radio" name="one" value="a" checked><input type="radio" name="one" value="b">
<select name="pick"><option value="">-</option><option value="p" selected>P</option><option value="q">Q</option></select>
<input name="row"><input name="row" value="2"><textarea name="text">
old</textarea><input type="password" name="password"><input name="left" value="as it was"></form></details>
<form method="post" action="/b"><textarea name="text">other</textarea></form>"""
FILLED = """<details open><summary>x</summary>NOTE1<form data-refilled="4" method="post" action="/a"><input type="hidden" name="held" value="7">
<input value="2" type="hidden" name="version"><input value="new &lt;&quot;&amp;" name=line><input type="checkbox" name="tick" value="y">
<input type="radio" name="one" value="a"><input checked type="radio" name="one" value="b">
<select name="pick"><option value="">-</option><option value="p">P</option><option selected value="q">Q</option></select>
<input value="第一" name="row"><input value="第二" name="row"><textarea name="text">
第一段
&lt;第二段&gt;</textarea><input type="password" name="password"><input name="left" value="as it was"></form></details>
<form method="post" action="/b"><textarea name="text">other</textarea></form>"""


def test_a_form_is_filled_as_it_was_sent_and_the_rest_of_the_page_stays() -> None:
    typed = [
        ("version", "2"), ("line", 'new <"&'), ("one", "b"), ("pick", "q"), ("row", "第一"), ("row", "第二"),
        ("row", "第三"), ("text", "第一段\n<第二段>"), ("gone", " 没有位置 "), ("do", "save"),
    ]  # fmt: skip
    found: list[Any] = []

    def note(filled: Any, number: int) -> str:
        found.append((filled.changed_since, filled.left_over))
        return f"NOTE{number}"

    assert fill(PAGE, "/page", [_draft(typed)], note) == FILLED
    assert found == [(True, ["没有位置"])]


def test_rows_beyond_those_of_the_page_are_shown_beside_it() -> None:
    found: list[Any] = []
    fill(
        '<form method="post"><input name="a-0"></form>', "/page", [_draft([("a-0", "甲"), ("a-1", "乙")], "/page")],
        lambda filled, number: found.append(filled.left_over) or "",  # type: ignore[func-returns-value]
    )  # fmt: skip
    assert found == [["乙"]]


PASSWORD = "Chunshui-matou-2026"
TEXT = "与机构通了电话。\n<第二段>"


def test_controls_that_name_their_form_are_filled_too() -> None:
    page = '<form id="f" method="post" action="/a"></form><textarea form="f" name="t"></textarea><input name="t" value="no">'
    filled = fill(page, "/page", [_draft([("t", "甲")])], lambda filled, number: "")
    assert '<textarea form="f" name="t">\n甲</textarea><input name="t" value="no">' in filled


def test_of_two_forms_with_one_address_the_one_it_fits_is_filled() -> None:
    page = (
        '<form method="post" action="/a"><input type="hidden" name="way" value="back"></form>'
        '<form method="post" action="/a"><textarea name="t"></textarea></form>'
    )
    filled = fill(page, "/page", [_draft([("t", "甲")])], lambda filled, number: f"NOTE{number}")
    assert (
        filled.count("NOTE") == 1
        and 'NOTE1<form data-refilled="4" method="post" action="/a"><input type="hidden" name="held"' in filled
    )
    assert filled.endswith('<textarea name="t">\n甲</textarea></form>')


@pytest.fixture
def guarded(app: Any) -> Any:
    """The application with its forms' tokens asked for, as in earnest."""
    app.config["WTF_CSRF_ENABLED"] = True
    return app


def token_of(page: str) -> str:
    return re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[-1]


def value_of(name: str, page: str) -> str:
    return unescape(re.findall(rf'name="{name}"[^>]*value="([^"]*)"', page)[-1])


def log_in(client: Any, person: Any, gate: str = "/login") -> Any:
    """Through the log-in page at that address; gives the answer that leads onward."""
    if not person.password_hash:
        with unit_of_work():
            person.password_hash = hashed(PASSWORD)
    page = client.get(gate).text
    typed = {"login": person.login, "password": PASSWORD, "csrf_token": token_of(page), "next": value_of("next", page)}
    answer = client.post("/login", data=typed)
    assert answer.status_code == 303
    return answer


def end_sessions() -> None:
    with unit_of_work() as session:
        session.execute(db.text("UPDATE login_session SET ended_at = created_at"))


@pytest.fixture
def officer(guarded: Any) -> Any:
    return make.user("officer")


@pytest.fixture
def where(officer: Any) -> str:
    """A page with a form: a remark on a title of the officer's."""
    return f"/projects/{make.project('received', officer=officer).id}/remarks/new"


@pytest.fixture
def sent(client: Any, officer: Any, where: str) -> dict[str, Any]:
    """The officer has the page open, writes, and the log-in ends; what is sent then."""
    log_in(client, officer)
    typed = {"csrf_token": token_of(client.get(where).text), "text": TEXT}
    end_sessions()
    return {"data": typed, "headers": {"Referer": f"http://localhost{where}?from=desk"}}


def test_a_form_sent_after_the_log_in_ended_is_filled_in_again_after_the_next(
    client: Any, officer: Any, where: str, sent: dict[str, Any]
) -> None:
    answer = client.post(where, **sent)
    assert (answer.status_code, answer.location) == (303, f"/login?next={where}?from%3Ddesk%23refilled")
    gate = client.get(answer.location).text
    assert LEFT in gate and "第二段" not in gate
    answer = log_in(client, officer, answer.location)
    assert answer.location == f"{where}?from=desk#refilled"
    page = client.get(answer.location).text
    assert "与机构通了电话。\n&lt;第二段&gt;</textarea>" in page and 'id="refilled"' in page
    again = sent["data"] | {"csrf_token": token_of(page), "held": value_of("held", page)}
    assert client.post(where, data=again).status_code == 303
    assert db.session.query(FormDraft).count() == 0
    assert "refilled" not in client.get(where).text


def test_whoever_logs_in_instead_sees_nothing_of_it(
    client: Any, officer: Any, where: str, sent: dict[str, Any]
) -> None:
    answer = client.post(where, **sent)
    log_in(client, make.user("officer"), answer.location)
    page = client.get(where).text
    assert "第二段" not in page and "refilled" not in page
    assert client.post("/drafts/1/discard", data={"csrf_token": token_of(page)}).status_code == 303
    assert db.session.query(FormDraft.user_id).all() == [(officer.id,)]


def test_a_page_of_an_earlier_log_in_is_not_taken_and_comes_back_filled_in(
    client: Any, officer: Any, where: str, sent: dict[str, Any]
) -> None:
    log_in(client, officer)
    answer = client.post(where, **sent)
    assert (answer.status_code, answer.location) == (303, f"{where}?from=desk#refilled")
    page = client.get(answer.location).text
    assert (
        "这一页是上次登录时打开的，没有提交。写的都在，请核对后再按一次。" in page
        and "&lt;第二段&gt;</textarea>" in page
    )
    assert "与机构通了电话" not in client.get(where.replace("remarks/new", "timeline")).text


def test_a_page_of_another_account_is_not_taken_and_kept_for_its_owner(
    client: Any, officer: Any, where: str, sent: dict[str, Any]
) -> None:
    log_in(client, make.user("officer"))
    answer = client.post(where, **sent)
    assert answer.status_code == 409 and "这一页是另一个账号打开的" in answer.text
    assert db.session.query(FormDraft.user_id).all() == [(officer.id,)]


def test_what_a_stranger_sends_is_kept_for_nobody(client: Any, officer: Any, where: str, sent: dict[str, Any]) -> None:
    for token in ("", "x" * 40, sent["data"]["csrf_token"][:-3] + "abc"):
        answer = client.post(where, data={"csrf_token": token, "text": TEXT})
        assert answer.status_code == 400 and "第二段" not in answer.text
    with time_machine.travel(utcnow() + timedelta(days=15), tick=False):
        assert client.post(where, data=sent["data"]).status_code == 401  # too old to say whose: to be copied
    assert db.session.query(FormDraft).count() == 0


def test_a_script_is_told_that_the_log_in_ended_and_who_is_there_now(
    client: Any, officer: Any, where: str, sent: dict[str, Any]
) -> None:
    script = {"X-Requested-With": "fetch"}
    assert client.post(where, data=sent["data"], headers=script).status_code == 401
    assert client.get("/session").json["person"] is None
    log_in(client, officer)
    assert client.post(where, data=sent["data"], headers=script).status_code == 401  # an old token is no token
    now = client.get("/session").json
    assert now["person"] == officer.id
    assert client.post(where, data=sent["data"] | {"csrf_token": now["token"]}, headers=script).status_code == 303


def test_the_words_of_a_form_with_files_are_kept_and_its_files_go_nowhere(
    guarded: Any, client: Any, instance: Path
) -> None:
    by = make.producer()
    project = make.draft(by)
    where = f"/projects/{project.id}/edit"
    log_in(client, by)
    page = client.get(where).text
    typed = {
        "csrf_token": token_of(page),
        "version": value_of("version", page),
        "boxes": "1",
        "synopsis": TEXT,
        "credits-41-name": "第四十二人",
    }
    end_sessions()
    before = sorted(instance.rglob("*"))
    files = {"paper_pledge": (io.BytesIO(b"%PDF-1.4" + b"0" * 3_000_000), "承诺书.pdf")}
    answer = client.post(where, data=typed | files, content_type="multipart/form-data")
    assert (answer.status_code, sorted(instance.rglob("*"))) == (303, before)
    log_in(client, by, answer.location)
    page = client.get(where).text
    assert "与机构通了电话。\n&lt;第二段&gt;</textarea>" in page and "第四十二人</textarea>" in page
    assert "当时选的文件没有收下，请重新选择：承诺书.pdf" in page


def test_a_button_pressed_too_late_says_that_nothing_was_done(client: Any, officer: Any, where: str, sent: Any) -> None:
    answer = client.post(where, data=sent["data"] | {"text": " "}, headers=sent["headers"])
    assert "登录已过期，刚才没有办成。登录后请再按一次。" in client.get(answer.location).text
    assert db.session.query(FormDraft).count() == 0


def test_what_was_begun_can_be_given_up(client: Any, officer: Any, where: str, sent: dict[str, Any]) -> None:
    log_in(client, officer, client.post(where, **sent).location)
    page = client.get(where).text
    discard = re.search(r'action="(/drafts/\d+/discard)"', page)[1]  # type: ignore[index]
    answer = client.post(discard, data={"csrf_token": token_of(page), "next": where})
    assert answer.location == where
    assert "第二段" not in client.get(where).text


def test_none_is_kept_for_ever(officer: Any) -> None:
    with unit_of_work():
        for number in range(drafts.MOST):
            drafts.keep(officer.id, f"/{number}", [("text", "字")])
    with time_machine.travel(utcnow() + drafts.LASTS + timedelta(minutes=1), tick=False):
        with unit_of_work():
            retention.begin()
        outbox.work_off()
        assert db.session.scalar(db.select(db.func.count()).select_from(drafts.FormDraft)) == 0


def test_a_form_handed_in_from_another_window_is_not_begun_anew_by_this_one(
    app: Any, officer: Any, login: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    client, script = login(officer), {"X-Requested-With": "fetch"}
    project = make.project("accepted", officer=officer)
    at = f"/drafts?form=/projects/{project.id}/co-reviews/new"
    asked = {"department": "省公安厅", "question": "涉案情节是否妥当？"}
    first = client.post(f"{at}&seen=0", data=asked, headers=script).json
    with unit_of_work():
        drafts.drop(officer.id, f"/projects/{project.id}/co-reviews/new")  # as handing it in does
    late = client.post(f"{at}&seen={first['version']}", data=asked | {"question": "再写几句。"}, headers=script)
    assert (late.status_code, late.json["gone"]) == (409, True)
    assert db.session.query(FormDraft).count() == 0
    assert client.post(f"{at}&seen=0", data=asked, headers=script).status_code == 200, "begun anew on purpose"


@pytest.mark.parametrize("page", ["/delegations", "/invitations/new"])
def test_short_forms_of_a_page_keep_themselves_too(login, page):
    """The line may be lost at the press; the browser's own page that then stands there holds nothing that was typed."""
    text = login(make.user("officer")).get(page).text
    assert 'method="post" novalidate data-autosave="/drafts' in text and "草稿已保存 {at}，还没有提交" in text
    faults = [form.fault() for script in (True, False) for form in Reader(text, script).forms]
    assert not any(faults), faults
