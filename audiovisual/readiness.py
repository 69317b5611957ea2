"""What /readyz asks beside database and worker: the tables' version, the index, the fonts, each by name."""

from __future__ import annotations

import functools
import time

from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import select, text

from . import proof
from .backup import hours_since
from .documents.fonts import missing_fonts
from .kernel import media, scanning
from .kernel.health import check, note
from .kernel.model import db
from .kernel.text import translated
from .search.models import SearchDocument

KEPT_SECONDS = 60
_fonts: tuple[float, str] = (-KEPT_SECONDS, "")


@check("migrations")
def migrations() -> str:
    """The tables are those of this version of the program: nobody forgot the upgrade."""
    done = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    return "" if done == _newest(current_app.root_path) else "run: python -m audiovisual.ground.serve --prepare"


@functools.cache
def _newest(folder: str) -> str | None:
    return ScriptDirectory(f"{folder}/migrations").get_current_head()


@check("index")
def index() -> str:
    """The index answers; an empty one is fine, a missing table raises."""
    from .search.engines import engine_of

    db.session.execute(select(SearchDocument.id).limit(1))
    connection = db.session.connection()
    engine_of(connection).ids(connection, "§a")
    return ""


@note("proof")
def verified() -> str:
    """What the last verification of all that was signed and logged found."""
    return proof.note()


@note("scanner")
def scanned() -> str:
    """What keeps uploaded files from being scanned for viruses as they should."""
    return " ".join(translated(sentence) for sentence in scanning.standing())


@note("films")
def films() -> str:
    """What keeps cuts from being looked into."""
    return media.lack()


@note("backup")
def newest_backup() -> str:
    """How old the newest backup is, once it is older than the setting allows; a demonstration needs none."""
    hours, most = hours_since(), current_app.config["BACKUP_HOURS"]
    if hours is None:
        return "" if current_app.config["DEMO"] else "no backup was ever made"
    return f"the newest is {hours:.0f} hours old" if hours > most else ""


@check("fonts")
def fonts() -> str:
    """The faces without which no letter can be made; looked for once a minute, because that reads folders."""
    global _fonts
    if time.monotonic() - _fonts[0] > KEPT_SECONDS:
        _fonts = time.monotonic(), "、".join(missing_fonts())
    return _fonts[1]
