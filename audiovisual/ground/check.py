"""`make check`: every check, one after the other; what fails is shown in full, and at the end all failures by name."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
RUFF = [str(BIN / "ruff")]
CONFIG = ["--config", "audiovisual/ground/ruff.toml", "."]
PYTHON = [sys.executable, "-m"]

CHECKS = {
    "lint": [*RUFF, "check", "--quiet", *CONFIG],
    "format": [*RUFF, "format", "--check", "--quiet", *CONFIG],
    "types": [*PYTHON, "mypy"],
    "imports": [str(BIN / "lint-imports"), "--no-cache"],
    "templates": [*PYTHON, "audiovisual.ground.templates"],
    "migrations": [*PYTHON, "audiovisual.ground.migrations"],
    "english": [*PYTHON, "audiovisual.ground.catalogues"],
    "locks": [*PYTHON, "pip", "check"],
}


def main(names: list[str]) -> int:
    """Run the named checks, or all. Returns 1 when one fails."""
    failed = []
    with tempfile.TemporaryDirectory(prefix="seedbank-check-") as instance:
        # a check never touches the bank of this checkout, and no setting of it
        settings = {"PYTHONPATH": str(ROOT), "SEEDBANK_INSTANCE": instance, "SECRET_KEY": "only for the checks" * 2}
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("SEEDBANK", "DATABASE"))} | settings
        for name, command in CHECKS.items():
            if names and name not in names:
                continue
            started = time.monotonic()
            done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
            print(
                f"{name:12} {'failed' if done.returncode else 'ok':8} {time.monotonic() - started:5.1f} s", flush=True
            )
            if done.returncode:
                failed.append(name)
                print(done.stdout + done.stderr, flush=True)
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
