"""Banks to measure on: built by `flask demo --projects N`, kept outside git, built anew when what they are made by changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".bench"
MADE_BY = ("audiovisual/migrations/versions", "audiovisual/demo/large")


def environment(instance: Path) -> dict[str, str]:
    """The environment of everything that works on a bank."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SECRET_KEY")}
    return {**kept, "SEEDBANK_INSTANCE": str(instance), "SEEDBANK_DEMO": "1", "PYTHONPATH": str(ROOT)}


def bank(count: int) -> Path:
    """The instance folder of a bank of so many titles."""
    folder, stamp = FOLDER / str(count), _stamp()
    mark = folder / "stamp"
    if mark.exists() and mark.read_text() == stamp:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print(f"建库：{count} 个项目……", flush=True)
    for command in (
        ["audiovisual.ground.serve", "--prepare"],
        ["flask", "--app", "wsgi", "demo", "--projects", str(count)],
    ):
        subprocess.run(
            [sys.executable, "-m", *command], check=True, cwd=ROOT, env=environment(folder), stdout=subprocess.DEVNULL
        )
    mark.write_text(stamp)
    return folder


def _stamp() -> str:
    files = sorted(file for folder in MADE_BY for file in (ROOT / folder).glob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
