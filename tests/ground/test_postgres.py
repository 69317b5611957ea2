"""The PostgreSQL of the tests starts, copies databases and leaves nothing behind."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from tests import postgres


def run(url, statement):
    with create_engine(url, poolclass=NullPool).begin() as connection:
        result = connection.execute(text(statement))
        return result.scalar() if result.returns_rows else None


def test_a_database_is_made_copied_and_dropped(monkeypatch):
    monkeypatch.delenv("SEEDBANK_POSTGRES", raising=False)
    with postgres.server() as url:
        with postgres.database(url, "first") as first:
            run(first, "CREATE TABLE title (name text)")
            run(first, "INSERT INTO title VALUES ('鏖战')")
            with postgres.database(url, "second", template="first") as second:
                assert run(second, "SELECT name FROM title") == "鏖战"
                folder = Path(run(second, "SHOW data_directory")).parent
        assert run(url, "SELECT count(*) FROM pg_database WHERE datname IN ('first', 'second')") == 0
    with pytest.raises(OperationalError):
        run(url, "SELECT 1")
    assert not folder.exists()


def test_a_server_that_is_given_is_used(monkeypatch):
    monkeypatch.setenv("SEEDBANK_POSTGRES", "postgresql+psycopg://somebody@127.0.0.1:1/postgres")
    with postgres.server() as url:
        assert make_url(url).username == "somebody"
