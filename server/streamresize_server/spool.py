"""A body on its way from the one who makes it to those who want it, at the pace of each.

Its maker never waits for a client: what does not fit in memory goes to a temporary file.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

from streamresize_server.threads import in_thread

MEMORY_BYTES = 1 << 20  # of a body; larger ones lie in a file
READ_BYTES = 1 << 18


class NoRoom(Exception):
    """The file system takes no more."""

    def __init__(self) -> None:
        super().__init__("there is no room for the answer on the disk of the service")


class Spool:
    """Written once, read by any number of followers from the beginning.

    folder: for the temporary file, the system's by default. memory: bytes of a body that lies in
    none. size: bytes so far.
    """

    def __init__(self, folder: Path | None = None, memory: int = MEMORY_BYTES) -> None:
        self._folder = folder
        self._most = memory
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._complete = False
        self._failure: Exception | None = None
        self._changed = asyncio.Event()
        self.size = 0

    @property
    def memory_bytes(self) -> int:
        """What it takes of the process' memory."""
        return len(self._memory)

    async def write(self, data: bytes) -> None:
        """Add to the end. Raises NoRoom."""
        if self._file is None and self.size + len(data) <= self._most:
            self._memory += data
        else:
            await self._extend_file(data)
            self._memory = bytearray()
        self.size += len(data)
        self._notify()

    async def _extend_file(self, data: bytes) -> None:
        try:
            await in_thread(self._write_to_file, data)
        except OSError as error:
            raise NoRoom from error

    def _write_to_file(self, data: bytes) -> None:
        if self._file is None:
            file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115 - by close()
            self._file = file
            _write_all(file.fileno(), self._memory, 0)
        _write_all(self._file.fileno(), data, self.size)

    def finish(self) -> None:
        """The body is complete."""
        self._complete = True
        self._notify()

    def give_up(self, failure: Exception) -> None:
        """The body will not be complete."""
        self._failure = failure
        self._notify()

    def close(self) -> None:
        """Forget the body. To be called when nobody follows any more."""
        if self._file is not None:
            self._file.close()
        self._memory = bytearray()

    def _notify(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def follow(self) -> AsyncIterator[bytes]:
        """All of the body, as it comes. Raises the failure for which it was given up."""
        position = 0
        while position < self.size or not self._complete:
            if self._failure is not None:
                raise self._failure
            if position == self.size:
                await self._changed.wait()
                continue
            chunk = await self._read(position)
            position += len(chunk)
            yield chunk

    async def _read(self, position: int) -> bytes:
        length = min(READ_BYTES, self.size - position)
        if self._memory:
            return bytes(self._memory[position : position + length])
        if self._file is None:
            raise ValueError("the spool is closed")
        return await in_thread(os.pread, self._file.fileno(), length, position)


def _write_all(file: int, data: bytes | bytearray, position: int) -> None:
    rest = memoryview(data)
    while rest:
        count = os.pwrite(file, rest, position)
        rest, position = rest[count:], position + count
