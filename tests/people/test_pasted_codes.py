"""Log-in names and one-time codes are taken as they come from an input method or a clipboard."""

import pyotp
import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, utcnow
from audiovisual.people import codes
from audiovisual.people.models import User

from .conftest import PASSWORD

WIDE = {ord(half): ord(half) + 0xFEE0 for half in "0123456789abcdefghijklmnopqrstuvwxyz"}
FORMS = {
    "full width": lambda code: code.translate(WIDE),
    "in two groups": lambda code: f"{code[:3]}\u00a0{code[3:]}",
    "with a hyphen": lambda code: f"{code[:3]}－{code[3:]}",
    "contact card": lambda code: f"\u202d{code}\u202c",
    "messenger": lambda code: f"\u200b{code}\ufeff\r\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_one_time_code_is_taken_however_it_is_written(person, browser, form):
    user, secret = person("officer"), codes.new_secret()
    with unit_of_work():
        row = db.session.get(User, user.id)
        row.totp_secret, row.totp_confirmed_at = secret, utcnow()
    client = browser()
    login = f"\u202d{user.login.translate(WIDE)}\u202c"
    assert "second-step" in client.post("/login", data={"login": login, "password": PASSWORD}).location
    code = pyotp.TOTP(secret, interval=codes.STEP).now()
    assert client.post("/login/second-step", data={"code": FORMS[form](code)}).location == "/"


def test_a_recovery_code_is_the_same_in_full_width():
    code = "abcd-ef23-ijkl-mnop"
    assert codes.recovery_hash("ＡＢＣＤ－ｅｆ２３—ijkl\u00admnop\n") == codes.recovery_hash(code)
