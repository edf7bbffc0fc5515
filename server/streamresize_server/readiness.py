"""Whether new requests are welcome."""

from __future__ import annotations

from aiohttp import web


class Readiness:
    """stopping: what runs is finished, and nothing new begun."""

    stopping = False


READINESS: web.AppKey[Readiness] = web.AppKey("readiness", Readiness)
