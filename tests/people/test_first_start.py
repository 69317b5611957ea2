"""`flask --app wsgi init`: an empty bank, its first administrator, its bureau."""

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from audiovisual.kernel.audit import verify
from audiovisual.kernel.calendar import CalendarDay
from audiovisual.kernel.model import db
from audiovisual.kernel.rules import DatedRule, rule_on
from audiovisual.people.models import User
from audiovisual.people.queries import bureau_name
from tests.people.conftest import PASSWORD

GIVEN = {
    "--login": "LuHuaiyuan", "--name": "陆怀远", "--email": "lu@example.test", "--password": PASSWORD,
    "--second-login": "shenyizhou", "--second-name": "沈亦舟", "--second-email": "", "--second-password": PASSWORD + "二",
    "--bureau": "江苏省广播电视局（新）", "--office": "网络视听节目管理处", "--phone": "025-83331234",
    "--letter-pattern": "苏广电网〔{year}〕{n}号",
}  # fmt: skip


def init(app: Flask, **changed):
    given = {**GIVEN, **{f"--{key}": value for key, value in changed.items()}}
    return app.test_cli_runner().invoke(args=["init", *(part for pair in given.items() for part in pair)])


@pytest.fixture(autouse=True)
def migrations():
    if not (Path(__file__).parents[2] / "audiovisual" / "migrations" / "versions").exists():
        pytest.skip("no migrations yet")


def test_it_makes_the_administrator_the_bureau_and_the_reference_data(app, enter):
    result = init(app)
    assert result.exit_code == 0, result.output
    db.session.expire_all()
    user, other = db.session.scalars(select(User).order_by(User.id))
    assert (user.login, user.name, user.roles) == ("luhuaiyuan", "陆怀远", {"admin"})
    assert (other.login, other.name, other.roles, other.must_change_password) == (
        "shenyizhou",
        "沈亦舟",
        {"admin"},
        True,
    )
    assert bureau_name() == "江苏省广播电视局（新）"
    assert rule_on("numbers").value["letter"] == "苏广电网〔{year}〕{n}号"
    assert db.session.scalar(select(func.count()).select_from(DatedRule)) > 0
    assert db.session.scalar(select(func.count()).select_from(CalendarDay)) > 0
    assert verify(db.session()).broken_at is None
    assert enter(user).get("/settings").status_code == 200


def test_a_second_time_is_refused(app):
    init(app)
    result = init(app, login="another")
    assert result.exit_code == 1
    assert "已经初始化过" in result.output
    unasked = app.test_cli_runner().invoke(args=["init"])
    assert (unasked.exit_code, unasked.output) == (1, "Error: 已经初始化过：库里已有人员，不再重复。\n")
    assert "--letter-pattern" in app.test_cli_runner().invoke(args=["init", "--help"]).output
    assert db.session.scalar(select(func.count()).select_from(User)) == 2


@pytest.mark.parametrize(
    ("field", "typed", "word"), [
        ("password", "1234567890", "太常见"), ("password", "luhuaiyuan1", "密码不能由"), ("login", "陆", "用户名用"),
        ("name", " ", "不能空着"), ("name", "陆" * 101, "太长，最多 100 个字"), ("email", "nonsense", "邮箱写法如"), ("letter-pattern", "没有序号", "样式里要有"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_left(app, field, typed, word):
    result = init(app, **{field: typed})
    assert result.exit_code == (1 if field == "letter-pattern" else 2)
    assert word in result.output
    assert db.session.scalar(select(func.count()).select_from(User)) == 0


def test_what_is_not_given_is_asked_in_chinese_the_number_of_letters_too(app):
    typed = [
        "luhuaiyuan",
        "陆怀远",
        "",
        PASSWORD,
        "another-2026",
        PASSWORD,
        PASSWORD,
        "shenyizhou",
        "沈亦舟",
        "",
        PASSWORD + "二",
        "",
        "",
        "",
        "苏新〔{year}〕{n}号",
    ]
    result = app.test_cli_runner().invoke(args=["init"], input="\n".join(typed) + "\n")
    assert (result.exit_code, re.findall("Repeat|match|confirm", result.output)) == (0, []), result.output
    assert "两次输入的密码不一样。" in result.output
    assert rule_on("numbers").value["letter"] == "苏新〔{year}〕{n}号"
