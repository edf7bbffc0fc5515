"""Headers that every answer has."""

from __future__ import annotations

from aiohttp import web

from streamresize_server.exchange import EXCHANGE, REQUEST_ID
from streamresize_server.readiness import READINESS
from streamresize_server.stages import Stages

NOTHING = "default-src 'none'; frame-ancestors 'none'; sandbox"
COUNTED = {"bytes_read": "X-Bytes-Read", "memory_bytes": "X-Memory-Estimate"}


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """A signal for when an answer begins."""
    headers = response.headers
    headers["Server"] = "streamresize"
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("Content-Security-Policy", NOTHING)
    if request.app[READINESS].stopping:
        headers["Connection"] = "close"
        response.force_close()
    if exchange := EXCHANGE.get(None):
        exchange.begun = True
        headers[REQUEST_ID] = exchange.request_id
        headers.update(measured(exchange.stages))


def measured(stages: Stages) -> dict[str, str]:
    """What the work has taken so far: milliseconds by stage (W3C Server Timing), and bytes."""
    told = {
        name: str(stages.counts[count]) for count, name in COUNTED.items() if stages.counts[count]
    }
    spans = [f"{stage};dur={1000 * span.seconds:.1f}" for stage, span in stages.spans.items()]
    return {**told, **({"Server-Timing": ", ".join(spans)} if spans else {})}
