"""Whether the service lives, and whether it wants requests."""

from __future__ import annotations

from aiohttp import web

from streamresize_server.readiness import READINESS

routes = web.RouteTableDef()


@routes.get("/health")
async def health(_: web.Request) -> web.Response:
    """The process answers."""
    return web.json_response({"status": "ok"})


@routes.get("/ready")
async def ready(request: web.Request) -> web.Response:
    """503 from the moment on that the service is asked to stop."""
    if request.app[READINESS].stopping:
        return web.json_response({"status": "stopping"}, status=503)
    return web.json_response({"status": "ready"})
