"""The bytes of a source: looked at for the header first, and then read from the beginning."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from concurrent.futures import Executor
from typing import BinaryIO

import streamresize
from streamresize import ImageInfo, Limits
from streamresize_server.admission import HEADER_BYTES, Header, Ticket
from streamresize_server.spool import Spool
from streamresize_server.stages import DOWNLOAD, waiting
from streamresize_server.threads import in_thread

READ_BYTES = 1 << 18


class Content:
    """source: chunks as they arrive, or a seekable file that worker threads read.

    To be closed by who made it; the source is left open.
    """

    def __init__(self, source: AsyncIterable[bytes] | BinaryIO) -> None:
        if isinstance(source, AsyncIterable):
            source = waiting(DOWNLOAD, source)
        self._source = source
        self._seen = Spool(memory=HEADER_BYTES)
        self._rest: AsyncIterator[bytes] | None = None

    async def probe(self, ticket: Ticket, limits: Limits, executor: Executor) -> ImageInfo:
        """The header's facts. Raises Busy, TooLargeForBudget, and as `streamresize.probe` does."""
        if isinstance(self._source, AsyncIterable):
            self._rest = aiter(self._source)
            async with ticket.header() as header:
                return await streamresize.aprobe(
                    self._noting(self._rest, header), limits=limits, executor=executor
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
        while chunk := await in_thread(source.read, READ_BYTES):
            yield chunk

    def close(self) -> None:
        """Forget what `probe` has seen."""
        self._seen.close()

    async def _noting(self, chunks: AsyncIterator[bytes], header: Header) -> AsyncIterator[bytes]:
        async for chunk in chunks:
            await self._seen.write(chunk)
            await header.grow_to(self._seen.size)
            yield chunk

    async def _all(self, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        self._seen.finish()
        async for chunk in self._seen.follow():
            yield chunk
        self._seen.close()
        async for chunk in rest:
            yield chunk
