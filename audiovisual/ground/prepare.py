"""Prepare the machine: native libraries, fonts and, for the tests, a browser, PostgreSQL, PDF tools, nginx, systemd's
checker and a virus scanner.

    python3 audiovisual/ground/prepare.py run       what serving needs
    python3 audiovisual/ground/prepare.py test      the same and what the suite needs
    python3 audiovisual/ground/prepare.py list      which packages either would install here; changes nothing

Runs on the system's Python before `.venv` exists, so it imports the standard library only and nothing of ours.
Each need is looked for itself (a library is loaded, a font file found), not its package: what is there already, from
wherever, is never installed again. Exit 0 when all is there, 1 with the exact command when somebody else must run it.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FANDOL = Path(os.environ.get("SEEDBANK_FONTS") or ROOT / ".fonts")
FANDOL_FILES = {
    f"Fandol{name}.otf"
    for name in ("Fang-Regular", "Kai-Regular", "Hei-Regular", "Hei-Bold", "Song-Regular", "Song-Bold")
}
# Fandol is cut out of this one package: installing it would drag 267 MB along
FANDOL_PACKAGE = "texlive-lang-chinese"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "~/Library/Fonts")


def loads(*names: str) -> Callable[[], bool]:
    """A test that every shared library of these names can be loaded."""

    def test() -> bool:
        try:
            for name in names:
                ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return test


def font(name: str) -> Callable[[], bool]:
    """A test that a font file of this name lies in one of the system's font folders."""
    return lambda: any(
        next(folder.rglob(name), None) for folder in (Path(f).expanduser() for f in FONT_FOLDERS) if folder.is_dir()
    )


def program(*names: str) -> Callable[[], bool]:
    """A test that one of these programs is on the path, among those for administrators or Debian's PostgreSQL versions."""
    folders = (Path("/usr/sbin"), *Path("/usr/lib/postgresql").glob("*/bin"))
    return lambda: any(shutil.which(name) or any((folder / name).exists() for folder in folders) for name in names)


def module(name: str) -> Callable[[], bool]:
    """A test that this Python can import a module of that name."""
    return lambda: find_spec(name) is not None


# (test, Debian packages, for the tests only)
NEEDS: list[tuple[Callable[[], bool], tuple[str, ...], bool]] = [
    (module("ensurepip"), ("python3-venv",), False),
    (loads("libpango-1.0.so.0", "libpangoft2-1.0.so.0"), ("libpango-1.0-0", "libpangoft2-1.0-0"), False),
    (loads("libharfbuzz-subset.so.0"), ("libharfbuzz-subset0",), False),
    (font("LXGWWenKai-Regular.ttf"), ("fonts-lxgw-wenkai",), False),
    (font("NotoSerifCJK-Regular.ttc"), ("fonts-noto-cjk",), False),
    (font("gbsn00lp.ttf"), ("fonts-arphic-gbsn00lp",), False),
    (program("chromium", "chromium-browser", "google-chrome"), ("chromium",), True),
    (program("initdb"), ("postgresql",), True),
    (program("pdftotext"), ("poppler-utils",), True),
    (program("qpdf"), ("qpdf",), True),
    (program("nginx"), ("nginx-light",), True),
    (program("systemd-analyze"), ("systemd",), True),
    (program("openssl"), ("openssl",), True),
    (program("clamd"), ("clamav-daemon",), True),
]


def missing(for_tests: bool) -> list[str]:
    """Debian packages whose need is not met on this machine."""
    return [name for test, names, tests in NEEDS if (for_tests or not tests) and not test() for name in names]


def fandol_missing() -> bool:
    return not all((FANDOL / name).is_file() for name in FANDOL_FILES)


def apt(*arguments: str, **options) -> int:
    """Run apt-get as root, directly or through a sudo that asks for no password."""
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    return subprocess.call([*sudo, *environment, "apt-get", *arguments], stdin=subprocess.DEVNULL, **options)


def may_install() -> bool:
    if not sys.platform.startswith("linux") or not shutil.which("apt-get"):
        return False
    return os.geteuid() == 0 or bool(
        shutil.which("sudo") and subprocess.call(["sudo", "-n", "true"], stderr=subprocess.DEVNULL) == 0
    )


def install(packages: list[str]) -> bool:
    """Install Debian packages; the lists are fetched only when the ones at hand do not do."""
    print("安装系统软件包：" + " ".join(packages), flush=True)
    command = ("-qq", "-o", "Dpkg::Use-Pty=0", "install", "-y", "--no-install-recommends", *packages)
    if apt(*command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0:
        return True
    # one unreachable source among many fails the update but need not fail the install
    apt("-qq", "update")
    return apt(*command, stdout=subprocess.DEVNULL) == 0


def unpack_fandol() -> bool:
    """Fetch the Fandol fonts' package and take the six font files out of it; needs no right beyond this folder."""
    print(f"取公文字体 Fandol，放入 {FANDOL}", flush=True)
    FANDOL.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FANDOL) as folder:
        # as root, apt would fetch as a user of its own, who cannot write here
        fetch = ["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", FANDOL_PACKAGE]
        if subprocess.call(fetch, cwd=folder, stderr=subprocess.DEVNULL) != 0:
            if may_install():
                apt("-qq", "update")
            subprocess.call(fetch, cwd=folder)
        return any(take_fonts(package, Path(folder)) for package in Path(folder).glob("*.deb"))


def take_fonts(package: Path, folder: Path) -> bool:
    """Stream a .deb's files; move each font into place when it is whole, so that a half one is never found."""
    unpacking = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE)
    with unpacking, tarfile.open(fileobj=unpacking.stdout, mode="r|") as files:
        for entry in files:
            name = Path(entry.name).name
            if name in FANDOL_FILES and (content := files.extractfile(entry)):
                (folder / name).write_bytes(content.read())
                (folder / name).replace(FANDOL / name)
    return not fandol_missing()


def explain(packages: list[str]) -> None:
    """Say exactly what has to be run by somebody who may."""
    if packages and shutil.which("apt-get"):
        print("缺少系统软件包，而当前用户不能安装。请由管理员运行下面这一行，再重新运行本命令：", file=sys.stderr)
        print(f"  sudo apt-get install -y --no-install-recommends {' '.join(packages)}", file=sys.stderr)
    elif packages:
        print(f"缺少以下组件（Debian 软件包名），请用本系统的方式安装：{' '.join(packages)}", file=sys.stderr)
    else:
        print(f"公文字体未能取到。请把 {'、'.join(sorted(FANDOL_FILES))} 放入 {FANDOL}，", file=sys.stderr)
        print(f"它们在 Debian 软件包 {FANDOL_PACKAGE} 中：apt-get download {FANDOL_PACKAGE}", file=sys.stderr)


def main(what: str) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - this script meets whatever Python the machine has
        print(
            f"需要 Python 3.11 或更高版本，这里是 {sys.version.split()[0]}。可指定：make PYTHON=python3.11",
            file=sys.stderr,
        )
        return 1
    packages = missing(for_tests=what != "run")
    if what == "list":
        print("\n".join([*packages, *([f"{FANDOL_PACKAGE} (only unpacked)"] if fandol_missing() else [])]))
        return 0
    if packages and not (may_install() and install(packages) and not (packages := missing(what == "test"))):
        explain(packages)
        return 1
    if fandol_missing() and not (shutil.which("dpkg-deb") and unpack_fandol()):
        explain([])
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "run"))
