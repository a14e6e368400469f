"""Fixtures of the fetcher's tests."""

from collections.abc import Callable, Iterator

import pytest

from tests.fetch.certificates import Authority, find_openssl
from tests.fetch.servers import Server


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start servers; all end with the test."""
    servers: list[Server] = []

    def start(*script: object, **options: object) -> Server:
        servers.append(Server(*script, **options))  # type: ignore[arg-type]
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Make a certificate authority of our own."""
    return Authority(tmp_path_factory.mktemp("authority"), find_openssl())
