"""Every request is given an identity, measured, counted, traced and logged."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from aiohttp import web

from streamresize_server.access_log import CLIENT_LEFT, log_access
from streamresize_server.exchange import EXCHANGE, REQUEST_ID, Exchange, request_id
from streamresize_server.handlers import Handler
from streamresize_server.readiness import READINESS
from streamresize_server.routes import METRICS, load
from streamresize_server.stages import CURRENT
from streamresize_server.tracing import Tracing

TRACING: web.AppKey[Tracing] = web.AppKey("tracing", Tracing)
UNKNOWN = "unknown"
NOTING_SECONDS = 1.0
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})


class Observed:
    """A request from its first line to the end of its answer."""

    def __init__(self, request: web.Request) -> None:
        self.exchange = Exchange(request_id(request.headers.get(REQUEST_ID)))
        self._request = request
        self._began = time.time_ns()
        self._start = time.perf_counter()
        EXCHANGE.set(self.exchange)
        CURRENT.set(self.exchange.stages)

    def end(self, status: int, sent: int) -> None:
        """Tell everyone. sent: bytes of the answer."""
        request, stages = self._request, self.exchange.stages
        seconds = time.perf_counter() - self._start
        route = _route(request)
        method = request.method if request.method in METHODS else UNKNOWN
        request.app[METRICS].ended(
            route=route,
            method=method,
            status=status,
            seconds=seconds,
            sent=sent,
            stages=stages,
        )
        log_access(request, self.exchange, status=status, sent=sent, seconds=seconds)
        request.app[TRACING].record(
            f"{method} {route}",
            self._began,
            time.time_ns(),
            stages,
            request.headers,
            {
                "http.request.method": method,
                "http.route": route,
                "http.response.status_code": status,
                "request.id": self.exchange.request_id,
            },
        )


@web.middleware
async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The outermost middleware. 499 stands for a client that left before the end of its answer."""
    observed = Observed(request)
    status, sent = CLIENT_LEFT, 0
    try:
        with request.app[READINESS].running():
            response = await handler(request)
        status, sent = response.status, response.body_length
        return response
    except ConnectionError:
        status = observed.exchange.broken_off or CLIENT_LEFT
        if request.transport:
            request.transport.abort()
        raise asyncio.CancelledError from None  # aiohttp then forgets the connection
    finally:
        observed.end(status, sent)


async def note_load(app: web.Application) -> AsyncIterator[None]:
    """Keep the gauges up to date, which another process may tell."""

    async def note() -> None:
        while True:
            app[METRICS].note(load(app))
            await asyncio.sleep(NOTING_SECONDS)

    task = asyncio.create_task(note())
    yield
    task.cancel()


def _route(request: web.Request) -> str:
    """Of a bounded number of names."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else UNKNOWN
