"""Fingerprints of sources and uploads, within the budget of memory."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Awaitable
from typing import BinaryIO, Literal, NamedTuple, TypeAlias, TypeVar, cast

from streamresize import Fingerprint, ImageInfo, aprocess, estimate_memory
from streamresize_server.admission import Ticket
from streamresize_server.content import Content
from streamresize_server.making import count_source, reserve
from streamresize_server.service import Service
from streamresize_server.stages import DECODE, measure
from streamresize_server.timeouts import within

Kind: TypeAlias = Literal[True, "exact"]
Outcome = TypeVar("Outcome")


class Print(NamedTuple):
    """A picture known by its fingerprint. warnings: a line for each damaged place."""

    fingerprint: Fingerprint
    info: ImageInfo
    warnings: tuple[str, ...]


class Printed(NamedTuple):
    """The same of a file read to its end. content_hash: as catalogs have it. total: its bytes."""

    print: Print
    content_hash: bytes
    total: int


class Printer:
    """Makes fingerprints.

    Raises Busy, TooLargeForBudget, Overtime, and what reading the content and
    `streamresize.process` raise.
    """

    def __init__(self, service: Service) -> None:
        self._executor = service.executor
        self._limits = service.settings.limits
        self._seconds = service.settings.work_seconds

    async def fingerprint(
        self, ticket: Ticket, content: Content, *, exact: bool = False, least: int = 0
    ) -> Print:
        """least: bytes to reserve in any case, for what comes afterwards."""
        return await self._in_time(self._fingerprint(ticket, content, exact, least))

    async def whole(self, ticket: Ticket, content: Content, *, least: int = 0) -> Printed:
        """The content is read to its end. least: as for `fingerprint`."""
        return await self._in_time(self._whole(ticket, content, least))

    async def _fingerprint(
        self, ticket: Ticket, content: Content, exact: bool, least: int
    ) -> Print:
        kind: Kind = "exact" if exact else True
        await self._reserve(ticket, content, kind, least)
        return await self._process(content.again(), kind)

    async def _whole(self, ticket: Ticket, content: Content, least: int) -> Printed:
        await self._reserve(ticket, content, True, least)
        source, digest = content.again(), Digest()
        if isinstance(source, AsyncIterable):
            chunks = digest.passing(source)
            made = await self._process(chunks, True)
        else:
            made = await self._process(source, True)
            chunks = digest.passing(content.chunks())
        async for _ in chunks:
            pass
        return Printed(made, digest.hash.digest(), digest.total)

    async def _reserve(self, ticket: Ticket, content: Content, kind: Kind, least: int) -> None:
        info = await content.probe(ticket, self._limits, self._executor)
        needed = estimate_memory(info, [], fingerprint=kind, threads=1, limits=self._limits)
        await reserve(ticket, max(needed, least))

    async def _process(self, source: AsyncIterable[bytes] | BinaryIO, kind: Kind) -> Print:
        work = aprocess(
            source, [], fingerprint=kind, executor=self._executor, threads=1, limits=self._limits
        )
        with measure(DECODE):
            result = await work
        count_source(result)
        return Print(cast(Fingerprint, result.fingerprint), result.info, result.warnings)

    async def _in_time(self, work: Awaitable[Outcome]) -> Outcome:
        async with within(self._seconds):
            return await work


class Digest:
    """Of bytes on their way to somebody else."""

    def __init__(self) -> None:
        from streamresize.catalog import content_hasher  # which not every service has

        self.hash = content_hasher()
        self.total = 0

    async def passing(self, chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        async for chunk in chunks:
            self.hash.update(chunk)
            self.total += len(chunk)
            yield chunk
