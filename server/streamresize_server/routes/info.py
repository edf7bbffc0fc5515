"""What a picture is."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from streamresize_server.routes import SERVICE, upload

routes = web.RouteTableDef()


@routes.get("/v1/info")
async def from_source(request: web.Request) -> web.Response:
    """The header of the picture at `path`."""
    service = request.app[SERVICE]
    async with (
        service.admission.ticket(),
        service.content(request.query["path"]) as content,
    ):
        return web.json_response(asdict(await service.maker.probe(content)))


@routes.post("/v1/info")
async def from_body(request: web.Request) -> web.Response:
    """The header of the picture in the body."""
    service = request.app[SERVICE]
    async with service.admission.ticket():
        return web.json_response(asdict(await service.maker.probe(upload(request))))
