"""The token of clients that may do more than others."""

from __future__ import annotations

import hmac

from aiohttp import web

from streamresize_server.settings import Settings


def has_token(request: web.Request, settings: Settings) -> bool:
    """The request carries the token of the settings, as `Authorization: Bearer ...`."""
    if settings.token is None:
        return False
    expected = f"Bearer {settings.token.get_secret_value()}".encode()
    given = request.headers.get("Authorization", "").encode(errors="surrogateescape")
    return hmac.compare_digest(given, expected)
