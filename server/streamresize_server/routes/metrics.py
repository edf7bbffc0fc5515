"""For Prometheus."""

from __future__ import annotations

from aiohttp import web

from streamresize_server.routes import METRICS, load

routes = web.RouteTableDef()


@routes.get("/metrics")
async def tell(request: web.Request) -> web.Response:
    """Of all processes."""
    metrics = request.app[METRICS]
    metrics.note(load(request.app))
    return web.Response(body=metrics.text(), headers={"Content-Type": "text/plain; version=0.0.4"})
