"""Where pictures come from."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from streamresize_server.facts import Validators


class OpenedSource(NamedTuple):
    """content: chunks as they arrive, or a file that worker threads read."""

    name: str
    validators: Validators
    content: AsyncIterable[bytes] | BinaryIO


class NotModified(NamedTuple):
    """The source is what it was."""


class Sources:
    """roots: folders whose files may be read."""

    def __init__(self, roots: tuple[Path, ...]) -> None:
        self._roots = roots

    @asynccontextmanager
    async def open(
        self, reference: str, known: Validators
    ) -> AsyncIterator[OpenedSource | NotModified]:
        """Raises FileNotFoundError."""
        for root in self._roots:
            path = (root / reference.removeprefix("local://").lstrip("/")).resolve()
            if path.is_relative_to(root.resolve()) and path.is_file():
                with path.open("rb") as file:
                    status = os.fstat(file.fileno())
                    state = Validators(f"{status.st_mtime_ns}-{status.st_size}-{status.st_ino}")
                    if state == known:
                        yield NotModified()
                    else:
                        yield OpenedSource(reference, state, file)
                return
        raise FileNotFoundError(reference)
