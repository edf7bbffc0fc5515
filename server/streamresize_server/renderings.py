"""Pictures in the making; who asks for the same at the same time gets the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from streamresize import Format, Result
from streamresize_server.admission import Admission, Ticket
from streamresize_server.cache import Kept
from streamresize_server.facts import Facts, Validators, facts_of
from streamresize_server.spool import Spool
from streamresize_server.stages import count


class Rendering:
    """A picture whose body is in the spool, or on its way there.

    format: known once it has begun. facts: known once the body is complete. source, etag: state of
    the source, and of the picture made from it, where known.
    """

    def __init__(self, folder: Path | None) -> None:
        self.spool = Spool(folder)
        self.format: Format | None = None
        self.facts: Facts | None = None
        self.source = Validators()
        self.etag: str | None = None
        self._begun = asyncio.Event()
        self._failure: Exception | None = None

    def begin(self, format: Format) -> None:
        """The first bytes are there, and others will follow."""
        self.format = format
        self._begun.set()

    def complete(self, result: Result) -> None:
        """The whole body is there: the result's only picture."""
        self._complete(facts_of(result, self.source, self.etag))

    async def reuse(self, kept: Kept) -> None:
        """The body is what was kept."""
        async for chunk in kept.chunks():
            await self.spool.write(chunk)
        self._complete(kept.facts)

    def _complete(self, facts: Facts) -> None:
        self.facts = facts
        self.spool.finish()
        self._begun.set()

    def fail(self, failure: Exception) -> None:
        """There will be no (whole) body."""
        self._failure = failure
        self.spool.give_up(failure)
        self._begun.set()

    async def begun(self) -> None:
        """Wait for the first bytes. Raises what went wrong before."""
        await self._begun.wait()
        if self._failure is not None and self.format is None:
            raise self._failure

    async def completed(self) -> None:
        """Wait for the whole body. Raises what went wrong."""
        async for _ in self.spool.follow():
            pass


Make = Callable[[Ticket, Rendering], Awaitable[None]]


class Renderings:
    """folder: for bodies that are too large for memory."""

    def __init__(self, admission: Admission, folder: Path | None) -> None:
        self._admission = admission
        self._folder = folder
        self._shared: dict[str, Running] = {}
        self._running: set[Running] = set()

    def __len__(self) -> int:
        """How many are being made or sent."""
        return len(self._running)

    @asynccontextmanager
    async def follow(self, key: str | None, make: Make) -> AsyncIterator[Rendering]:
        """The rendering of `key` that is there for others, or one that `make` makes, with a ticket.

        key: None for what nobody else can want. What nobody follows any more is not made to its
        end; once its body is complete, `make` may do with it what it likes.
        """
        running = self._shared.get(key or "")
        if running is None or running.is_over:
            running = self._start(key, make)
        else:
            count("shared", 1)
        try:
            with running.followed() as rendering:
                yield rendering
        finally:
            await running.stop_unless_wanted()

    async def drain(self) -> None:
        """Wait until all are over."""
        while self._running:
            await asyncio.wait([running.task for running in self._running])

    def _start(self, key: str | None, make: Make) -> Running:
        running = Running(self._admission, Rendering(self._folder), make)
        self._running.add(running)
        if key:
            self._shared[key] = running

        def forget(_: object) -> None:
            self._running.discard(running)
            if key and self._shared.get(key) is running:
                del self._shared[key]

        running.task.add_done_callback(forget)
        return running


class Running:
    """A rendering, the task that makes it, and how many follow it.

    is_over: nobody can follow any more.
    """

    def __init__(self, admission: Admission, rendering: Rendering, make: Make) -> None:
        self.rendering = rendering
        self.is_over = False
        self._followers = 0
        self._left = asyncio.Event()
        self.task = asyncio.create_task(self._run(admission, make))

    @contextmanager
    def followed(self) -> Iterator[Rendering]:
        """By one more."""
        self._followers += 1
        try:
            yield self.rendering
        finally:
            self._followers -= 1
            self._left.set()

    async def stop_unless_wanted(self) -> None:
        """A body that is complete may still be kept by its maker."""
        if not self._followers and self.rendering.facts is None:
            self.is_over = True
            self.task.cancel()
            await asyncio.wait([self.task])

    async def _run(self, admission: Admission, make: Make) -> None:
        rendering = self.rendering
        try:
            async with admission.ticket() as ticket:
                await make(ticket, rendering)
                ticket.shrink(rendering.spool.memory_bytes)
                await self._until_alone()
        except Exception as failure:
            self.is_over = True
            rendering.fail(failure)
            await self._until_alone()
        finally:
            rendering.spool.close()

    async def _until_alone(self) -> None:
        while self._followers:
            self._left.clear()
            await self._left.wait()
        self.is_over = True
