"""The aiohttp application: what belongs together is put together here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing

from aiohttp import web

from streamresize import StreamResizeError
from streamresize_server.answers import Answerer
from streamresize_server.cors import allow_origin, answer_preflights
from streamresize_server.delivery import deliver
from streamresize_server.fallback import FALLBACK, Fallback
from streamresize_server.headers import add_headers
from streamresize_server.imgproxy.presets import compile_presets
from streamresize_server.matching import Comparer
from streamresize_server.metrics import Metrics
from streamresize_server.observing import TRACING, note_load, observe
from streamresize_server.problems import answer_problems
from streamresize_server.readiness import READINESS, Readiness
from streamresize_server.routes import (
    ANSWERER,
    CATALOG,
    COMPARER,
    METRICS,
    PRESETS,
    SERVICE,
    SETTINGS,
    SIGNATURES,
    catalog,
    fingerprint,
    health,
    imgproxy,
    info,
    match,
    metrics,
    openapi,
    page,
    thumbnail,
)
from streamresize_server.service import Service
from streamresize_server.settings import Settings
from streamresize_server.tracing import tracing
from streamresize_server.unsigned import refuse_unsigned

# From the outermost to the innermost.
MIDDLEWARES = (observe, deliver, answer_problems, answer_preflights, refuse_unsigned)

# The last takes what the others leave.
MODULES = (
    thumbnail,
    info,
    fingerprint,
    match,
    catalog,
    health,
    metrics,
    openapi,
    page,
    imgproxy,
)


def create_app(settings: Settings) -> web.Application:
    """The application. Run with `handler_cancellation`: clients that leave then stop the work.

    Raises ValueError, OSError for settings that turn out to be of no use.
    """
    app = web.Application(middlewares=MIDDLEWARES)
    app[SETTINGS] = settings
    app[ANSWERER] = Answerer(settings.cache_control, settings.client_seconds)
    app[SIGNATURES] = settings.signatures
    app[PRESETS] = compile_presets(settings.presets)
    app[FALLBACK] = Fallback(settings.fallback_image, settings.fallback_status)
    app[READINESS] = Readiness()
    app.on_response_prepare.extend([add_headers, allow_origin])
    app.cleanup_ctx.extend([_service, _comparer, _catalog, _telling, note_load])
    for module in MODULES:
        app.add_routes(module.routes)
    return app


async def _service(app: web.Application) -> AsyncIterator[None]:
    service = app[SERVICE] = Service(app[SETTINGS])
    yield
    await service.close()


async def _telling(app: web.Application) -> AsyncIterator[None]:
    """In the process that serves, which may have been forked."""
    app[METRICS] = Metrics()
    traced = app[TRACING] = tracing()
    yield
    await asyncio.to_thread(traced.close)


async def _comparer(app: web.Application) -> AsyncIterator[None]:
    settings = app[SETTINGS]
    with closing(Comparer(settings.catalog_threads, settings.queued, settings.match_seconds)) as it:
        app[COMPARER] = it
        yield


async def _catalog(app: web.Application) -> AsyncIterator[None]:
    """Its packages take memory, and are imported only where there is one."""
    settings, app[CATALOG] = app[SETTINGS], None
    if settings.catalog is None:
        yield
        return
    try:
        from streamresize_server.catalogs import opened
    except ModuleNotFoundError as error:
        message = "the setting catalog takes pip install 'streamresize[catalog]'"
        raise StreamResizeError(message) from error

    where = settings.catalog.get_secret_value()
    with opened(where, settings, app[SERVICE].admission.budget) as app[CATALOG]:
        yield
