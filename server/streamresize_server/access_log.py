"""A line for each request, without what is secret in it."""

from __future__ import annotations

import re

from aiohttp import web

from streamresize_server.exchange import Exchange
from streamresize_server.logs import ACCESS

HIDDEN = "-"
CLIENT_LEFT = 499  # as nginx has it


_QUERY_OR_USER = re.compile(r"(?:\?|%3f|#|%23).*|(?<=//)[^/]*@|(?<=%2f%2f)[^/]*(?:@|%40)", re.I)


def log_access(
    request: web.Request, exchange: Exchange, *, status: int, sent: int, seconds: float
) -> None:
    """status: 499 for a client that left."""
    stages = exchange.stages
    facts = {
        "id": exchange.request_id,
        "method": request.method,
        "path": shown_path(request),
        "status": status,
        "bytes": sent,
        "ms": round(1000 * seconds, 1),
        **{f"{name}_ms": round(1000 * span.seconds, 1) for name, span in stages.spans.items()},
        **stages.counts,
    }
    if request.remote:
        facts["client"] = request.remote
    ACCESS.info("request", extra={"facts": facts})


def shown_path(request: web.Request) -> str:
    """Path and query; signatures, users, and the queries of sources are left out.

    They may be what gives access to the source. One that is written as base64 is left out whole.
    """
    path = request.rel_url.raw_path
    if request.path.startswith("/v1/") or path.count("/") < 2:
        query = "&".join(
            f"{name}={without_secrets(value) if name in ('url', 'path') else value}"
            for name, value in request.query.items()
        )
        return f"{path}?{query}" if query else path
    _, _, rest = path[1:].partition("/")
    options, plain, source = f"/{rest}".partition("/plain/")
    if plain:
        return f"/{HIDDEN}{options}{plain}{without_secrets(source)}"
    kept = [part for part in rest.split("/") if ":" in part]
    return "/".join(["", HIDDEN, *kept, HIDDEN])


def without_secrets(reference: str) -> str:
    """A URL, percent-encoded or not, without user and query."""
    return _QUERY_OR_USER.sub("", reference)
