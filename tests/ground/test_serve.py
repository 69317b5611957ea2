"""The program behind `make run`, as a process of its own: it serves, keeps its worker alive and ends in order."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from audiovisual import config
from audiovisual.ground.startup import address, bring_up, configured
from audiovisual.kernel.model import db
from audiovisual.people.models import User
from tests import factories as make
from tests.conftest import make_app

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a key of the test, longer than thirty-two characters"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(program, instance, port, **settings):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SEEDBANK", "DATABASE"))}
    environment |= {"SEEDBANK_INSTANCE": str(instance), "PORT": str(port), "SECRET_KEY": SECRET} | settings
    return subprocess.Popen(
        [sys.executable, *program], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def children(pid):
    """Process ids of the children; each thread has its own."""
    try:
        return {int(p) for f in Path(f"/proc/{pid}/task").glob("*/children") for p in f.read_text().split()}
    except FileNotFoundError:
        return set()


def worker_of(pid):
    """The child that has no children of its own; the web server has two. None while the worker runs a program itself."""
    alone = [child for child in children(pid) if not children(child)]
    return alone[0] if len(alone) == 1 else None


def wait_for(condition, seconds=15):
    deadline = time.monotonic() + seconds
    while not (result := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return result


def refused_in_words(port):
    """What the server cannot read is told on the product's plain page, with its headers, and the page arrives whole."""
    long = quote("长" * 1500)
    for request, status, said in (
        (f"GET /search?q={long}", 414, "网址太长，没有办成。查找的词太多的，请返回删短些再查。"),
        (f"GET /login HTTP/1.1\r\nHost: x\r\nCookie: {'c' * 9000}", 431, "浏览器发来的信息太多"),
        ("NO REQUEST AT ALL", 400, "浏览器发来的请求看不懂"),
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
            line.sendall(
                (request if "HTTP/1.1" in request else f"{request} HTTP/1.1\r\nHost: x").encode() + b"\r\n\r\n"
            )
            line.sendall(b"x" * 200_000)  # more than was read: the answer comes all the same
            text = b"".join(iter(lambda: line.recv(65536), b"")).decode()
        assert text.startswith(f"HTTP/1.1 {status} "), text[:200]
        assert f"<h1>{said}" in text and 'lang="en">' in text and text.endswith("</html>"), text
        assert "Content-Security-Policy: default-src 'none'" in text


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize(
    "program", [["-m", "audiovisual.ground.serve"], pytest.param(["wsgi.py"], marks=pytest.mark.slow)]
)
def test_it_serves_restarts_its_worker_and_leaves_nothing_running(tmp_path, program):
    port = free_port()
    server = start(program, tmp_path, port)
    try:
        first = server.stdout.readline()
        assert first == f"种子库已启动：http://127.0.0.1:{port}/\n", first or server.communicate()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
            assert json.load(answer) == {"status": "ok"}
        if program[0] == "-m":  # waitress takes what gunicorn refuses
            refused_in_words(port)
        before = wait_for(
            lambda: worker_of(server.pid)
        )  # the line tells of the server, the worker comes a moment later
        os.kill(before, signal.SIGKILL)
        assert wait_for(lambda: worker_of(server.pid) not in (None, before))
        everybody = [pid for child in children(server.pid) for pid in (child, *children(child))]
    finally:
        server.terminate()
        rest, errors = server.communicate(timeout=40)
    assert (server.returncode, rest, "Traceback" in errors) == (0, "", False)
    # whoever was orphaned in the last moment needs another to end
    assert wait_for(lambda: not [pid for pid in everybody if Path(f"/proc/{pid}").exists()])


def test_an_instance_belongs_to_one_server(tmp_path):
    """A second start is refused before it touches the bank, and the way is free as soon as the first is dead."""
    port = free_port()
    first = start(["-m", "audiovisual.ground.serve"], tmp_path, port)
    try:
        assert first.stdout.readline().startswith("种子库已启动")
        (tmp_path / "demo-unfinished").touch()  # as while the first still loads the demonstration
        bank = (tmp_path / "seedbank.sqlite3").stat().st_ino
        second = start(["-m", "audiovisual.ground.serve"], tmp_path, free_port())
        told = (
            f"{tmp_path} 已有一个种子库在用（进程 {first.pid}）。请先停下它，或用 SEEDBANK_INSTANCE 指定另一个目录。\n"
        )
        assert (second.communicate(timeout=40), second.returncode) == (("", told), 1)
        assert (tmp_path / "seedbank.sqlite3").stat().st_ino == bank
    finally:
        first.kill()
        first.communicate(timeout=40)
    (tmp_path / "demo-unfinished").unlink()
    third = start(["-m", "audiovisual.ground.serve"], tmp_path, port)
    assert third.stdout.readline() == f"种子库已启动：http://127.0.0.1:{port}/\n"
    third.terminate()
    third.communicate(timeout=40)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        pytest.param({"PORT": "70000"}, "PORT 应为 1 到 65535 的整数，现在是“70000”。\n", marks=pytest.mark.slow),
        pytest.param({"PORT": "x"}, "PORT 应为 1 到 65535 的整数，现在是“x”。\n", marks=pytest.mark.slow),
        pytest.param(
            {"HOST": "nowhere.invalid"}, "HOST 应为本机的地址，现在是“nowhere.invalid”。\n", marks=pytest.mark.slow
        ),
        (
            {"SEEDBANK_DEMO": "1", "HOST": "0.0.0.0"},
            "演示方式只许在本机地址上开：HOST 现在是 0.0.0.0，请改为 127.0.0.1。正式使用请设置 SECRET_KEY，"
            "并去掉 SEEDBANK_DEMO 和 instance/config.py 里的 DEMO。\n",
        ),
    ],
)
def test_a_setting_that_is_refused_ends_it_with_one_sentence(tmp_path, settings, sentence):
    server = start(["-m", "audiovisual.ground.serve"], tmp_path, 1, **settings)
    assert (server.communicate(timeout=40), server.returncode) == (("", sentence), 1)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("postgresql://bank:hush@127.0.0.1:1/bank", id="postgresql"),
        pytest.param("sqlite:////nowhere/at/all.sqlite3", id="sqlite", marks=pytest.mark.slow),
    ],
)
def test_a_database_that_cannot_be_reached_ends_it_with_one_sentence(tmp_path, url):
    server = start(["-m", "audiovisual.ground.serve"], tmp_path, free_port(), DATABASE_URL=url)
    output, errors = server.communicate(timeout=40)
    assert (output, errors.count("\n"), server.returncode) == ("", 1, 1), errors
    assert errors.startswith("连不上数据库，请检查 DATABASE_URL 和数据库服务：")
    assert "hush" not in errors


