"""The binary catalogues that Flask-Babel reads, made from the written ones when the application starts.

So nobody has to remember a step, and no generated file is kept in the repository. Where the account that serves may not
write here, `make setup` has made them before.
"""

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

TRANSLATIONS = Path(__file__).resolve().parents[1] / "translations"


def renew(folder: Path = TRANSLATIONS) -> None:
    """Compile every catalogue that is newer than its binary form; whole or not at all."""
    for source in folder.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        half = target.with_name(f"{target.name}.{os.getpid()}")
        with source.open("rb") as written, half.open("wb") as binary:
            write_mo(binary, read_po(written))
        half.chmod(0o644)  # read by whichever account serves
        half.replace(target)
