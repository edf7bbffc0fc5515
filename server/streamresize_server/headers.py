"""Headers that every answer has."""

from __future__ import annotations

from aiohttp import web

from streamresize_server.exchange import EXCHANGE, REQUEST_ID
from streamresize_server.readiness import READINESS

NOTHING = "default-src 'none'; frame-ancestors 'none'; sandbox"
OWN_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGE_TYPES = frozenset({"text/html"})


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """A signal for when an answer begins."""
    headers = response.headers
    headers["Server"] = "streamresize"
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    policy = OWN_PAGE if response.content_type in PAGE_TYPES else NOTHING
    headers.setdefault("Content-Security-Policy", policy)
    if request.app[READINESS].stopping:
        headers["Connection"] = "close"
        response.force_close()
    if exchange := EXCHANGE.get(None):
        exchange.begun = True
        headers[REQUEST_ID] = exchange.request_id
