"""The script that prepares the machine looks for the things themselves, and says what it cannot do."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from audiovisual.ground import prepare

pytestmark = pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="packages are Debian's")
SCRIPT = Path(prepare.__file__)


def run(what, **settings):
    done = subprocess.run(
        [sys.executable, "-I", SCRIPT, what], env=os.environ | settings, capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("look", "there"),
    [
        (prepare.loads("libc.so.6"), True),
        (prepare.loads("libc.so.6", "libnowhere.so.1"), False),
        (prepare.program("nowhere", "sh"), True),
        (prepare.program("nowhere"), False),
        (prepare.module("venv"), True),
        (prepare.module("nowhere"), False),
        (prepare.font("Nowhere-Regular.ttf"), False),
    ],
)
def test_a_need_is_looked_for_itself(look, there):
    assert look() is there


def test_a_prepared_machine_needs_nothing():
    assert run("list") == (0, "\n", "")
    assert run("test") == (0, "", "")


def test_missing_fonts_are_named_without_fetching_them(tmp_path):
    assert run("list", SEEDBANK_FONTS=str(tmp_path)) == (0, "texlive-lang-chinese (only unpacked)\n", "")
    assert list(tmp_path.iterdir()) == []


def test_who_may_not_install_is_told_what_is_missing(tmp_path):
    code, output, errors = run("test", PATH=str(tmp_path))
    assert (code, output) == (1, "")
    assert (
        errors == "缺少以下组件（Debian 软件包名），请用本系统的方式安装：chromium poppler-utils qpdf systemd openssl\n"
    )


def test_fonts_are_taken_out_of_the_package_and_nothing_else(tmp_path, monkeypatch):
    content = tmp_path / "package"
    folder = content / "usr/share/texlive/texmf-dist/fonts/opentype/public/fandol"
    folder.mkdir(parents=True)
    for name in (*prepare.FANDOL_FILES, "Other.otf"):
        (folder / name).write_text(name)
    (content / "DEBIAN").mkdir()
    (content / "DEBIAN").chmod(0o755)  # whatever this process lets others read
    (content / "DEBIAN/control").write_text(
        "Package: fonts\nVersion: 1\nArchitecture: all\nMaintainer: a <a@example.org>\nDescription: fonts\n"
    )
    package = tmp_path / "fonts.deb"
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", content, package], check=True, capture_output=True)
    target = tmp_path / "fonts"
    (target / "half").mkdir(parents=True)
    monkeypatch.setattr(prepare, "FANDOL", target)
    assert prepare.take_fonts(package, target / "half")
    assert {path.name: path.read_text() for path in target.glob("*.otf")} == {n: n for n in prepare.FANDOL_FILES}
    assert list((target / "half").iterdir()) == []
