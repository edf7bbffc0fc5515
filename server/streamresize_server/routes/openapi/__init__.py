"""The description of the service, OpenAPI 3.1, at /openapi.json."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from streamresize_server.routes.openapi.document import document

routes = web.RouteTableDef()

DOCUMENT: web.AppKey[dict[str, Any]] = web.AppKey("openapi")


@routes.get("/openapi.json")
async def openapi(request: web.Request) -> web.Response:
    """The description of those routes that the application has."""
    described = document(served(request.app))
    return web.json_response(described)


def served(app: web.Application) -> set[tuple[str, str]]:
    """(Path, method in small letters) of all routes; HEAD goes with GET."""
    return {
        (resource.canonical, route.method.lower())
        for resource in app.router.resources()
        for route in resource
        if route.method != "HEAD"
    }
