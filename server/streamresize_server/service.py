"""What all requests share: sources, memory, threads, what is kept and what is being made."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, suppress
from functools import partial

from streamresize_server.admission import Admission
from streamresize_server.cache import Cache, Files, Kept
from streamresize_server.content import Content
from streamresize_server.making import Maker, Wanted
from streamresize_server.recipe import Recipe
from streamresize_server.renderings import Rendering, Renderings
from streamresize_server.settings import Settings
from streamresize_server.sources import OpenedSource, Sources
from streamresize_server.stages import count


class Service:
    """To be made, and closed, inside a running event loop."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.sources = Sources(settings.sources)
        self.admission = Admission(
            settings.process_budget,
            opened=settings.opened,
            queued=settings.queued,
            seconds=settings.queue_seconds,
        )
        folder = settings.cache_folder
        files = Files(folder, settings.cache_bytes) if folder else None
        self.cache = Cache(files, settings.cache_memory)
        self.renderings = Renderings(self.admission, folder)
        self.executor = ThreadPoolExecutor(
            settings.threads or os.cpu_count(), thread_name_prefix="decode"
        )
        self.maker = Maker(
            self.sources,
            settings.limits,
            settings.policy,
            self.executor,
            settings.work_seconds,
        )
        self._comparing: dict[str, asyncio.Task[None]] = {}

    async def close(self) -> None:
        """Wait for what runs without a client."""
        await asyncio.gather(*self._comparing.values())
        await self.renderings.drain()
        await self.sources.close()
        self.executor.shutdown()

    @asynccontextmanager
    async def picture(self, wanted: Wanted) -> AsyncIterator[Kept | Rendering]:
        """The picture: kept, or being made.

        One that was compared with its origin at most `fresh_seconds` ago is given as it is, and for
        `stale_seconds` after that while it is compared in the background. Raises what `Maker` does.
        """
        kept = self.cache.small(wanted.key) or await self.cache.get(wanted.key)
        if kept is not None and self._age(kept) <= self._usable_seconds:
            with closing(kept):
                is_fresh = self._age(kept) <= self.settings.fresh_seconds
                count("cache_hit" if is_fresh else "cache_stale", 1)
                if not is_fresh:
                    self._compare(wanted)
                yield kept
            return
        if kept is not None:
            kept.close()
        count("cache_miss", 1)
        async with self._rendering(wanted) as rendering:
            await rendering.begun()
            yield rendering

    @asynccontextmanager
    async def upload(self, content: Content, recipe: Recipe) -> AsyncIterator[Rendering]:
        """The one picture of a recipe, of bytes that nobody else has. Raises what `Maker` does."""
        make = partial(self.maker.from_upload, content, recipe)
        async with self.renderings.follow(None, make) as rendering:
            await rendering.begun()
            yield rendering

    @asynccontextmanager
    async def opened(self, reference: str) -> AsyncIterator[OpenedSource]:
        """A source. Raises what opening it raises."""
        async with self.sources.open(reference) as source:
            if isinstance(source, OpenedSource):
                yield source

    @asynccontextmanager
    async def content(self, reference: str) -> AsyncIterator[Content]:
        """The bytes of a source. Raises what opening it raises."""
        async with self.opened(reference) as source:
            with closing(Content(source.content)) as content:
                yield content

    def _rendering(self, wanted: Wanted) -> AbstractAsyncContextManager[Rendering]:
        make = partial(self.maker.from_source, wanted, self.cache)
        return self.renderings.follow(wanted.key, make)

    @property
    def _usable_seconds(self) -> float:
        return self.settings.fresh_seconds + self.settings.stale_seconds

    def _age(self, kept: Kept) -> float:
        return time.time() - kept.checked

    def _compare(self, wanted: Wanted) -> None:
        """Compare with the origin in the background, unless that is being done."""
        if wanted.key not in self._comparing:
            task = asyncio.create_task(self._make_in_background(wanted))
            self._comparing[wanted.key] = task
            task.add_done_callback(lambda _: self._comparing.pop(wanted.key, None))

    async def _make_in_background(self, wanted: Wanted) -> None:
        with suppress(Exception):  # what is kept goes on being given until it is too old
            async with self._rendering(wanted) as rendering:
                await rendering.completed()
