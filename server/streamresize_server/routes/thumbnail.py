"""One picture from a source named in the query, or from the body of the request."""

from __future__ import annotations

from aiohttp import web

from streamresize_server.making import Wanted
from streamresize_server.query import recipe_from_query
from streamresize_server.routes import ANSWERER, SERVICE, upload

routes = web.RouteTableDef()


@routes.get("/v1/thumbnail")
async def from_source(request: web.Request) -> web.StreamResponse:
    """The picture at `path`."""
    wanted = Wanted(request.query["path"], recipe_from_query(request.query))
    async with request.app[SERVICE].picture(wanted) as picture:
        return await request.app[ANSWERER].answer(request, picture)


@routes.post("/v1/thumbnail")
async def from_body(request: web.Request) -> web.StreamResponse:
    """The picture in the body."""
    recipe = recipe_from_query(request.query)
    async with request.app[SERVICE].upload(upload(request), recipe) as picture:
        return await request.app[ANSWERER].answer(request, picture)
