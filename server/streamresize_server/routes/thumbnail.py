"""One picture, or several, from a source named in the query or from the body of the request."""

from __future__ import annotations

from aiohttp import web

from streamresize_server import query
from streamresize_server.answers import Manner
from streamresize_server.bundles import bundle
from streamresize_server.making import Wanted
from streamresize_server.refusals import BadValue
from streamresize_server.routes import ANSWERER, SERVICE, negotiated, upload

routes = web.RouteTableDef()


@routes.get("/v1/thumbnail")
async def from_source(request: web.Request) -> web.StreamResponse:
    """The picture at `url` or `path`."""
    asked = query.parse(request.query.items())
    if asked.reference is None:
        raise BadValue("url", "missing, and so is path")
    recipe, service = negotiated(request, asked.recipe), request.app[SERVICE]
    if recipe.is_single:
        async with service.picture(Wanted(asked.reference, recipe)) as picture:
            manner = Manner(negotiated=asked.recipe.negotiable)
            return await request.app[ANSWERER].answer(request, picture, manner)
    async with service.admission.ticket() as ticket:
        async with service.content(asked.reference) as content:
            result = await service.maker.all_pictures(ticket, content, recipe)
        return bundle(result, request.headers.get("Accept", ""))


@routes.post("/v1/thumbnail")
async def from_body(request: web.Request) -> web.StreamResponse:
    """The picture in the body."""
    asked = query.parse(request.query.items())
    if asked.reference is not None:
        raise BadValue("url", "cannot be had together with a body")
    recipe, service = negotiated(request, asked.recipe), request.app[SERVICE]
    if recipe.is_single:
        async with service.upload(upload(request), recipe) as picture:
            manner = Manner(negotiated=asked.recipe.negotiable)
            return await request.app[ANSWERER].answer(request, picture, manner)
    async with service.admission.ticket() as ticket:
        result = await service.maker.all_pictures(ticket, upload(request), recipe)
        return bundle(result, request.headers.get("Accept", ""))
