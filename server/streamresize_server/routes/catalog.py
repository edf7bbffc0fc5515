"""The catalog: pictures by number, and what is near them."""

from __future__ import annotations

from base64 import b64decode
from contextlib import closing
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any

from aiohttp import hdrs, web

from streamresize import Size, StreamResizeError
from streamresize_server.absence import NotHere
from streamresize_server.content import Content
from streamresize_server.making import Wanted
from streamresize_server.matching import WORKING_BYTES
from streamresize_server.parameters import SOURCE, choice, integer, read, reference_of, text
from streamresize_server.prints import Printer
from streamresize_server.recipe import Recipe
from streamresize_server.routes import ANSWERER, CATALOG, SERVICE
from streamresize_server.routes.authorization import require_token
from streamresize_server.routes.contents import given_content
from streamresize_server.sources import SourceFailure

if TYPE_CHECKING:
    from streamresize.catalog import Catalog, Hit, Image
    from streamresize_server.catalogs import CatalogOfService
    from streamresize_server.names import Names

routes = web.RouteTableDef()

NUMBER = r"{number:[1-9]\d{0,17}}"  # of 64 bits
NEAR = ("phash", "phash256", "pdq", "symmetric", "trimmed")  # streamresize.catalog.HASHES
HASHES = ("phash", "phash256", "dhash", "average", "pdq", "symmetric", "trimmed")
MOST_SOURCES = 3  # that are tried for a picture
MOST_BITS = 8  # between pHashes of the same picture, differently reduced

OF_ADDING = (
    *SOURCE,
    text("name", "a label for an upload, instead of the name of its file", most=255),
)
OF_LISTING = (
    integer("after", "the number behind which to begin", 0, 2**31 - 1, 0),
    integer("limit", "pictures to give", 1, 500, 50),
)
OF_THUMBNAIL = (integer("side", "pixels of the longer side, at most", 16, 1024, 256),)
OF_NEAREST = (
    integer("k", "pictures to give", 1, 200, 20),
    choice("hash", "what to compare; the last two in all eight orientations", NEAR, "symmetric"),
)


def catalog_of(request: web.Request) -> CatalogOfService:
    """Raises NotHere."""
    catalog = request.app[CATALOG]
    if catalog is None:
        raise NotHere("this service has no catalog: name one by the setting catalog")
    return catalog


def number_of(request: web.Request) -> int:
    return int(request.match_info["number"])


def unknown(number: int) -> web.HTTPNotFound:
    return web.HTTPNotFound(reason=f"the catalog has no picture {number}")


def described(image: Image, names: Names) -> dict[str, Any]:
    """What is told of a picture wherever it is named."""
    size = {"width": image.width, "height": image.height}
    return {"number": image.id, **size, "sources": names.shown(image.paths)}


def facts_of(image: Image, names: Names) -> dict[str, Any]:
    """What is told of a picture of the catalog itself."""
    return {
        **described(image, names),
        "bytes": image.bytes,
        "added": f"{image.added.isoformat(timespec='seconds')}Z",
        "content_hash": image.content_hash.hex(),
    }


@routes.post("/v1/catalog")
async def add(request: web.Request) -> web.Response:
    """Add the picture in the body, or at `url` or `path`."""
    catalog, service = catalog_of(request), request.app[SERVICE]
    require_token(request)
    given = read(request, OF_ADDING)
    reference = reference_of(given)
    async with (
        service.admission.ticket() as ticket,
        given_content(request, reference) as (content, label),
    ):
        printed = await Printer(service).whole(ticket, content, least=WORKING_BYTES)
        number, new = await catalog.add(printed, reference, given["name"] or label)
    made = printed.print
    facts = {
        "number": number,
        "new": new,
        "width": made.fingerprint.width,
        "height": made.fingerprint.height,
        "phash": str(made.fingerprint),
        "warnings": made.warnings,
    }
    headers = {hdrs.LOCATION: f"/v1/catalog/{number}"}
    return web.json_response(facts, status=201 if new else 200, headers=headers)


