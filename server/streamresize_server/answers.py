"""Pictures as answers, in one piece or as they are made."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from aiohttp import web

from streamresize_server.admission import Ticket
from streamresize_server.service import Making, Rendition


async def answer(
    request: web.Request, ticket: Ticket, opening: AbstractAsyncContextManager[Making]
) -> web.StreamResponse:
    """Answer with a picture.

    Before a whole one is sent, its source is closed and memory given back: clients may be slow.
    """
    async with opening as making:
        rendition = await making.whole()
        if rendition is None:
            return await _send_chunks(request, making)
    ticket.shrink(len(rendition.body))
    return await _send_whole(request, rendition)


async def _send_whole(request: web.Request, rendition: Rendition) -> web.Response:
    image, fingerprint = rendition.image, rendition.result.fingerprint
    response = web.Response(
        body=rendition.body,
        content_type=rendition.media_type,
        headers={
            "X-Image-Size": f"{image.width}x{image.height}",
            "X-Image-Phash": str(fingerprint),
        },
    )
    await response.prepare(request)
    await response.write_eof()
    return response


async def _send_chunks(request: web.Request, making: Making) -> web.StreamResponse:
    response = web.StreamResponse()
    response.content_type = making.media_type
    await response.prepare(request)
    async for chunk in making.chunks():
        await response.write(chunk)
    await response.write_eof()
    return response
