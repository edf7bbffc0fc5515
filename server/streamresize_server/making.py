"""Pictures made from sources and uploads, within the budget of memory."""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from concurrent.futures import Executor
from contextlib import aclosing, closing, nullcontext
from functools import cached_property
from typing import TypeVar

from streamresize import (
    ImageInfo,
    Limits,
    PassOptions,
    Result,
    aprocess,
    astream,
    estimate_memory,
)
from streamresize_server.admission import Ticket
from streamresize_server.cache import Cache, key_of
from streamresize_server.content import Content
from streamresize_server.facts import Validators, etag_of
from streamresize_server.policy import Policy
from streamresize_server.previews import with_preview
from streamresize_server.recipe import Plan, Recipe
from streamresize_server.renderings import Rendering
from streamresize_server.sources import OpenedSource, Sources
from streamresize_server.spool import MEMORY_BYTES
from streamresize_server.stages import (
    DECODE,
    DOWNLOAD,
    ENCODE,
    count,
    entering,
    measure,
    move,
    waiting,
)
from streamresize_server.timeouts import within

log = logging.getLogger(__name__)

Outcome = TypeVar("Outcome")

SENDING_BYTES = MEMORY_BYTES + (1 << 18)  # a body that waits for clients, and a chunk on its way


class Wanted:
    """One picture of a source."""

    def __init__(self, reference: str, recipe: Recipe) -> None:
        self.reference = reference
        self.recipe = recipe

    @cached_property
    def key(self) -> str:
        """The same for what is the same."""
        return key_of(self.reference, self.recipe.canonical())

    def etag(self, source: Validators) -> str | None:
        """Of the picture of a source in a state; None where the state is not known."""
        if not any(source):
            return None
        return etag_of(repr((self.key, *source)).encode())


class Maker:
    """seconds: that making one picture may take."""

    def __init__(
        self,
        sources: Sources,
        limits: Limits,
        policy: Policy,
        executor: Executor,
        seconds: float,
    ) -> None:
        self._sources = sources
        self._limits = limits
        self._policy = policy
        self._executor = executor
        self._seconds = seconds

    async def probe(self, ticket: Ticket, content: Content) -> ImageInfo:
        """Raises what `Content.probe` raises."""
        return await content.probe(ticket, self._limits, self._executor)

    async def from_upload(
        self, content: Content, recipe: Recipe, ticket: Ticket, rendering: Rendering
    ) -> None:
        """Raises Busy, TooLargeForBudget, Overtime, and what the recipe and the library raise."""
        await self._in_time(self._render(ticket, content, recipe, rendering))

    async def from_source(
        self, wanted: Wanted, cache: Cache, ticket: Ticket, rendering: Rendering
    ) -> None:
        """The same from a source, unless what is kept of it is good still; it is kept.

        Also raises what opening the source raises.
        """
        if await self._in_time(self._make_or_reuse(wanted, cache, ticket, rendering)):
            ticket.shrink(rendering.spool.memory_bytes)
            await _keep(wanted.key, rendering, cache)

    async def all_pictures(self, ticket: Ticket, content: Content, recipe: Recipe) -> Result:
        """All pictures of a recipe, and the fingerprint; raises as `from_upload` does."""
        info, (sizes, options) = await self._planned(ticket, content, recipe)
        await reserve(ticket, estimate_memory(info, sizes, fingerprint=True, **options))
        work = aprocess(
            content.again(), sizes, fingerprint=True, executor=self._executor, **options
        )
        with measure(DECODE):
            result = await self._in_time(work)
        _count(result)
        return result

    async def _make_or_reuse(
        self, wanted: Wanted, cache: Cache, ticket: Ticket, rendering: Rendering
    ) -> bool:
        """True where the picture was made."""
        kept = await cache.get(wanted.key)
        with closing(kept) if kept else nullcontext():
            known = kept.facts.source if kept else Validators()
            async with entering(DOWNLOAD, self._sources.open(wanted.reference, known)) as source:
                if isinstance(source, OpenedSource):
                    rendering.source = source.validators
                    rendering.etag = wanted.etag(source.validators)
                    with closing(Content(source.content)) as content:
                        await self._render(ticket, content, wanted.recipe, rendering)
                    return True
            if kept is not None:
                await cache.confirm(wanted.key, kept)
                await rendering.reuse(kept)
        return False

    async def _render(
        self, ticket: Ticket, content: Content, recipe: Recipe, rendering: Rendering
    ) -> None:
        info, (sizes, options) = await self._planned(ticket, content, recipe)
        (size,) = sizes
        memory = estimate_memory(info, sizes, fingerprint=True, kept=False, **options)
        await reserve(ticket, SENDING_BYTES + memory)
        stream = astream(
            content.again(), size, fingerprint=True, executor=self._executor, **options
        )
        async with aclosing(stream):
            async for chunk in waiting(DECODE, stream):
                await rendering.spool.write(chunk)
                if not stream.done:
                    rendering.begin("jpeg" if size.format == "auto" else size.format)
        _count(stream.result)
        rendering.complete(stream.result)

    async def _planned(
        self, ticket: Ticket, content: Content, recipe: Recipe
    ) -> tuple[ImageInfo, Plan]:
        info = await self.probe(ticket, content)
        plan = self._policy.applied(info, recipe.plan(info), quality_asked=recipe.quality_asked)
        plan = with_preview(info, plan)
        options: PassOptions = {"threads": 1, **plan.options, "limits": self._limits}
        return info, plan._replace(options=options)

    async def _in_time(self, work: Awaitable[Outcome]) -> Outcome:
        async with within(self._seconds, "the picture was not made within"):
            return await work


async def reserve(ticket: Ticket, memory: int) -> None:
    """Wait for memory to work with, as `Ticket.reserve` does, and count it."""
    count("memory_bytes", memory)
    await ticket.reserve(memory)


def count_source(result: Result) -> None:
    """What a pass has read."""
    count("bytes_read", result.bytes_read)
    count("pixels", result.info.width * result.info.height)


def _count(result: Result) -> None:
    count_source(result)
    move(result.encode_seconds, DECODE, ENCODE)


async def _keep(key: str, rendering: Rendering, cache: Cache) -> None:
    """A cache without room loses nothing but time."""
    if rendering.facts is not None:
        try:
            await cache.put(key, rendering.facts, rendering.spool.follow(), rendering.spool.size)
        except OSError as error:
            log.warning("the cache cannot keep a result: %s", error.strerror)
