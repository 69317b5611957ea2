"""What is written for a machine of the bank's own: every value filled in, units that systemd understands and closes up."""

from __future__ import annotations

import inspect
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from audiovisual import config
from audiovisual.ground import front
from audiovisual.kernel.web import HEADERS, HSTS
from tests.conftest import make_app
from tests.ground.test_serve import SECRET, free_port, start

EXPOSED = 1.5
"""Of ten; what systemd calls OK ends at 4.9."""


@pytest.fixture
def made(instance: Path, tmp_path: Path) -> Path:
    """The folder of what was written."""
    app = make_app(instance, PUBLIC_URL="https://bank.example", FRONT="127.0.0.1", HOST="127.0.0.1", PORT=8000)
    front.write(app, front.Place(tmp_path / "front", Path("/etc/ssl/bank.pem"), Path("/etc/ssl/bank.key")))
    return tmp_path / "front"


def test_every_value_is_filled_in(made: Path) -> None:
    files = {str(file.relative_to(made)): file.read_text() for file in made.rglob("*") if file.is_file()}
    assert [name for name, text in files.items() if "{{" in text] == []
    assert files["nginx.conf"].count("server_name bank.example;") == 1
    assert "server 127.0.0.1:8000 max_fails=0;" in files["nginx.conf"]
    assert files["safe.conf"].splitlines() == [
        *(f'add_header {name} "{value}" always;' for name, value in HEADERS.items()),
        f'add_header Strict-Transport-Security "{HSTS}" always;',
    ]
    plain = files["nginx.conf"].partition("listen 80;")[2].partition("\n    }")[0]
    assert plain.split() == [
        "listen",
        "[::]:80;",
        "if",
        "($request_method",
        "!~",
        "^(?:GET|HEAD)$)",
        "{",
        "return",
        "403;",
        "}",
        "return",
        "301",
        "https://bank.example$request_uri;",
    ], "what is brought unencrypted is refused, not sent on"
    modes = {(file.is_file(), file.stat().st_mode & 0o777) for file in (made, *made.rglob("*"))}
    assert modes == {(True, 0o644), (False, 0o755)}, "nginx is another account"


def test_settings_with_which_nothing_would_pass_are_refused(instance: Path, tmp_path: Path) -> None:
    place = front.Place(tmp_path / "front", Path("a"), Path("b"))
    with pytest.raises(config.Misconfigured, match="请先设置 SEEDBANK_FRONT"):
        front.write(make_app(instance, PUBLIC_URL="https://bank.example"), place)
    with pytest.raises(config.Misconfigured, match="SEEDBANK_PUBLIC_URL 应以 https:// 开头"):
        front.write(make_app(instance, FRONT="127.0.0.1"), place)
    assert not place.folder.exists()


def test_the_front_knows_every_route_that_takes_or_gives_files(app: Any) -> None:
    """By what the routes do: a new one is found."""
    gives = set()
    for name, view in app.view_functions.items():
        source = inspect.getsource(inspect.unwrap(view))
        if "serving.send(" in source:
            gives.add(name)
    assert gives <= set(front.WITH_FILES)
    paths = ("/projects/7/edit", "/drafts", "/projects/7/changes/3/answer", "/files/uploads/a-b_c", "/projects/7/draft", "/login",
             "/projects/x/edit", "/projects/7/edit/", "/projects/7/papers/3/file", "/projects/7/nothing/3/file")  # fmt: skip
    app.config.update(FRONT="127.0.0.1", PUBLIC_URL="https://bank.example")
    values = front.values_of(app, front.Place(Path("/f"), Path("/c"), Path("/k")))
    found = {name: [path for path in paths if re.search(values[name], path)] for name in ("FORMS", "PIECES", "FILES")}
    assert found == {"FORMS": list(paths[:3]), "PIECES": [paths[3]], "FILES": ["/projects/7/papers/3/file"]}


@pytest.mark.parametrize(
    ("address", "counts_as"),
    [
        ("203.0.113.9", None), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:"), ("2001:db8:1:2::6", "2001:db8:1:2:"),
        ("2001:db8:1::6", "2001:db8:1::"), ("2001:db8::6", "2001:db8::"), ("fe80::1", "fe80::"), ("::1", None),
    ],
)  # fmt: skip
def test_of_an_ipv6_address_its_network_is_the_visitor(address: str, counts_as: str | None) -> None:
    """Whoever has one such address has a network of them."""
    network = re.search(r'"~(\^\(\?<network>.*)" \$network;', (front.HERE / "nginx.conf").read_text())[1]  # type: ignore[index]
    found = re.match(network.replace("?<", "?P<"), address)
    assert (found and found["network"]) == counts_as


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="this machine has no systemd-analyze")
def test_the_units_are_understood_and_closed_up(made: Path) -> None:
    units = sorted((made / "units").iterdir())
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    services = [unit for unit in units if unit.suffix == ".service"]
    assert [unit.stem for unit in services] == ["seedbank-backup", "seedbank-check", "seedbank-web", "seedbank-worker"]
    told = {unit.stem: _exposure(unit) for unit in services}
    assert {name: score for name, score in told.items() if score > EXPOSED} == {}, told
    for unit in services:
        lines = unit.read_text().splitlines()
        assert {"NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes", "UMask=0077", "LimitCORE=0"} <= set(
            lines
        )
        assert any(line.startswith("MemoryMax=") for line in lines), unit.name
        assert f"InaccessiblePaths=-{config.ROOT}/.git -{config.ROOT}/tests" in lines, unit.name


def _exposure(unit: Path) -> float:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", unit]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)[1])  # type: ignore[index]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="systemd's way of being told")
def test_the_web_unit_tells_systemd_when_it_serves(template: Any, tmp_path: Path) -> None:
    """Type=notify; the bank is its own while it runs, and `--web` alone brings nothing up."""
    if isinstance(template, tuple):
        pytest.skip("the server is the same on PostgreSQL")
    shutil.copyfile(template, tmp_path / "seedbank.sqlite3")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.bind(str(tmp_path / "notify"))
        told.settimeout(60)
        web = ["-m", "audiovisual.ground.serve", "--web"]
        server = start(web, tmp_path, free_port(), NOTIFY_SOCKET=str(tmp_path / "notify"))
        try:
            assert told.recv(4096).startswith(b"READY=1")
            second = start(web, tmp_path, free_port(), SECRET_KEY=SECRET)
            assert "已有一个种子库在用" in second.communicate(timeout=60)[1]
        finally:
            server.terminate()
            assert server.communicate(timeout=60)[0] == ""
