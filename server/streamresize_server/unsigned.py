"""Whether a request that is not signed is served."""

from __future__ import annotations

from aiohttp import web

from streamresize_server.handlers import Handler
from streamresize_server.routes import SETTINGS
from streamresize_server.tokens import has_token

UNSIGNED = "/v1/"  # what begins so has no signature


@web.middleware
async def refuse_unsigned(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Where only signed URLs are served, /v1/ is for those who have the token."""
    settings = request.app[SETTINGS]
    is_open = settings.unsigned or not request.path.startswith(UNSIGNED)
    if is_open or has_token(request, settings):
        return await handler(request)
    raise web.HTTPForbidden(reason="signed URLs only, or a token (settings allow_unsigned, token)")
