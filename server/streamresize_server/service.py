"""From a recipe and a source to pictures, within the budget of memory."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from streamresize import (
    FORMATS,
    AsyncStream,
    ImageInfo,
    OutputImage,
    PassOptions,
    Result,
    Size,
    aprocess,
    astream,
    estimate_memory,
)
from streamresize_server.admission import Admission, Ticket
from streamresize_server.content import Content
from streamresize_server.recipe import Plan, Recipe
from streamresize_server.settings import Settings
from streamresize_server.sources import Sources

SENDING_BYTES = 1 << 18  # chunks of an answer on their way to the client


@dataclass(frozen=True, slots=True)
class Rendition:
    """One picture, made. result: of the pass that made it."""

    body: bytes
    image: OutputImage
    result: Result

    @property
    def media_type(self) -> str:
        return FORMATS[self.image.format].mime


class Making:
    """One picture in the making."""

    def __init__(self, info: ImageInfo, size: Size, stream: AsyncStream) -> None:
        self.info = info
        self.format = size.format
        self.stream = stream
        self._first = b""

    @property
    def media_type(self) -> str:
        """Of what comes in chunks, which "auto" makes a JPEG."""
        return FORMATS["jpeg" if self.format == "auto" else self.format].mime

    async def whole(self) -> Rendition | None:
        """The picture, or None where it comes in chunks because it is large."""
        self._first = await anext(self.stream)
        if not self.stream.done:
            return None
        pieces = [self._first, *[piece async for piece in self.stream]]
        result = self.stream.result
        return Rendition(b"".join(pieces), result.images[0], result)

    async def chunks(self) -> AsyncIterator[bytes]:
        """All of the file, where `whole` gave None. Afterwards the stream has the result."""
        yield self._first
        async for piece in self.stream:
            yield piece


class Service:
    """What all requests share."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.sources = Sources(settings.roots)
        self.admission = Admission(
            settings.memory_budget,
            opened=settings.opened,
            queued=settings.queued,
            seconds=settings.queue_seconds,
        )
        self.executor = ThreadPoolExecutor(
            settings.threads or os.cpu_count(), thread_name_prefix="decode"
        )

    def close(self) -> None:
        """Wait for the threads."""
        self.executor.shutdown()

    async def probe(self, content: Content) -> ImageInfo:
        """Raises what `streamresize.probe` raises."""
        return await content.probe(self.settings.limits, self.executor)

    @asynccontextmanager
    async def making(
        self, ticket: Ticket, recipe: Recipe, content: Content
    ) -> AsyncIterator[Making]:
        """Make the one picture of a recipe, and its fingerprint.

        Raises Busy, TooLargeForBudget, ValueError where the recipe does not suit the picture, and
        what `streamresize.process` raises.
        """
        info, plan = await self._planned(recipe, content)
        (size,) = plan.sizes
        await ticket.reserve(
            SENDING_BYTES
            + estimate_memory(info, plan.sizes, fingerprint=True, kept=False, **plan.options)
        )
        stream = astream(
            content.again(), size, fingerprint=True, executor=self.executor, **plan.options
        )
        async with aclosing(stream):
            yield Making(info, size, stream)

    async def make_all(self, ticket: Ticket, recipe: Recipe, content: Content) -> Result:
        """All pictures of a recipe, and the fingerprint; raises as `making` does."""
        info, plan = await self._planned(recipe, content)
        await ticket.reserve(estimate_memory(info, plan.sizes, fingerprint=True, **plan.options))
        return await aprocess(
            content.again(), plan.sizes, fingerprint=True, executor=self.executor, **plan.options
        )

    async def _planned(self, recipe: Recipe, content: Content) -> tuple[ImageInfo, Plan]:
        info = await self.probe(content)
        plan = recipe.plan(info)
        options: PassOptions = {"threads": 1, **plan.options, "limits": self.settings.limits}
        return info, plan._replace(options=options)
