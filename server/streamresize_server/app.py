"""The aiohttp application: what belongs together is put together here."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from streamresize_server import problems
from streamresize_server.routes import SERVICE, health, info, thumbnail
from streamresize_server.service import Service
from streamresize_server.settings import Settings


def create_app(settings: Settings) -> web.Application:
    """The application. Run with `handler_cancellation`: clients that leave then stop the work."""
    app = web.Application(middlewares=[problems.answer_problems])
    app[SERVICE] = Service(settings)
    app.cleanup_ctx.append(_closed_service)
    for module in (thumbnail, info, health):
        app.add_routes(module.routes)
    return app


async def _closed_service(app: web.Application) -> AsyncIterator[None]:
    yield
    app[SERVICE].close()
