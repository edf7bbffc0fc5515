"""Pictures by imgproxy's URLs: every path that no other route has."""

from __future__ import annotations

from contextlib import closing

from aiohttp import web

from streamresize_server.answers import Manner
from streamresize_server.content import Content
from streamresize_server.imgproxy.grammar import parse
from streamresize_server.making import Wanted
from streamresize_server.routes import ANSWERER, PRESETS, SERVICE, SETTINGS, SIGNATURES, negotiated

routes = web.RouteTableDef()


@routes.get(r"/{path:(?!v1/)[^/]+/.+}")
async def from_source(request: web.Request) -> web.StreamResponse:
    """The picture, or with `raw` the source itself."""
    path, _, query = request.raw_path.partition("?")
    if query:
        raise web.HTTPNotFound(reason="these URLs have no query; percent-encode it in the source")
    only_presets = request.app[SETTINGS].only_presets
    asked = parse(path, request.app[SIGNATURES], request.app[PRESETS], only_presets=only_presets)
    if asked.raw:
        return await _raw(request, asked.source)
    recipe = negotiated(request, asked.recipe)
    async with request.app[SERVICE].picture(Wanted(asked.source, recipe)) as picture:
        manner = Manner(asked.filename or "", asked.recipe.negotiable)
        return await request.app[ANSWERER].answer(request, picture, manner)


async def _raw(request: web.Request, reference: str) -> web.StreamResponse:
    service = request.app[SERVICE]
    async with service.admission.ticket() as ticket, service.opened(reference) as source:
        with closing(Content(source.content)) as content:
            info = await service.maker.probe(ticket, content)
            return await request.app[ANSWERER].answer_raw(request, info, source, content)
