"""Settings: what is nonsense is refused at the start, in a sentence that names the setting and what is allowed."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from flask import Config

from audiovisual import config
from audiovisual.config import SETTINGS, Misconfigured

REFUSED = {
    "SEEDBANK_DEMO": ("maybe", "1 或 0（true 或 false）"),
    "HOST": ("my host", "主机名或 IP 地址"),
    "PORT": ("70000", "1 到 65535 的整数"),
    "SEEDBANK_WEB_WORKERS": ("0", "1 到 64 的整数"),
    "SEEDBANK_WEB_THREADS": ("4.5", "1 到 256 的整数"),
    "SEEDBANK_HTTPS": ("ture", "1 或 0（true 或 false）"),
    "SEEDBANK_FRONT": ("*", "反向代理的 IP 地址，几个用逗号分开，或空着"),
    "SEEDBANK_PROXIES": ("-1", "0 到 10 的整数"),
    "SEEDBANK_PUBLIC_URL": ("foo", "http:// 或 https:// 开头的网址"),
    "SEEDBANK_IDLE_MINUTES": ("99999999999999", "1 到 1440 的整数"),
    "SEEDBANK_SESSION_HOURS": ("99999999999999", "1 到 720 的整数"),
    "SEEDBANK_CONFIRM_MINUTES": ("0", "1 到 120 的整数"),
    "SEEDBANK_LOCK_AFTER": ("0", "1 到 100 的整数"),
    "SEEDBANK_LOCK_MINUTES": ("99999999999999", "1 到 10080 的整数"),
    "SEEDBANK_ADDRESS_TRIES": ("4", "5 到 10000 的整数"),
    "SEEDBANK_ALL_TRIES": ("many", "20 到 100000 的整数"),
    "SEEDBANK_SECOND_STEP": ("everybody", "off、bureau 或 bureau+experts"),
    "SEEDBANK_MAIL_SERVER": ("smtp://mail", "主机名或 IP 地址，或空着"),
    "SEEDBANK_MAIL_PORT": ("99999", "1 到 65535 的整数"),
    "SEEDBANK_MAIL_TLS": ("2", "1 或 0（true 或 false）"),
    "SEEDBANK_MAIL_CA": ("/nope.pem", "已有的 PEM 证书文件，或空着"),
    "SEEDBANK_MAIL_FROM": ("种子库", "邮箱地址"),
    "SEEDBANK_FONTS": ("/nope", "已有的目录，或空着"),
    "SEEDBANK_FORM_BYTES": ("1", "500000 到 50000000 的整数"),
    "SEEDBANK_UPLOAD_BYTES": ("9" * 30, "10000000 到 3000000000 的整数"),
    "SEEDBANK_HOUSE_BYTES": ("0", "10000000 到 1000000000000000 的整数"),
    "SEEDBANK_APPLICANT_BYTES": ("-1", "1000000 到 1000000000000 的整数"),
    "SEEDBANK_PERSON_BYTES": ("x", "10000000 到 100000000000000 的整数"),
}
REFUSED["SEEDBANK_BACKUP_HOURS"] = ("0", "1 到 8760 的整数")
REFUSED["SEEDBANK_SCANNER"] = ("unix:clamd.ctl", "unix:/路径 或 主机:端口，或空着")
REFUSED["SEEDBANK_KEYS"] = ("/nope", "已有的目录，或空着")
WITHOUT_A_SHAPE = {"SECRET_KEY", "DATABASE_URL", "SEEDBANK_MAIL_USER", "SEEDBANK_MAIL_PASSWORD"}


@pytest.fixture
def load(tmp_path, monkeypatch):
    """`load(file, **variables)` gives the configuration of an instance whose config.py holds that text."""
    for setting in SETTINGS:
        monkeypatch.delenv(setting.variable, raising=False)

    def loaded(file: str = "", **variables: str) -> Config:
        (tmp_path / "config.py").write_text(file)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        kept = Config(str(tmp_path))
        config.load(kept, Path(tmp_path), None)
        return kept

    return loaded


def test_every_setting_has_a_value_here_that_it_refuses():
    assert {setting.variable for setting in SETTINGS} - WITHOUT_A_SHAPE == set(REFUSED)


@pytest.mark.parametrize("variable", REFUSED)
def test_nonsense_in_the_environment_is_refused(load, variable):
    value, allowed = REFUSED[variable]
    with pytest.raises(Misconfigured) as refused:
        load(**{variable: value})
    assert str(refused.value).replace("应为 ", "应为") == f"{variable} 应为{allowed}，现在是“{value}”。"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('PORT = "abc"', "PORT 应为 1 到 65535 的整数，现在是“abc”。"),
        ("PORT = 80.5", "PORT 应为 1 到 65535 的整数，现在是“80.5”。"),
        ("IDLE_MINUTES = True", "IDLE_MINUTES 应为 1 到 1440 的整数，现在是“True”。"),
        ('DEMO = "perhaps"', "DEMO 应为 1 或 0（true 或 false），现在是“perhaps”。"),
        ("HOST = None", "HOST 应为主机名或 IP 地址，现在是“None”。"),
        ("MAIL_PASSWORD = 12345678", "MAIL_PASSWORD 应为一段文字。"),
    ],
)
def test_nonsense_in_the_file_is_refused_with_its_place(load, tmp_path, line, told):
    with pytest.raises(Misconfigured) as refused:
        load(line)
    assert str(refused.value) == f"{tmp_path / 'config.py'} 里的 {told}"


def test_a_file_that_cannot_be_read_through_says_where(load, tmp_path):
    with pytest.raises(Misconfigured, match=r"config\.py 第 2 行写法不对"):
        load("PORT = 8080\nDEMO = = True")
    with pytest.raises(Misconfigured, match=r"config\.py 读不通（NameError"):
        load("PORT = PROT")


def test_the_same_words_hold_in_the_file_and_in_the_environment(load):
    assert load('DEMO = "no"\nPORT = "8080"')["DEMO"] is False
    assert load('PORT = "8080"')["PORT"] == 8080
    assert load(SEEDBANK_HTTPS="Yes")["HTTPS"] is True


@pytest.mark.parametrize("value", ["0.0.0.0", "::", "10.0.0.0/8", "front.example", "10.0.0.1 10.0.0.2", "224.0.0.1"])
def test_the_front_is_named_by_its_very_address(load, value):
    with pytest.raises(Misconfigured, match="SEEDBANK_FRONT 应为反向代理的 IP 地址"):
        load(SEEDBANK_FRONT=value)


def test_several_fronts_are_kept_in_one_spelling(load):
    assert load(SEEDBANK_FRONT="10.0.0.1, ::FFFF:10.0.0.2 ,0:0::1")["FRONT"] == "10.0.0.1,10.0.0.2,::1"


def test_a_variable_set_to_nothing_is_not_set(load):
    """HOST= once let a bank listen everywhere."""
    kept = load("IDLE_MINUTES = 30", HOST="", PORT="", SEEDBANK_IDLE_MINUTES="", SEEDBANK_MAIL_TLS="")
    assert (kept["HOST"], kept["PORT"], kept["IDLE_MINUTES"], kept["MAIL_TLS"]) == ("127.0.0.1", 8000, 30, True)


def test_a_text_set_to_nothing_takes_back_what_the_file_says(load):
    assert load('MAIL_SERVER = "mail.example"', SEEDBANK_MAIL_SERVER="")["MAIL_SERVER"] == ""


@pytest.mark.parametrize("file", ["README.md", "/proc/1/root/etc/ssl/nobody.pem", "x" * 5000])
def test_a_file_that_holds_no_certificate_is_refused(load, file):
    with pytest.raises(Misconfigured, match="SEEDBANK_MAIL_CA 应为已有的 PEM 证书文件，或空着"):
        load(SEEDBANK_MAIL_CA=file)


AUTHORITIES = ssl.get_default_verify_paths().cafile


@pytest.mark.skipif(AUTHORITIES is None, reason="this machine keeps no file of certificates")
def test_a_certificate_is_found_from_every_folder(load, monkeypatch, tmp_path):
    authority = Path(str(AUTHORITIES))
    monkeypatch.setattr(config, "ROOT", authority.parent)
    monkeypatch.chdir(tmp_path)
    assert load(SEEDBANK_MAIL_CA=authority.name)["MAIL_CA"] == str(authority)


def test_the_defaults_are_allowed(load):
    kept = load()
    assert [
        s.key for s in SETTINGS if s.key not in ("SQLALCHEMY_DATABASE_URI", "SECRET_KEY") and kept[s.key] != s.default
    ] == []


def test_real_use_without_a_secret_of_its_own_has_the_one_of_the_folder_of_keys(load, tmp_path):
    kept = load()
    config.refuse_unsafe(kept)
    assert kept["SECRET_KEY"] == (tmp_path / "keys" / "sessions").read_text().split()[1]
    assert load()["SECRET_KEY"] == kept["SECRET_KEY"]
    assert load(SECRET_KEY="s" * 40)["SECRET_KEY"] == "s" * 40


@pytest.mark.parametrize("secret", ["short", config.DEVELOPMENT_SECRET])
def test_a_weak_secret_is_refused_in_real_use(load, secret):
    with pytest.raises(Misconfigured, match="SECRET_KEY 不足 32 个字符"):
        config.refuse_unsafe(load(SECRET_KEY=secret))


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"SEEDBANK_MAIL_SERVER": "mail"}, []),
        ({}, ["SEEDBANK_MAIL_SERVER"]),
        ({"SEEDBANK_MAIL_SERVER": "mail", "SEEDBANK_MAIL_TLS": "0"}, ["SEEDBANK_MAIL_TLS"]),
        ({"SEEDBANK_MAIL_SERVER": "mail", "SEEDBANK_PUBLIC_URL": "https://bank.example"}, []),
        ({"SEEDBANK_MAIL_SERVER": "mail", "SEEDBANK_PUBLIC_URL": "http://bank.example"}, ["SEEDBANK_PUBLIC_URL"]),
        ({"SEEDBANK_MAIL_SERVER": "mail", "SEEDBANK_PROXIES": "1"}, ["SEEDBANK_PROXIES"]),
        ({"SEEDBANK_MAIL_SERVER": "mail", "SEEDBANK_PROXIES": "1", "SEEDBANK_FRONT": "::1"}, ["SEEDBANK_PROXIES"]),
        ({"SEEDBANK_MAIL_SERVER": "mail", "DATABASE_URL": "postgresql://bank:pw@db.example/bank"}, ["DATABASE_URL"]),
        (
            {"SEEDBANK_MAIL_SERVER": "mail", "DATABASE_URL": "postgresql://db.example/b?sslmode=require"},
            ["DATABASE_URL"],
        ),
        ({"SEEDBANK_MAIL_SERVER": "mail", "DATABASE_URL": "postgresql://db.example/b?sslmode=verify-full"}, []),
        ({"SEEDBANK_MAIL_SERVER": "mail", "DATABASE_URL": "postgresql:///bank?host=/run/postgresql"}, []),
        ({"SEEDBANK_MAIL_SERVER": "mail", "DATABASE_URL": "postgresql://127.0.0.1/bank"}, []),
        ({"SEEDBANK_DEMO": "1"}, []),
    ],
)
def test_what_is_unwise_in_real_use_is_told_at_the_start_by_its_setting(load, variables, named):
    assert [sentence.split()[0] for sentence in config.warnings(load(**variables))] == named
