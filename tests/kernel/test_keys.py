"""Keys: made once, readable to their owner alone, rotated, copied and put back; what they seal nobody else reads."""

from __future__ import annotations

import os

import pytest
from sqlalchemy import make_url

from audiovisual import backup
from audiovisual.ground.startup import bring_up
from audiovisual.kernel import keys, modes
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.people.models import User
from tests import factories as make
from tests.conftest import make_app

posix = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")


@pytest.fixture
def own(app, tmp_path, monkeypatch):
    """A folder of keys of this test's own."""
    folder = tmp_path / "keys"
    monkeypatch.setitem(app.config, "KEYS", str(folder))
    return folder


def run(app, *args):
    """A command of `flask keys`: exit code and all it says."""
    done = app.test_cli_runner().invoke(args=["keys", *map(str, args)])
    return done.exit_code, done.output


SEALED_BEFORE = "1.0a0b0c0d.AQEBAQEBAQEBAQEBAQEBAZcmGZdbNQPxSuh3JKW8aWM25oEJk50YW5J5mbG8ArXbyYruIfTwHl6XJ8oK"
"""The first version's seal of "JBSWY3DP 密" for "a purpose", under the key 0a0b0c0d of the bytes 0 to 31."""


@posix
def test_keys_are_made_once_for_us_alone(own):
    assert keys.make_all(own) == list(keys.KINDS)
    before = {kind: keys.newest(kind) for kind in keys.KINDS}
    assert keys.make_all(own) == []
    assert {kind: keys.newest(kind) for kind in keys.KINDS} == before
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in own.iterdir()} == dict.fromkeys(keys.KINDS, "0o600")
    assert oct(own.stat().st_mode & 0o777) == "0o700"


def test_what_the_first_version_sealed_is_read(own):
    keys.make_all(own)
    keys.write_all("encryption", own, (keys.newest("encryption"), keys.Key("0a0b0c0d", bytes(range(32)))))
    assert keys.unseal(SEALED_BEFORE, "a purpose") == "JBSWY3DP 密"
    with pytest.raises(ValueError):
        keys.unseal(SEALED_BEFORE, "another")


def test_what_is_sealed_is_read_with_its_key_for_its_purpose_and_unchanged(own):
    sealed = keys.seal("JBSWY3DP 密", "a purpose")
    assert "JBSW" not in sealed and keys.unseal(sealed, "a purpose") == "JBSWY3DP 密"
    assert keys.seal("JBSWY3DP 密", "a purpose") != sealed
    changed = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    for text, purpose in ((sealed, "another"), (changed, "a purpose")):
        with pytest.raises(ValueError):
            keys.unseal(text, purpose)
    keys.rotate("encryption", own)
    assert keys.unseal(sealed, "a purpose") == "JBSWY3DP 密"
    keys.rotate("encryption", own, keep=False)
    with pytest.raises(keys.Missing):
        keys.unseal(sealed, "a purpose")


def test_a_second_step_is_encrypted_anew_with_a_new_key(app, own):
    user = make.user("officer")
    with unit_of_work():
        user.totp_secret = "JBSWY3DPEHPK3PXP"
    assert "JBSWY" not in db.session.get(User, user.id).totp_sealed
    assert run(app, "rotate", "encryption")[0] == 0
    db.session.expire_all()
    kept = db.session.get(User, user.id)
    assert (keys.sealed_with(kept.totp_sealed), kept.totp_secret) == (
        keys.newest("encryption").number,
        "JBSWY3DPEHPK3PXP",
    )


def test_keys_are_copied_apart_and_put_back_beside_those_that_are_there(app, own, tmp_path):
    with unit_of_work():
        make.user("officer").totp_secret = "JBSWY3DPEHPK3PXP"
    needed = keys.newest("encryption").number
    keys.make_all(own)
    with unit_of_work() as session:  # this test's chain key in place of the others'
        session.execute(db.text("UPDATE audit_end SET seal = :seal"), {"seal": keys.newest("chain").sign("x")})
    assert run(app, "backup", tmp_path / "safe") == (
        0,
        f"密钥 4 把，已抄到 {tmp_path / 'safe'}。请与数据的备份分开保管。\n",
    )
    keys.rotate("encryption", own, keep=False)
    code, told = run(app, "list")
    assert (code, f"缺加密密钥 {needed}" in told) == (1, True)
    newest = keys.newest("encryption")
    assert run(app, "restore", tmp_path / "safe")[1].startswith("放回密钥 1 把。\n")
    assert keys.newest("encryption") == newest and keys.key("encryption", needed)


def test_a_folder_without_keys_is_refused_in_words(app, own, tmp_path):
    (tmp_path / "empty").mkdir()
    assert run(app, "restore", tmp_path / "empty") == (1, f"Error: {tmp_path / 'empty'} 里没有密钥。\n")
    (tmp_path / "empty" / "chain").write_bytes(b"\0nonsense")
    assert run(app, "restore", tmp_path / "empty") == (1, f"Error: {tmp_path / 'empty'} 里的密钥读不出来。\n")


def test_a_bank_without_the_key_of_its_chain_does_not_start(tmp_path):
    app = make_app(tmp_path, KEYS="")
    bring_up(app, demo_bank=False)
    number = (tmp_path / "keys" / "chain").read_text().split()[0]
    keys.rotate("chain", tmp_path / "keys", keep=False)
    with pytest.raises(SystemExit, match=f"缺审计链密钥 {number}"):
        bring_up(app, demo_bank=False)


@posix
def test_what_others_could_read_is_closed_at_the_start_and_that_is_said(tmp_path, capsys):
    app = make_app(tmp_path, KEYS="")
    (tmp_path / "files").mkdir(mode=0o755)
    (tmp_path / "files" / "x").write_text("x")
    (tmp_path / "files" / "x").chmod(0o644)
    tmp_path.chmod(0o755)
    bring_up(app, demo_bank=False)
    assert "只有本账号能读" in capsys.readouterr().err
    assert [path for path in (tmp_path, *tmp_path.rglob("*")) if path.stat().st_mode & 0o077] == []
    assert modes.mend(tmp_path) == 0


def test_the_password_of_postgresql_stands_in_no_command(monkeypatch, tmp_path):
    """Every account of the machine sees what a program was called with."""
    program = tmp_path / "pg_dump"
    program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/called\necho "$PGPASSWORD" > {tmp_path}/told\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    url = make_url("postgresql+psycopg://bank:s3cret%40@127.0.0.1:1/seedbank")
    backup.postgres("pg_dump", backup.plain_address(url), url=url)
    assert (tmp_path / "called").read_text() == "postgresql://bank@127.0.0.1:1/seedbank\n"
    assert (tmp_path / "told").read_text() == "s3cret@\n"
