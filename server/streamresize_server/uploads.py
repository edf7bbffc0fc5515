"""Bodies of requests, as they arrive, within bounds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

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


async def body_of(
    request: web.Request, *, most: int, stall: float, rate: float
) -> AsyncIterator[bytes]:
    """The chunks of a body. stall: seconds between two. rate: bytes a second that are too few.

    Raises UploadTooLarge, UploadTooSlow, UploadDamaged.
    """
    if (request.content_length or 0) > most:
        raise UploadTooLarge(most)
    size, waited = 0, 0.0
    while True:
        start = time.monotonic()
        try:
            async with timeout(stall):
                chunk = await request.content.readany()
        except asyncio.TimeoutError:
            raise UploadTooSlow(f"no bytes for {stall:g} seconds") from None
        except web.RequestPayloadError as error:
            raise UploadDamaged("the body is not framed or packed as its headers say") from error
        waited += time.monotonic() - start
        size += len(chunk)
        if not chunk:
            return
        if size > most:
            raise UploadTooLarge(most)
        if waited > PATIENCE_SECONDS and size < rate * waited:
            raise UploadTooSlow(f"less than {rate:g} bytes a second")
        yield chunk
