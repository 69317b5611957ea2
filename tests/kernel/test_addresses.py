"""Numbers in addresses and hidden fields: what the database could not hold is not found, and never a crash."""

import re

import pytest
from werkzeug.exceptions import NotFound

from audiovisual.kernel import ended
from audiovisual.kernel.addresses import is_host
from audiovisual.kernel.forms import whole_number
from tests import factories as make

TOO_LONG = (str(2**31), str(2**63), "9" * 40, "9" * 5000, "٣", "-1", "1.5")


def test_an_id_that_no_row_can_have_is_not_found_on_any_route(app):
    routes = app.url_map.bind("localhost")
    found = []
    for rule in app.url_map.iter_rules():
        if "<int:" not in rule.rule:
            continue
        for number in TOO_LONG:
            address = re.sub(r"<int:\w+>", number, rule.rule)
            address = re.sub(r"<any\(['\"]?([\w-]+)[^>]*>", r"\1", address)
            address = re.sub(r"<[^>]+>", "x", address)
            try:
                endpoint, _values = routes.match(address, method=min(rule.methods - {"HEAD", "OPTIONS"}))
            except NotFound:
                continue
            found.append(f"{rule.rule} ← {number[:20]}: {endpoint}")
    assert found == []


def test_the_largest_id_there_can_be_is_asked_for(login):
    client = login(make.user("head"))
    assert [client.get(f"/projects/{number}").status_code for number in (1_999_999_999, 2**31)] == [404, 404]


@pytest.mark.parametrize(
    ("raw", "number"),
    [("0", 0), ("12", 12), ("2147483647", 2**31 - 1), ("2147483648", None), ("9" * 5000, None), ("٣", None), ("-1", None),
     ("", None), (None, None), ("1.0", None), (" 1", None)],
)  # fmt: skip
def test_a_whole_number_is_read_or_none(raw, number):
    assert whole_number(raw) == number


def test_a_page_may_set_a_lower_limit():
    assert (whole_number("2100", 2100), whole_number("2101", 2100)) == (2100, None)


def test_a_year_of_five_thousand_digits_shows_this_year(login):
    assert login(make.user("head")).get("/key-projects?year=" + "9" * 5000).status_code == 200


def test_a_version_of_five_thousand_digits_is_no_crash(login):
    owner = make.producer()
    row = make.draft(owner)
    answer = login(owner).post(f"/projects/{row.id}/both", data={"do": "merge", "version": "9" * 5000})
    assert answer.status_code < 500


def test_brackets_within_brackets_are_no_upload(login):
    client = login(make.user("officer"))
    answer = client.post("/files/uploads", data="[" * 100_000, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize("address", ["//[", "http://[", "//a", "http://a\u2100b/"])
def test_an_address_that_is_none_is_no_form(login, address):
    client = login(make.user("officer"))
    assert client.post("/drafts", query_string={"form": address}, data={"text": "写了一半"}).status_code == 404


@pytest.mark.parametrize(
    ("page", "leads"),
    [("//evil.example/a", "/projects/new"), ("/\\evil.example", "/projects/new"), ("/projects?q=a", "/projects?q=a")],
)
def test_a_form_leads_back_to_a_page_of_this_site_alone(app, page, leads):
    with app.test_request_context("/projects/new", headers={"Referer": f"http://localhost{page}"}):
        assert ended.page_of_form() == leads
    with app.test_request_context("/projects/new", headers={"Referer": "http://["}):
        assert (ended.page_of_form(), ended.from_a_page_of_ours()) == ("/projects/new", False)


def test_a_refused_form_gives_back_what_was_typed_and_nothing_the_page_put_in(app, login):
    officer = make.user("officer")
    round_, _experts = make.reading(officer)
    put_in = (
        "base",
        "seen",
        "version",
        "taken",
        "mark",
        "upto",
        "held",
        "A-minors-base",
        "evidence_id",
        "evidence_failed",
    )
    sent = {name: f"put in by the page: {name}" for name in put_in} | {"problem": "写了的文字"}
    page = login(officer).post(f"/reviews/{round_.id}/settle/rows", data=sent).text
    assert "写了的文字" in page and "put in by the page" not in page


FORMS = ("/login", "/password/forgotten", "/houses/register", "/account", "/projects/new")


@pytest.mark.parametrize("body", ["[]", '"x"', "1", "{}", '{"name": 1}', "null"])
def test_a_form_reads_no_json(client, login, body):
    own = login(make.user("producer", house=make.house()))
    for where in FORMS:
        for browser in (client, own):
            answer = browser.post(where, data=body, content_type="application/json")
            assert answer.status_code in (303, 401, 403, 405, 415), f"{where}: {answer.status_code}"
    told = own.post("/account", data=body, content_type="application/json")
    assert (told.status_code, told.json["error"]) == (415, "表单要从页面上提交，没有保存。请回到那一页再提交。")


def test_a_name_in_code_that_cannot_be_read_is_no_host():
    assert not is_host("xn--" + "a" * 59) and is_host("xn--fsqu00a.cn:8000")
