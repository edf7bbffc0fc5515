"""What a picture is."""

from __future__ import annotations

from aiohttp import web

from streamresize_server.parameters import SOURCE, read, reference_of
from streamresize_server.routes import SERVICE
from streamresize_server.routes.contents import given_content

routes = web.RouteTableDef()

PARAMETERS = SOURCE


@routes.get("/v1/info")
@routes.post("/v1/info")
async def info(request: web.Request) -> web.Response:
    """The header of the picture in the body, or at `url` or `path`."""
    given, service = read(request, PARAMETERS), request.app[SERVICE]
    async with (
        service.admission.ticket() as ticket,
        given_content(request, reference_of(given)) as (content, _),
    ):
        return web.json_response((await service.maker.probe(ticket, content)).to_dict())
