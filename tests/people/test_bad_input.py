"""Every form of people with every field wrong: a sentence, never a crash; what was typed stays."""

import pytest

from audiovisual.kernel.forms import Form
from audiovisual.kernel.model import db
from audiovisual.people.forms.fields import Telephone, _are_phones, _is_phone
from audiovisual.people.models import User
from tests import factories

from .conftest import PASSWORD, registration

NASTY = {
    "NUL": "a\x00b", "surrogate": "a%ED%A0%80b", "long": "字" * 30_000, "beyond": str(2**64), "minus": "-1", "year0": "0000-01-01",
    "path": "../../etc/passwd", "quote": "'; DROP TABLE user; --", "script": "<script>alert(1)</script>", "template": "{{ 7*7 }} %(x)s %",
    "blank": "   ", "bidi": "\u202eabc",
}  # fmt: skip
FORMS = {
    "/login": ("login", "password"),
    "/password/forgotten": ("typed",),
    "/houses/register": ("contact_email",),
    "/houses/register/{}": (
        "name", "short_name", "uscc", "licence_number", "licence_expires_on", "city", "address", "contact_name",
        "contact_phone", "contact_email", "login", "password", "again",
    ),
    "/account": ("name", "email", "phone", "position", "version"),
    "/account/password": ("current", "password", "again"),
    "/invitations/new": ("name", "email", "roles"),
    "/delegations": ("role", "deputy_id", "starts_on", "ends_on", "reason"),
    "/settings": ("bureau_name", "office_name", "contact_phone", "pattern_letter"),
    "/experts/me": ("title", "institution", "specialities", "past_employers", "max_load", "version"),
}  # fmt: skip
PUBLIC = ("/login", "/password/forgotten", "/houses/register", "/houses/register/{}")


def _at(url):
    return registration() if url == "/houses/register/{}" else url


@pytest.fixture
def anyone(person, enter, browser):
    user = person("admin", "head", "expert")
    signed_in = enter(user)
    return lambda url: browser() if url in PUBLIC else signed_in


@pytest.mark.parametrize("url", FORMS)
def test_every_field_wrong_in_every_way_is_answered_with_a_sentence(anyone, url):
    for kind, value in NASTY.items():
        client = anyone(url)
        answer = client.post(_at(url), data=dict.fromkeys(FORMS[url], value))
        assert answer.status_code in (303, 409, 413, 422), (kind, answer.status_code)
        assert "<script>alert" not in answer.text


def test_ten_megabytes_are_too_much(anyone):
    for url, fields in FORMS.items():
        answer = anyone(url).post(_at(url), data={fields[0]: "x" * 10_000_000})
        assert answer.status_code == 413, url
        assert "内容太大" in answer.text


def test_a_form_without_any_field_is_no_crash(anyone):
    answers = {url: anyone(url).post(_at(url), data={"submit": "1"}).status_code for url in FORMS}
    assert set(answers.values()) <= {303, 409, 422}, answers


QUERIES = ("q=%00", "q=%ED%A0%80", "page=-1", "page=x", f"page={2**64}", "role='&state='&city=%25&q=%25_")


def test_a_nasty_query_is_an_empty_list_at_worst(anyone):
    lists = ("/people", "/houses", "/experts", "/inbox", "/invitations", "/delegations")
    wrong = [
        f"{url}?{query}" for url in lists for query in QUERIES if anyone(url).get(f"{url}?{query}").status_code != 200
    ]
    assert wrong == []


def test_numbers_that_name_nothing_are_not_found(anyone):
    places = ("/people/{}", "/houses/{}", "/experts/{}", "/inbox/{}")
    addresses = [url.format(n) for url in places for n in ("0", "-1", 2**31, 2**64, "x", "%00", "1.5")]
    wrong = [address for address in addresses if anyone(address).get(address).status_code != 404]
    assert wrong == []


def test_names_are_kept_as_typed_and_shown_harmless(person, enter):
    user = person("officer")
    client = enter(user)
    name = "<b>欧阳</b> & “静” {{ 7*7 }}"
    form = {"name": name, "email": "", "phone": "", "position": "", "version": db.session.get(User, user.id).version}
    assert client.post("/account", data=form).status_code == 303
    text = client.get("/account").text
    assert "<b>欧阳" not in text
    assert "{{ 7*7 }}" in text
    db.session.expire_all()
    assert db.session.get(User, user.id).name == name


def test_a_double_submit_makes_one_house(browser):
    from .test_houses import filled

    client = browser()
    assert client.post(registration(), data=filled()).status_code == 303
    again = client.post(registration(), data=filled())
    assert again.status_code == 422
    assert "已经登记过" in again.text


ROUTES = {
    # url: who may open it
    "/account": {"producer", "expert", "officer", "head", "leader", "sealer", "admin"},
    "/account/password": {"producer", "expert", "officer", "head", "leader", "sealer", "admin"},
    "/account/second-step": {"producer", "expert", "officer", "head", "leader", "sealer", "admin"},
    "/inbox": {"producer", "expert", "officer", "head", "leader", "sealer", "admin"},
    "/houses": {"officer", "head", "leader", "sealer", "admin"},
    "/experts": {"officer", "head", "leader", "sealer", "admin"},
    "/experts/me": {"expert"},
    "/people": {"admin"},
    "/settings": {"admin"},
    "/invitations": {"producer", "officer", "head", "admin"},
    "/invitations/new": {"producer", "officer", "head", "admin"},
    "/delegations": {"officer", "head", "leader", "sealer"},
}


@pytest.mark.parametrize("role", ["producer", "expert", "officer", "head", "leader", "sealer", "admin"])
def test_each_role_opens_its_pages_and_no_others(person, enter, role):
    client = enter(person(role, house=factories.house() if role == "producer" else None))
    opened = {url for url in ROUTES if client.get(url).status_code == 200}
    assert opened == {url for url, roles in ROUTES.items() if role in roles}


def test_visitors_are_sent_to_log_in(browser):
    client = browser()
    for url in ROUTES:
        assert client.get(url).location == f"/login?next={url}"


def test_public_pages_open_for_visitors(browser):
    assert [browser().get(_at(url)).status_code for url in PUBLIC] == [200] * 4


def test_forms_without_their_token_are_refused(app, person, browser):
    user = person("officer")
    app.config["WTF_CSRF_ENABLED"] = True
    answer = browser().post("/login", data={"login": user.login, "password": PASSWORD})
    assert answer.status_code == 400


ONCE_SUBMITTED = {"FilingForm"}
"""A filing is kept half typed; its telephone is asked for when it is submitted (`workflows.filing_checks`)."""


def test_every_telephone_is_looked_at_wherever_it_is_typed(app):
    kinds, found = [Form], {}
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        fields = {name: field for name, field in vars(kind).items() if getattr(field, "field_class", None) is Telephone}
        for name, field in fields.items():
            found[f"{kind.__name__}.{name}"] = {_is_phone, _are_phones}.isdisjoint(field.args[1])
    unread = {name for name, unread in found.items() if unread and name.partition(".")[0] not in ONCE_SUBMITTED}
    assert (unread, len(found) > 3) == (set(), True)
