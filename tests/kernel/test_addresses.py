"""Numbers in addresses and hidden fields: what the database could not hold is not found, and never a crash."""

import re

import pytest
from werkzeug.exceptions import NotFound

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
