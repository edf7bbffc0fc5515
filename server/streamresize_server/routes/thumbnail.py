"""One picture from a source named in the query, or from the body of the request."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from streamresize_server.admission import Ticket
from streamresize_server.answers import answer
from streamresize_server.content import Content
from streamresize_server.query import recipe_from_query
from streamresize_server.recipe import Recipe
from streamresize_server.routes import SERVICE
from streamresize_server.service import Making, Service

routes = web.RouteTableDef()


@routes.get("/v1/thumbnail")
async def from_source(request: web.Request) -> web.StreamResponse:
    """The picture at `path`."""
    service = request.app[SERVICE]
    recipe = recipe_from_query(request.query)
    async with service.admission.ticket() as ticket:
        making = _from_source(service, ticket, recipe, request.query["path"])
        return await answer(request, ticket, making)


@asynccontextmanager
async def _from_source(
    service: Service, ticket: Ticket, recipe: Recipe, reference: str
) -> AsyncIterator[Making]:
    async with (
        service.sources.open(reference) as source,
        service.making(ticket, recipe, Content(source.content)) as making,
    ):
        yield making


@routes.post("/v1/thumbnail")
async def from_body(request: web.Request) -> web.StreamResponse:
    """The picture in the body."""
    service = request.app[SERVICE]
    recipe = recipe_from_query(request.query)
    content = Content(request.content.iter_any())
    async with service.admission.ticket() as ticket:
        return await answer(request, ticket, service.making(ticket, recipe, content))
