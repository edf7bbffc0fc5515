"""For Prometheus."""

from __future__ import annotations

from aiohttp import web

from streamresize_server.routes import METRICS

routes = web.RouteTableDef()


@routes.get("/metrics")
async def metrics(request: web.Request) -> web.Response:
    """Of all processes."""
    text = request.app[METRICS].text()
    return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4"})
