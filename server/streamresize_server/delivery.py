"""Answers are sent within the time that a request may take."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from streamresize_server.exchange import EXCHANGE
from streamresize_server.handlers import Handler
from streamresize_server.problems import problem
from streamresize_server.routes import SETTINGS
from streamresize_server.stages import SEND, measure
from streamresize_server.timeouts import timeout


@web.middleware
async def deliver(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Send the answer; 503 where there is none in time. One that has begun is broken off."""
    seconds = request.app[SETTINGS].request_seconds
    try:
        async with timeout(seconds):
            return await _sent(request, await handler(request))
    except TimeoutError:
        if EXCHANGE.get().begun:
            EXCHANGE.get().break_off(HTTPStatus.SERVICE_UNAVAILABLE)
        detail = f"the request took longer than {seconds:g} s (setting request_seconds)"
        return await _sent(request, problem(HTTPStatus.SERVICE_UNAVAILABLE, detail))


async def _sent(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    if response.prepared:  # by the handler, which has also sent it
        await response.write_eof()
        return response
    with measure(SEND):
        await response.prepare(request)
        await response.write_eof()
    return response
