"""A PostgreSQL of our own for the tests: a new cluster on a free loopback port, gone without a trace afterwards.

    with server() as url:                       one cluster
        with database(url, "seedbank_1") as u:  one database in it, or a copy of `template`

    python -m tests.postgres pytest -n 2        runs a command with the address in SEEDBANK_POSTGRES
    python -m tests.postgres                    prints the address and waits for Ctrl-C

Where SEEDBANK_POSTGRES names a server already (set by the command above, or by hand), `server()` gives that one.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from pytest_postgresql.janitor import DatabaseJanitor
from sqlalchemy import make_url

from audiovisual.ground import processes

OWNER = "seedbank"
# durability costs time and a test cluster is thrown away
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "timezone": "UTC",
}


@contextmanager
def server() -> Iterator[str]:
    """Yield the SQLAlchemy address of a running server's `postgres` database; stop and delete the cluster after."""
    if given := os.environ.get("SEEDBANK_POSTGRES"):
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="seedbank-postgres-"))
    try:
        with _running(folder, _free_port()) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database(server_url: str, name: str, template: str | None = None) -> Iterator[str]:
    """Yield the address of a new database `name`, empty or a copy of the database `template`; drop it after."""
    url = make_url(server_url)
    janitor = DatabaseJanitor(
        user=url.username, host=url.host, port=url.port, password=url.password, dbname=name, template_dbname=template
    )
    janitor.init()
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        janitor.drop()


def copied(server_url: str, name: str, source: str = "template1") -> str:
    """Make the database `name` a fresh copy of `source` on this server; give its address. It goes with the cluster."""
    url = make_url(server_url)
    plain = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"'.encode())
    return url.set(database=name).render_as_string(hide_password=False)


@contextmanager
def _running(folder: Path, port: int) -> Iterator[str]:
    account = _account()
    if account:
        shutil.chown(folder, account["user"], account["group"])
    data = str(folder / "data")
    subprocess.run(
        [_binary("initdb"), "-D", data, "-U", OWNER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
        check=True, stdout=subprocess.DEVNULL, cwd=folder, **account,
    )  # fmt: skip
    options = [f"--{name}={value}" for name, value in (SETTINGS | {"unix_socket_directories": str(folder)}).items()]
    with (folder / "log").open("w") as log:
        command = [_binary("postgres"), "-D", data, "-p", str(port), *options]
        postgres = processes.start(command, stdout=log, stderr=log, cwd=folder, **account)
    try:
        _wait(port, postgres, folder / "log")
        yield f"postgresql+psycopg://{OWNER}@127.0.0.1:{port}/postgres"
    finally:
        postgres.send_signal(signal.SIGINT)  # "fast": ends sessions, does not wait for them
        processes.stop(postgres)


def _wait(port: int, postgres: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user=OWNER, dbname="postgres").close()
            return
        except psycopg.OperationalError:
            if postgres.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}") from None
            time.sleep(0.05)


def _account() -> dict:
    """PostgreSQL refuses to run as root: root hands it to the account Debian made for it, or to nobody."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _binary(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    path = str(found[-1]) if found else shutil.which(name)
    if not path:
        raise RuntimeError(f"{name} is not installed; `make test` installs PostgreSQL")
    return path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main(command: list[str]) -> int:
    with server() as url:
        if command:
            return subprocess.call(command, env=os.environ | {"SEEDBANK_POSTGRES": url})
        print(url, flush=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return 0


NOTE = """
CREATE SCHEMA noted;
CREATE TABLE noted.touched (name text);
CREATE FUNCTION noted.touch() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO noted.touched VALUES (TG_TABLE_NAME); RETURN NULL; END $$;
"""
"""In a schema of their own: the tables are compared with those of the models."""
NOTED = 'CREATE TRIGGER touch AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "{}" EXECUTE FUNCTION noted.touch()'
COLUMNS = """
SELECT pg_class.oid, relname, array_agg(attname::text || ' ' || atttypid ORDER BY attnum) FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 GROUP BY pg_class.oid, relname ORDER BY relname
"""
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname"
OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


class Reset:
    """A database that can be made again what it was when it was new: its rows, its numbers, its tables.

    Triggers note which tables anybody wrote to, so that only those are put back. It stays connected, and so may the
    program: a connection that knows the tables already is worth a tenth of a second.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection = psycopg.connect(plain, autocommit=True)
        tables = [name for _, name, _ in self._ask(COLUMNS)]
        self._rows = {table: b"".join(bytes(piece) for piece in self._copied(table)) for table in tables}
        self._numbers = dict(self._ask("SELECT sequencename, last_value FROM pg_sequences"))
        self._ask(NOTE + "; ".join(NOTED.format(table) for table in tables))
        self._shape = self._ask(COLUMNS) + self._ask(INDEXES)
        self._ask("SET session_replication_role = replica")  # no foreign key is asked on the way, no trigger notes it
        self._ask("SET lock_timeout = '2s'")

    def clean(self) -> bool:
        """Put everything back; False where the tables are no longer those of the beginning."""
        if self._ask(COLUMNS) + self._ask(INDEXES) != self._shape:
            return False
        try:
            self._put_back()
        except psycopg.errors.LockNotAvailable:  # a test left something open
            self._ask(OTHERS)
            self._put_back()
        return True

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()

    def _put_back(self) -> None:
        with self._connection.transaction():
            touched = [name for (name,) in self._ask("SELECT DISTINCT name FROM noted.touched")]
            for table in touched:
                self._ask(f'DELETE FROM "{table}"')
                if rows := self._rows[table]:
                    with self._connection.cursor().copy(f'COPY "{table}" FROM STDIN') as copy:
                        copy.write(rows)
            if touched:
                self._ask("DELETE FROM noted.touched")
            for name, last in self._ask("SELECT sequencename, last_value FROM pg_sequences"):
                if last != (before := self._numbers[name]):
                    setting = self._connection.execute(
                        "SELECT setval(%s::regclass, %s, %s)", (f'"{name}"', before or 1, before is not None)
                    )
                    setting.fetchall()

    def _ask(self, statement: str) -> list[Any]:
        cursor = self._connection.execute(statement)
        return cursor.fetchall() if cursor.description else []

    def _copied(self, table: str) -> Iterator[Any]:
        with self._connection.cursor().copy(f'COPY "{table}" TO STDOUT') as copy:
            yield from copy


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
