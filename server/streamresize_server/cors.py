"""Whose pages may use the service (Fetch standard, "CORS protocol")."""

from __future__ import annotations

from aiohttp import web

from streamresize_server.handlers import Handler
from streamresize_server.routes import SETTINGS

ANY = "*"
ASKED_METHOD = "Access-Control-Request-Method"
EXPOSED = (
    "ETag, X-Image-Phash, X-Image-Size, X-Request-Id, X-Bytes-Read, X-Memory-Estimate,"
    " Server-Timing, Retry-After"
)
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match, X-Request-Id",
    "Access-Control-Max-Age": "7200",
}


@web.middleware
async def answer_preflights(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Where any origin is allowed at all."""
    if request.method != "OPTIONS" or ASKED_METHOD not in request.headers:
        return await handler(request)
    if not request.app[SETTINGS].cors_origins:
        return await handler(request)
    return web.Response(status=204, headers=PREFLIGHT)


async def allow_origin(request: web.Request, response: web.StreamResponse) -> None:
    """A signal for when an answer begins."""
    allowed = request.app[SETTINGS].cors_origins
    if not allowed:
        return
    origin = request.headers.get("Origin")
    if ANY in allowed:
        response.headers["Access-Control-Allow-Origin"] = ANY
    else:
        vary = [name for name in (response.headers.get("Vary"), "Origin") if name]
        response.headers["Vary"] = ", ".join(vary)
        if origin not in allowed:
            return
        response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = EXPOSED
