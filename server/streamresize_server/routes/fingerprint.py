"""Fingerprints of pictures."""

from __future__ import annotations

from aiohttp import web

from streamresize_server.parameters import SOURCE, flag, read, reference_of
from streamresize_server.prints import Printer
from streamresize_server.routes import SERVICE
from streamresize_server.routes.contents import given_content

routes = web.RouteTableDef()

PARAMETERS = (
    *SOURCE,
    flag("exact", "hash every pixel: the bits that imagehash and PDQ give"),
    flag("luma", "include the small gray picture that is kept for verification"),
)


@routes.get("/v1/fingerprint")
@routes.post("/v1/fingerprint")
async def fingerprint(request: web.Request) -> web.Response:
    """The fingerprint of the picture in the body, or at `url` or `path`."""
    given, service = read(request, PARAMETERS), request.app[SERVICE]
    async with (
        service.admission.ticket() as ticket,
        given_content(request, reference_of(given)) as (content, _),
    ):
        made = await Printer(service).fingerprint(ticket, content, exact=given["exact"])
    facts = made.fingerprint.to_dict()
    if not given["luma"]:
        del facts["luma"]
    orientation = made.info.orientation
    return web.json_response({**facts, "orientation": orientation, "warnings": made.warnings})
