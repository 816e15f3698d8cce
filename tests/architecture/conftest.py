"""A database without a single table, to be upgraded step by step."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from learning.kernel.db import Database
from tests.conftest import DatabaseMaker


@pytest.fixture
def empty(database_maker: DatabaseMaker, tmp_path: Path) -> Iterator[Database]:
    """A database without a single table."""
    server = database_maker.server
    if server is None:
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield database
        database.dispose()
        return
    server.execute("CREATE DATABASE qa_empty")
    database = Database(server.url("qa_empty"))
    yield database
    database.dispose()
    server.execute("DROP DATABASE qa_empty WITH (FORCE)")
