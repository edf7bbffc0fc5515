"""A store as the file object that other libraries read."""

from __future__ import annotations

import io
import os

from streamresize.errors import LimitExceeded, SourceError
from streamresize.sources.chunks import Store

READ_COST = 64  # bytes that a read counts for at least: many small ones take time, too


class StoreReader(io.RawIOBase):
    """Reads a store from its beginning, whatever else reads the file, and never more than is there.

    metadata_bytes: how much may be read in all before `unbounded` is called, None for any amount.
    Raises LimitExceeded above that, SourceError.
    """

    def __init__(self, store: Store, metadata_bytes: int | None = None) -> None:
        super().__init__()
        self._store = store
        self._size = store.size
        self._at = 0
        self._bound = metadata_bytes
        self._count = 0

    def unbounded(self) -> None:
        """The headers are read."""
        self._bound = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if origin + offset < 0:
            raise ValueError("a place before the beginning")
        self._at = origin + offset
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        rest = max(0, self._size - self._at)
        wanted = rest if size is None or size < 0 else min(size, rest)
        self._count += max(wanted, READ_COST)
        if self._bound is not None and self._count > self._bound:
            raise LimitExceeded("metadata_bytes", self._count, self._bound)
        data = self._read_at(self._store.start + self._at, wanted)
        self._at += len(data)
        return data

    def _read_at(self, start: int, size: int) -> bytes:
        place = self._store.place
        if isinstance(place, memoryview):
            return bytes(place[start : start + size])
        try:
            return os.pread(place, size, start)
        except OSError as error:
            raise SourceError(f"cannot read the source: {error}") from error
