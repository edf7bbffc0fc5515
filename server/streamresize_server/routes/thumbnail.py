"""One picture, or several, from a source named in the query or from the body of the request."""

from __future__ import annotations

from aiohttp import web

from streamresize_server import query
from streamresize_server.answers import Manner
from streamresize_server.bundles import bundle
from streamresize_server.making import Wanted
from streamresize_server.multipart import is_form
from streamresize_server.query import Query
from streamresize_server.recipe import Recipe
from streamresize_server.refusals import BadValue
from streamresize_server.routes import ANSWERER, SERVICE, negotiated
from streamresize_server.routes.contents import given_content, uploaded

routes = web.RouteTableDef()


@routes.get("/v1/thumbnail")
async def from_source(request: web.Request) -> web.StreamResponse:
    """The picture at `url` or `path`."""
    asked = query.parse(request.query.items())
    if asked.reference is None:
        raise BadValue("url", "missing, and so is path")
    recipe = negotiated(request, asked.recipe)
    if not recipe.is_single:
        return await _several(request, recipe, asked.reference)
    async with request.app[SERVICE].picture(Wanted(asked.reference, recipe)) as picture:
        return await request.app[ANSWERER].answer(request, picture, _manner(asked))


@routes.post("/v1/thumbnail")
async def from_body(request: web.Request) -> web.StreamResponse:
    """The picture in the body. The answer to a form begins when the form has ended."""
    asked = query.parse(request.query.items())
    if asked.reference is not None:
        raise BadValue("url", "cannot be had together with a body")
    recipe = negotiated(request, asked.recipe)
    if not recipe.is_single:
        return await _several(request, recipe, None)
    async with (
        uploaded(request) as upload,
        request.app[SERVICE].upload(upload.content, recipe) as picture,
    ):
        if is_form(request):
            await picture.completed()
            await upload.refuse_others()
        return await request.app[ANSWERER].answer(request, picture, _manner(asked))


async def _several(
    request: web.Request, recipe: Recipe, reference: str | None
) -> web.StreamResponse:
    """reference: None for the body."""
    service = request.app[SERVICE]
    async with service.admission.ticket() as ticket:
        async with given_content(request, reference) as (content, _):
            result = await service.maker.all_pictures(ticket, content, recipe)
        answer = await bundle(result, request.headers.get("Accept", ""))
        del result
        ticket.shrink(len(answer.body))
        return await request.app[ANSWERER].answer_bytes(request, answer.headers, answer.body)


def _manner(asked: Query) -> Manner:
    return Manner(negotiated=asked.recipe.negotiable)
