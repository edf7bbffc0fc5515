"""One picture from a source named in the query, or from the body of the request."""

from __future__ import annotations

from aiohttp import web

from streamresize_server import query
from streamresize_server.making import Wanted
from streamresize_server.refusals import BadValue
from streamresize_server.routes import ANSWERER, SERVICE, upload

routes = web.RouteTableDef()


@routes.get("/v1/thumbnail")
async def from_source(request: web.Request) -> web.StreamResponse:
    """The picture at `path`."""
    recipe, _, path = query.parse(request.query.items())
    if path is None:
        raise BadValue("path", "needed")
    async with request.app[SERVICE].picture(Wanted(path, recipe)) as picture:
        return await request.app[ANSWERER].answer(request, picture)


@routes.post("/v1/thumbnail")
async def from_body(request: web.Request) -> web.StreamResponse:
    """The picture in the body."""
    recipe = query.parse(request.query.items()).recipe
    async with request.app[SERVICE].upload(upload(request), recipe) as picture:
        return await request.app[ANSWERER].answer(request, picture)
