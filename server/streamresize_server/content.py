"""The bytes of a source: looked at for the header first, and then read from the beginning."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator
from concurrent.futures import Executor
from typing import BinaryIO

import streamresize
from streamresize import ImageInfo, Limits
from streamresize_server.stages import DOWNLOAD, waiting

READ_BYTES = 1 << 18


class Content:
    """source: chunks as they arrive, or a seekable file that worker threads read."""

    def __init__(self, source: AsyncIterable[bytes] | BinaryIO) -> None:
        if isinstance(source, AsyncIterable):
            source = waiting(DOWNLOAD, source)
        self._source = source
        self._seen: list[bytes] = []
        self._rest: AsyncIterator[bytes] | None = None

    async def probe(self, limits: Limits, executor: Executor) -> ImageInfo:
        """The header's facts. Raises what `streamresize.probe` raises."""
        if isinstance(self._source, AsyncIterable):
            self._rest = aiter(self._source)
            return await streamresize.aprobe(
                self._noting(self._rest), limits=limits, executor=executor
            )
        return await streamresize.aprobe(self._source, limits=limits, executor=executor)

    def again(self) -> AsyncIterator[bytes] | BinaryIO:
        """All bytes, those that `probe` has seen before those that are to come."""
        if isinstance(self._source, AsyncIterable):
            return self._all(self._rest or aiter(self._source))
        self._source.seek(0)
        return self._source

    async def chunks(self) -> AsyncIterator[bytes]:
        """All bytes as chunks, files read by threads."""
        source = self.again()
        if isinstance(source, AsyncIterable):
            async for chunk in source:
                yield chunk
            return
        while chunk := await asyncio.to_thread(source.read, READ_BYTES):
            yield chunk

    async def _noting(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for chunk in chunks:
            self._seen.append(chunk)
            yield chunk

    async def _all(self, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        seen, self._seen = self._seen, []
        for chunk in seen:
            yield chunk
        del seen
        async for chunk in rest:
            yield chunk
