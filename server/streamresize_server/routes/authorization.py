"""Who may change the catalog."""

from __future__ import annotations

from aiohttp import hdrs, web

from streamresize_server.routes import SETTINGS
from streamresize_server.tokens import has_token


def require_token(request: web.Request) -> None:
    """Raises HTTPForbidden where nobody may change the catalog, HTTPUnauthorized (RFC 6750)."""
    settings = request.app[SETTINGS]
    if settings.token is None:
        raise web.HTTPForbidden(reason="the catalog is read-only: the setting token is not set")
    if not has_token(request, settings):
        raise web.HTTPUnauthorized(
            reason="give the token: Authorization: Bearer ...",
            headers={hdrs.WWW_AUTHENTICATE: "Bearer"},
        )
