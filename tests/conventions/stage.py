"""A filled bank to walk over: clients by role, and the way back to how it was."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, make_url, update

from audiovisual.kernel.drafts import FormDraft
from audiovisual.kernel.model import db, utcnow
from audiovisual.people.models import LoginSession
from tests.lint import RefusalClient
from tests.postgres import Reset, copied

from .bank import MARKS, Bank


@dataclass
class Stage:
    """The application on a bank, and a copy of that bank to go back to."""

    app: Flask
    bank: Bank
    folder: Path
    url: str = ""
    """Where the database is PostgreSQL's: its address."""
    source: str = ""
    """The name of the one it is a copy of."""
    _kept: Reset | None = field(default=None, init=False)

    @property
    def file(self) -> Path:
        """The SQLite database."""
        return self.folder / "seedbank.sqlite3"

    def client(self, role: str) -> FlaskClient:
        """A browser without script, logged in as the person who plays that role, to whom no earlier refusal is shown again."""
        self._forget_refused()
        self.app.test_client_class = RefusalClient
        client = self.app.test_client()
        if role == "waiting":
            with client.session_transaction() as cookie:
                cookie["second_step"] = self.waiting()
        elif role != "visitor":
            with client.session_transaction() as cookie:
                cookie["_user_id"], cookie["_fresh"] = self.bank.tokens[role], True
        return client

    def _forget_refused(self) -> None:
        """Refused forms are kept for their writers and filled in again: not for whoever walks over the pages next."""
        if self.count("form_draft"):
            with self.app.app_context(), db.engine.begin() as connection:
                connection.execute(delete(FormDraft))

    def waiting(self) -> list[Any]:
        """What a browser keeps between the password and the second step."""
        from audiovisual.people import links

        id_ = self.bank.people["waiting"]
        kept = self.value('SELECT password_hash FROM "user" WHERE id = :id', id=id_)
        return [id_, int(time.time()), links.fingerprint(kept)]

    def _reset(self) -> str:
        """A mailed link for a new password: made anew, for it is good for an hour."""
        from audiovisual.people import links

        id_ = self.bank.people["colleague"]
        with self.app.app_context():
            return links.reset_token(id_, self.value('SELECT password_hash FROM "user" WHERE id = :id', id=id_))

    def _registration(self) -> str:
        """A mailed link for registering a house, good for a day."""
        from audiovisual.people import links

        with self.app.app_context():
            return links.registration_token("lin@example.com")

    def path(self, template: str) -> str:
        """A path with the numbers of this bank: "/projects/{draft}" or "/reviews/{round:reading}"."""
        names = {**self.bank.titles, **self.bank.ids, **{f"user:{part}": id_ for part, id_ in self.bank.people.items()}}
        if "{reset}" in template:
            names["reset"] = self._reset()
        if "{registration}" in template:
            names["registration"] = self._registration()
        for name, value in names.items():
            template = template.replace("{" + name + "}", str(value))
        assert "{" not in template, f"tests/conventions/bank.py 里没有 {template}"
        return template

    def keep(self) -> None:
        """Remember the bank as it is now, everybody having just logged in."""
        with self.app.app_context(), db.engine.begin() as connection:
            connection.execute(
                update(LoginSession).values(created_at=utcnow(), seen_at=utcnow(), confirmed_at=utcnow())
            )
        if self.url:
            self._kept = Reset(self.url)
            return
        self._checkpoint()
        shutil.copyfile(self.file, self.folder / "kept.sqlite3")

    def restore(self) -> None:
        """Put the bank back as it was remembered."""
        with self.app.app_context():
            db.session.remove()
            if self.url:
                self._restore_tables()
                return
            db.engine.dispose()
        for ending in ("-wal", "-shm"):
            Path(f"{self.file}{ending}").unlink(missing_ok=True)
        shutil.copyfile(self.folder / "kept.sqlite3", self.file)

    def _restore_tables(self) -> None:
        assert self._kept is not None
        if self._kept.clean():
            return
        self._kept.close()
        db.engine.dispose()
        copied(self.url, str(make_url(self.url).database), self.source)
        self.keep()

    def close(self) -> None:
        """Let go of the databases."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def _checkpoint(self) -> None:
        with self.app.app_context():
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            db.engine.dispose()

    def count(self, table: str, where: str = "1=1") -> int:
        """How many rows a table has."""
        return self.value(f'SELECT count(*) FROM "{table}" WHERE {where}')

    def value(self, statement: str, **params: Any) -> Any:
        """One value, read outside any request."""
        with self.app.app_context(), db.engine.connect() as connection:
            return connection.execute(db.text(statement), params).scalar()


__all__ = ["MARKS", "Stage"]
