"""What a picture is."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from streamresize_server.content import Content
from streamresize_server.routes import SERVICE

routes = web.RouteTableDef()


@routes.get("/v1/info")
async def from_source(request: web.Request) -> web.Response:
    """The header of the picture at `path`."""
    service = request.app[SERVICE]
    async with (
        service.admission.ticket(),
        service.sources.open(request.query["path"]) as source,
    ):
        return web.json_response(asdict(await service.probe(Content(source.content))))


@routes.post("/v1/info")
async def from_body(request: web.Request) -> web.Response:
    """The header of the picture in the body."""
    service = request.app[SERVICE]
    async with service.admission.ticket():
        content = Content(request.content.iter_any())
        return web.json_response(asdict(await service.probe(content)))
