"""Pictures in the making; who asks for the same at the same time gets the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from streamresize import Format, Result
from streamresize_server.cache import Kept
from streamresize_server.facts import Facts, Validators, facts_of
from streamresize_server.spool import Spool
from streamresize_server.stages import count


class Rendering:
    """A picture whose body is in the spool, or on its way there.

    format: known once it has begun. facts: known once the body is complete. source, etag: state of
    the source, and of the picture made from it, where known. abandoned: nobody is interested.
    """

    def __init__(self, folder: Path | None) -> None:
        self.spool = Spool(folder)
        self.format: Format | None = None
        self.facts: Facts | None = None
        self.source = Validators()
        self.etag: str | None = None
        self.abandoned = asyncio.Event()
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

    @property
    def failed(self) -> bool:
        return self._failure is not None

    def fail(self, failure: Exception) -> None:
        """There will be no (whole) body."""
        self._failure = failure
        self.spool.give_up()
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
        await self.begun()


Make = Callable[[Rendering], Awaitable[None]]


class Renderings:
    """folder: for bodies that are too large for memory."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._shared: dict[str, Running] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def follow(self, key: str | None, make: Make) -> AsyncIterator[Rendering]:
        """The rendering of `key` that is being made, or one that `make` makes.

        key: None for what nobody else can want. When nobody follows any more, the work is
        cancelled, unless only keeping the result is left.
        """
        running = self._shared.get(key or "")
        if running is None or running.rendering.failed:
            running = self._start(key, make)
        else:
            count("shared", 1)
        running.followers += 1
        try:
            yield running.rendering
        finally:
            running.followers -= 1
            if not running.followers:
                await self._abandon(key, running)

    async def drain(self) -> None:
        """Wait for what is left to do without followers."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _start(self, key: str | None, make: Make) -> Running:
        running = Running(Rendering(self._folder), make)
        self._tasks.add(running.task)
        running.task.add_done_callback(self._tasks.discard)
        if key:
            self._shared[key] = running
        return running

    async def _abandon(self, key: str | None, running: Running) -> None:
        if key and self._shared.get(key) is running:
            del self._shared[key]
        running.rendering.abandoned.set()
        if running.rendering.facts is None:
            running.task.cancel()
            await asyncio.wait([running.task])


class Running:
    """A rendering, the task that makes it, and how many follow it."""

    def __init__(self, rendering: Rendering, make: Make) -> None:
        self.rendering = rendering
        self.followers = 0
        self.task = asyncio.create_task(self._run(make))

    async def _run(self, make: Make) -> None:
        rendering = self.rendering
        try:
            await make(rendering)
        except Exception as failure:
            rendering.fail(failure)
        finally:
            await rendering.abandoned.wait()
            rendering.spool.close()
