"""The aiohttp application: what belongs together is put together here."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from streamresize_server import problems
from streamresize_server.answers import Answerer
from streamresize_server.routes import ANSWERER, SERVICE, SETTINGS, health, info, thumbnail
from streamresize_server.service import Service
from streamresize_server.settings import Settings


def create_app(settings: Settings) -> web.Application:
    """The application. Run with `handler_cancellation`: clients that leave then stop the work."""
    app = web.Application(middlewares=[problems.answer_problems])
    app[SETTINGS] = settings
    app[ANSWERER] = Answerer(settings.cache_control, settings.client_seconds)
    app.cleanup_ctx.append(_service)
    for module in (thumbnail, info, health):
        app.add_routes(module.routes)
    return app


async def _service(app: web.Application) -> AsyncIterator[None]:
    service = app[SERVICE] = Service(app[SETTINGS])
    yield
    await service.close()
