"""Answers that ask nothing of the database: when it is not there, and to strangers at a demonstration's door."""

import pytest

from audiovisual import config
from audiovisual.kernel.model import db
from tests.conftest import make_app


@pytest.fixture
def demo(template, instance):
    import shutil

    if isinstance(template, tuple):
        pytest.skip("the door is the same on PostgreSQL")
    shutil.copyfile(template, instance / "seedbank.sqlite3")
    app = make_app(instance, DEMO=True)
    yield app.test_client()
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
def test_a_demonstration_answers_its_own_machine(demo, address):
    assert demo.get("/login", environ_base={"REMOTE_ADDR": address}).status_code == 200


@pytest.mark.parametrize("address", ["10.0.0.7", "fe80::1%eth0", "2001:db8::1", "::ffff:10.0.0.7", "", "unix:"])
@pytest.mark.parametrize("path", ["/login", "/healthz", "/nowhere"])
def test_a_demonstration_answers_nobody_else(demo, address, path):
    answer = demo.get(path, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == 403
    assert "只能在运行它的那台电脑上打开" in answer.text
    assert "Zhongziku" not in answer.text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_a_proxy_on_the_same_machine_is_known(demo, header):
    assert demo.get("/login", headers={header: "10.0.0.7"}).status_code == 403


def test_a_post_is_refused_before_anything_is_asked(demo):
    answer = demo.post("/login", environ_base={"REMOTE_ADDR": "10.0.0.7"}, headers={"X-Requested-With": "fetch"})
    assert (answer.status_code, sorted(answer.json)) == (403, ["english", "error"])


def test_in_earnest_everybody_is_answered(app):
    answer = app.test_client().get("/login", environ_base={"REMOTE_ADDR": "10.0.0.7"})
    assert answer.status_code == 200


def test_a_demonstration_does_not_start_behind_a_proxy(instance):
    with pytest.raises(config.Misconfigured, match="SEEDBANK_PROXIES"):
        make_app(instance, DEMO=True, PROXIES=1)


@pytest.mark.parametrize("signed_in", [False, True])
def test_without_its_database_it_says_so_plainly(instance, signed_in):
    client = make_app(instance).test_client()  # no table in it
    if signed_in:
        with client.session_transaction() as cookie:
            cookie["_user_id"] = "somebody"
    answer = client.get("/login")
    assert answer.status_code == 503
    assert "系统暂时不能用" in answer.text


@pytest.mark.parametrize(
    ("referrer", "href"),
    [("http://localhost/login?next=/x", "http://localhost/login?next=/x"), ("http://evil.example/", "/")],
)
def test_a_refused_form_leads_back_to_itself(app, client, referrer, href):
    data = {"login": "x" * (app.config["FORM_BYTES"] + 1)}
    answer = client.post("/login", data=data, headers={"Referer": referrer})
    assert answer.status_code == 413
    assert f'href="{href}" data-back' in answer.text
    assert "data-back" not in client.get("/nowhere", headers={"Referer": referrer}).text
    dead = client.post("/password/reset/forged", headers={"Referer": referrer})
    assert (dead.status_code, "data-back" in dead.text) == (404, False)
