"""Bodies of requests, as they arrive, within bounds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import NamedTuple

from aiohttp import web

from streamresize_server.timeouts import timeout

PATIENCE_SECONDS = 10.0  # before the mean rate counts


class UploadTooLarge(Exception):
    """most: bytes that a body may have."""

    def __init__(self, most: int) -> None:
        super().__init__(f"the body is larger than {most} bytes (setting upload_bytes)")


class UploadTooSlow(Exception):
    """The client sends nothing, or hardly anything."""


class UploadDamaged(Exception):
    """The body is not framed or packed as its headers say."""


class Bounds(NamedTuple):
    """most: bytes of a body. stall: seconds between two chunks. rate: bytes a second, too few."""

    most: int
    stall: float
    rate: float


def body_of(request: web.Request, bounds: Bounds) -> AsyncIterator[bytes]:
    """The chunks of a body. Raises UploadTooLarge; taking them raises what `bounded` does."""
    if (request.content_length or 0) > bounds.most:
        raise UploadTooLarge(bounds.most)
    return bounded(request.content.readany, bounds)


async def bounded(
    read: Callable[[], Awaitable[bytes]], bounds: Bounds
) -> AsyncGenerator[bytes, None]:
    """What is read, until nothing comes. Raises UploadTooLarge, UploadTooSlow, UploadDamaged."""
    size, waited = 0, 0.0
    while True:
        start = time.monotonic()
        try:
            async with timeout(bounds.stall):
                chunk = await read()
        except asyncio.TimeoutError:
            raise UploadTooSlow(f"no bytes for {bounds.stall:g} seconds") from None
        except web.RequestPayloadError as error:
            raise UploadDamaged("the body is not framed or packed as its headers say") from error
        waited += time.monotonic() - start
        size += len(chunk)
        if not chunk:
            return
        if size > bounds.most:
            raise UploadTooLarge(bounds.most)
        if waited > PATIENCE_SECONDS and size < bounds.rate * waited:
            raise UploadTooSlow(f"less than {bounds.rate:g} bytes a second")
        yield chunk
