"""Which pictures show the same: in the catalog, or two of them. Every match has been verified."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, closing
from typing import TYPE_CHECKING, Any

from aiohttp import web

from streamresize_server.content import Content
from streamresize_server.matching import LEAST, STAGES, WORKING_BYTES
from streamresize_server.multipart import File, files_of, the_file
from streamresize_server.parameters import (
    SOURCE,
    anywhere,
    integer,
    read,
    reference_of,
    share,
    some,
    text,
)
from streamresize_server.prints import Print, Printer
from streamresize_server.refusals import BadValue
from streamresize_server.routes import COMPARER, SERVICE, SETTINGS, bounds
from streamresize_server.routes.catalog import catalog_of, described
from streamresize_server.routes.contents import given_content

if TYPE_CHECKING:
    from streamresize.matching import Affine, Match

routes = web.RouteTableDef()

TRANSPOSING = frozenset({5, 6, 7, 8})  # EXIF orientations that exchange width and height
CORNERS = ((0, 0), (1, 0), (1, 1), (0, 1))

Size = tuple[int, int]

OF_BOTH = (
    share("least", "the score from which two pictures show the same", LEAST),
    some("stages", "how to look for candidates", STAGES),
)
OF_MATCHING = (*SOURCE, integer("k", "pictures to give", 1, 100, 20), *OF_BOTH)
OF_COMPARING = (
    text("a", "URL or path of the first picture, instead of the body"),
    text("b", "URL or path of the second picture"),
    *OF_BOTH,
)


@routes.post("/v1/match")
async def match(request: web.Request) -> web.Response:
    """Pictures of the catalog that show what that in the body, or at `url` or `path`, does."""
    catalog, service = catalog_of(request), request.app[SERVICE]
    given = read(request, OF_MATCHING)
    async with (
        service.admission.ticket() as ticket,
        given_content(request, reference_of(given)) as (content, _),
    ):
        query = await Printer(service).fingerprint(ticket, content, least=WORKING_BYTES)
        ticket.shrink(WORKING_BYTES)
        found = await catalog.search(
            query.fingerprint,
            least=given["least"],
            stages=given["stages"],
            seconds=request.app[SETTINGS].match_seconds,
        )
    numbers = [hit.image_id for hit in found[: given["k"]]]
    images = await catalog.ask(lambda c: c.get_many(numbers))
    matches = [
        {**described(images[hit.image_id], catalog.names), **hit.to_dict()}
        for hit in found
        if hit.image_id in images
    ]
    size = {"width": query.fingerprint.width, "height": query.fingerprint.height}
    return web.json_response({"query": size, "stages": given["stages"], "matches": matches})


@routes.post("/v1/compare")
async def compare(request: web.Request) -> web.Response:
    """Whether two pictures, files of a form or at `a` and `b`, show the same, and where."""
    given = read(request, OF_COMPARING)
    a, b = await _both(request, given["a"], given["b"])
    comparer, service = request.app[COMPARER], request.app[SERVICE]
    async with service.admission.ticket() as ticket:
        await ticket.reserve(WORKING_BYTES)
        found = await comparer.compare(a, b, least=given["least"], stages=given["stages"])
    sizes = _upright(a), _upright(b)
    named = [{"width": width, "height": height} for width, height in sizes]
    facts = {"match": found is not None, "a": named[0], "b": named[1]}
    return web.json_response({**facts, **(_places(found, *sizes) if found else {})})


async def _both(request: web.Request, a: str | None, b: str | None) -> tuple[Print, Print]:
    """Raises BadValue."""
    if (a is None) != (b is None):
        raise BadValue("b" if b is None else "a", "missing")
    if a is not None and b is not None:
        opened = request.app[SERVICE].content
        of_a, of_b = opened(anywhere(a)), opened(anywhere(b))
        return await _print(request, of_a), await _print(request, of_b)
    async with aclosing(files_of(request, bounds(request))) as files:
        first = await _print(request, _next(files))
        second = await _print(request, _next(files))
        async for _ in files:
            raise BadValue("body", "two files are taken")
    return first, second


@asynccontextmanager
async def _next(files: AsyncIterator[File]) -> AsyncIterator[Content]:
    with closing(Content((await the_file(files)).chunks)) as content:
        yield content


async def _print(request: web.Request, opening: AbstractAsyncContextManager[Content]) -> Print:
    service = request.app[SERVICE]
    async with service.admission.ticket() as ticket, opening as content:
        return await Printer(service).fingerprint(ticket, content)


def _upright(made: Print) -> Size:
    """(width, height) as shown."""
    width, height = made.info.width, made.info.height
    return (height, width) if made.info.orientation in TRANSPOSING else (width, height)


def _places(match: Match, a: Size, b: Size) -> dict[str, Any]:
    """a, b: (width, height) of both."""
    to_b = match.relation.map
    return {
        **match.to_dict(),
        "a_in_b": _corners(to_b, a, b),
        "b_in_a": _corners(to_b.inverse(), b, a),
    }


def _corners(map: Affine, source: Size, target: Size) -> list[list[float]]:
    """Of one picture in the other, as parts of its sides; they may lie outside."""
    found = []
    for across, down in CORNERS:
        x, y = across * source[0], down * source[1]
        to_x, to_y = map.xx * x + map.xy * y + map.x0, map.yx * x + map.yy * y + map.y0
        found.append([to_x / target[0], to_y / target[1]])
    return found
