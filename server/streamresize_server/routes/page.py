"""The page for people, at /: files of the package, served as they are."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import PurePath
from typing import NamedTuple

from aiohttp import hdrs, web

from streamresize_server.answers import has_it
from streamresize_server.facts import etag_of
from streamresize_server.routes import SETTINGS

routes = web.RouteTableDef()

INDEX = "index.html"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


class Asset(NamedTuple):
    """A file of the page. etag: with its quotes."""

    body: bytes
    type: str
    etag: str


@cache
def assets() -> dict[str, Asset]:
    """All files of the page, by name."""
    return {
        file.name: _asset(file.read_bytes(), TYPES[PurePath(file.name).suffix])
        for file in (files("streamresize_server") / "page").iterdir()
    }


def _asset(body: bytes, type: str) -> Asset:
    return Asset(body, type, etag_of(body))


@routes.get("/page/settings.json")
async def settings(request: web.Request) -> web.Response:
    """What the page has to know of the service."""
    of_service = request.app[SETTINGS]
    facts = {
        "catalog": of_service.catalog is not None,
        "unsigned": of_service.unsigned,
        "upload_bytes": of_service.upload_bytes,
    }
    return web.json_response(facts, headers={hdrs.CACHE_CONTROL: "no-store"})


@routes.get("/")
@routes.get("/page/{name}")
async def asset(request: web.Request) -> web.Response:
    """A file of the page; browsers ask for it again and are told where they have it."""
    found = assets().get(request.match_info.get("name", INDEX))
    if found is None:
        raise web.HTTPNotFound
    headers = {
        hdrs.ETAG: found.etag,
        hdrs.CACHE_CONTROL: "no-cache",
        "Content-Security-Policy": POLICY,  # of a 304, too, whose headers replace those kept
    }
    if has_it(request, found.etag):
        return web.Response(status=304, headers=headers)
    return web.Response(body=found.body, content_type=found.type, charset="utf-8", headers=headers)