@routes.get("/v1/catalog")
async def listing(request: web.Request) -> web.Response:
    """Pictures by number, some at a time."""
    catalog, given = catalog_of(request), read(request, OF_LISTING)

    def page(catalog: Catalog) -> tuple[list[Image], int]:
        numbers = list(islice(catalog.numbers(given["after"]), given["limit"]))
        return list(catalog.get_many(numbers).values()), catalog.count()

    images, total = await catalog.ask(page)
    more = images[-1].id if len(images) == given["limit"] else None
    pictures = [facts_of(image, catalog.names) for image in images]
    return web.json_response({"total": total, "pictures": pictures, "next": more})


@routes.get(f"/v1/catalog/{NUMBER}")
async def picture(request: web.Request) -> web.Response:
    """A picture's facts and hashes."""
    catalog, number = catalog_of(request), number_of(request)
    read(request, ())
    images, found = await catalog.ask(lambda c: (c.get_many([number]), c.hashes([number])))
    if number not in images or number not in found:
        raise unknown(number)
    hashes = {name: found[number][name].hex() for name in HASHES}
    quality = found[number]["pdq_quality"]
    facts = facts_of(images[number], catalog.names)
    return web.json_response({**facts, "hashes": hashes, "pdq_quality": quality})


@routes.delete(f"/v1/catalog/{NUMBER}")
async def remove(request: web.Request) -> web.Response:
    """Forget a picture; its files stay."""
    catalog, number = catalog_of(request), number_of(request)
    require_token(request)
    read(request, ())
    if not await catalog.ask(lambda c: c.remove([number])):
        raise unknown(number)
    return web.Response(status=204)


@routes.get(f"/v1/catalog/{NUMBER}/nearest")
async def nearest(request: web.Request) -> web.Response:
    """The pictures whose hashes are nearest to that of one, itself left out."""
    catalog, number = catalog_of(request), number_of(request)
    given = read(request, OF_NEAREST)

    def near(catalog: Catalog) -> list[tuple[Hit, Image]] | None:
        query = catalog.fingerprints([number]).get(number)
        if query is None:
            return None
        hits = catalog.nearest(query, given["k"] + 1, given["hash"])
        others = [hit for hit in hits if hit.image_id != number][: given["k"]]
        images = catalog.get_many(hit.image_id for hit in others)
        return [(hit, images[hit.image_id]) for hit in others if hit.image_id in images]

    found = await catalog.ask(near)
    if found is None:
        raise unknown(number)
    pictures = [
        {
            **described(image, catalog.names),
            "distance": hit.distance,
            "orientation": hit.orientation,
        }
        for hit, image in found
    ]
    return web.json_response({"number": number, "hash": given["hash"], "nearest": pictures})


@routes.get(f"/v1/catalog/{NUMBER}/thumbnail")
async def thumbnail(request: web.Request) -> web.StreamResponse:
    """A picture in small: from its source, or in gray where that is gone or shows another one."""
    catalog, number, service = catalog_of(request), number_of(request), request.app[SERVICE]
    side = read(request, OF_THUMBNAIL)["side"]
    recipe, answerer = Recipe((Size(side, side),)), request.app[ANSWERER]
    images, prints = await catalog.ask(lambda c: (c.get_many([number]), c.fingerprints([number])))
    if number not in images or number not in prints:
        raise unknown(number)
    for reference in catalog.names.references(images[number].paths)[:MOST_SOURCES]:
        try:
            async with service.picture(Wanted(reference, recipe)) as made:
                if made.facts and bits_between(made.facts.phash, prints[number].phash) <= MOST_BITS:
                    return await answerer.answer(request, made)
        except (SourceFailure, StreamResizeError):
            continue
    luma = BytesIO(b64decode(prints[number].to_dict()["luma"]))
    with closing(Content(luma)) as content:
        async with service.upload(content, recipe) as made:
            return await answerer.answer(request, made)


def bits_between(first: str, second: bytes) -> int:
    return (int(first, 16) ^ int.from_bytes(second, "big")).bit_count()