def test_a_refused_first_start_leaves_no_demonstration_behind(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.delenv("SEEDBANK_DEMO", raising=False)
    monkeypatch.setenv("SEEDBANK_INSTANCE", str(tmp_path))
    monkeypatch.setenv("HOST", "0.0.0.0")
    with pytest.raises(SystemExit, match="演示方式只许在本机地址上开"):
        configured()
    assert not (tmp_path / "config.py").exists()
    monkeypatch.setenv("HOST", "127.0.0.1")
    key = configured().config["SECRET_KEY"]
    assert "SECRET_KEY" not in (tmp_path / "config.py").read_text()
    assert configured().config["SECRET_KEY"] == key


@pytest.mark.parametrize("variable", ["SEEDBANK_FRONT", "DATABASE_URL", "SEEDBANK_MAIL_SERVER"])
def test_who_set_anything_for_real_use_gets_no_demonstration(tmp_path, monkeypatch, variable):
    for setting in config.SETTINGS:
        monkeypatch.delenv(setting.variable, raising=False)
    monkeypatch.setenv("SEEDBANK_INSTANCE", str(tmp_path))
    monkeypatch.setenv(variable, {"DATABASE_URL": f"sqlite:///{tmp_path}/bank.sqlite3"}.get(variable, "127.0.0.1"))
    assert configured().config["DEMO"] is False
    assert not (tmp_path / "config.py").exists()


def test_a_demonstration_cut_off_while_it_was_loaded_is_made_anew(tmp_path):
    app = make_app(tmp_path)
    bring_up(app, demo_bank=False)
    with app.app_context():
        make.user("officer")
        db.session.remove()
        db.engine.dispose()
    (tmp_path / "demo-unfinished").touch()
    bring_up(app, demo_bank=False)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(User)) == 0
        db.session.remove()
    assert not (tmp_path / "demo-unfinished").exists()


def test_a_port_that_is_taken_is_said_before_anything_is_made(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = start(["-m", "audiovisual.ground.serve"], tmp_path, port)
        output, errors = server.communicate(timeout=40)
    assert (output, server.returncode) == ("", 1)
    assert errors.startswith(f"不能在 127.0.0.1 的 {port} 端口上启动（端口已被占用）")
    assert list(tmp_path.glob("*.sqlite3")) == []


def test_mails_never_lead_to_the_address_of_listening_everywhere(app, monkeypatch):
    monkeypatch.setenv("SEEDBANK_PUBLIC_URL", "")  # put back afterwards
    app.config |= {"HOST": "0.0.0.0", "PORT": (port := free_port()), "PUBLIC_URL": "http://127.0.0.1:8000"}
    address(app)
    assert app.config["PUBLIC_URL"] == f"http://127.0.0.1:{port}"
