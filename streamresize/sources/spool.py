"""Bytes kept for a second look: in memory below a limit, in a temporary file above."""

from __future__ import annotations

import io
from typing import IO

from streamresize.sources.chunks import Chunk, Store

SPOOL_MEMORY = 1 << 22  # bytes


class Spool:
    """Keeps what is written to it until it is closed."""

    def __init__(self, memory: int = SPOOL_MEMORY) -> None:
        self._memory = memory
        self._buffer: io.BytesIO | None = io.BytesIO()
        self._file: IO[bytes] | None = None

    def write(self, chunk: Chunk) -> None:
        if self._buffer is not None:
            self._buffer.write(chunk)
            if self._buffer.tell() > self._memory:
                self._roll_over(self._buffer)
        elif self._file is not None:
            self._file.write(chunk)

    def _roll_over(self, buffer: io.BytesIO) -> None:
        import tempfile

        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._file.write(buffer.getbuffer())
        self._buffer = None

    def store(self) -> Store:
        """Where to read what has been written so far; nothing may be written after this."""
        if self._file is not None:
            self._file.flush()
            return Store(self._file.fileno(), 0, self._file.tell())
        if self._buffer is None:
            raise ValueError("the spool is closed")
        buffer = self._buffer.getbuffer()
        return Store(buffer, 0, buffer.nbytes)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._buffer = self._file = None
