"""Where pictures come from."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple


class OpenedSource(NamedTuple):
    """content: chunks as they arrive, or a file that worker threads read."""

    name: str
    content: AsyncIterable[bytes] | BinaryIO


class Sources:
    """roots: folders whose files may be read."""

    def __init__(self, roots: tuple[Path, ...]) -> None:
        self._roots = roots

    @asynccontextmanager
    async def open(self, reference: str) -> AsyncIterator[OpenedSource]:
        """Raises FileNotFoundError."""
        for root in self._roots:
            path = (root / reference.lstrip("/")).resolve()
            if path.is_relative_to(root.resolve()) and path.is_file():
                with path.open("rb") as file:
                    yield OpenedSource(reference, file)
                return
        raise FileNotFoundError(reference)
