"""Whether the service lives."""

from __future__ import annotations

from aiohttp import web

routes = web.RouteTableDef()


@routes.get("/health")
async def health(_: web.Request) -> web.Response:
    """The process answers."""
    return web.json_response({"status": "ok"})
