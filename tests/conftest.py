"""Databases that tests of the catalog run over; no deadline for examples, which would be a timed
assertion.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings

from .support.databases import SERVERS, Running, running

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def servers() -> Generator[dict[str, Running], None, None]:
    """Those that have been started, which end with the tests."""
    with ExitStack() as stack:
        yield Servers(stack)


class Servers(dict[str, Running]):
    """Started when asked for by name; skips the test where that cannot be."""

    def __init__(self, stack: ExitStack) -> None:
        super().__init__()
        self._stack = stack

    def __missing__(self, name: str) -> Running:
        server = next(server for server in SERVERS if server.name == name)
        reason = server.missing()
        if reason is not None:
            pytest.skip(reason)
        self[name] = self._stack.enter_context(running(server))
        return self[name]


@pytest.fixture(params=["sqlite", *(server.name for server in SERVERS)])
def database(request: pytest.FixtureRequest, tmp_path: Path, servers: dict[str, Running]) -> str:
    """An empty database: a file's name, or a URL."""
    if request.param == "sqlite":
        return str(tmp_path / "catalog.db")
    return servers[request.param].new_database()
