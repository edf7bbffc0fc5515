"""What can be asked for, one module for each group of routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from streamresize_server.answers import Answerer
from streamresize_server.imgproxy.presets import Presets
from streamresize_server.imgproxy.signature import Signatures
from streamresize_server.matching import Comparer
from streamresize_server.metrics import Load, Metrics
from streamresize_server.readiness import READINESS
from streamresize_server.recipe import Recipe
from streamresize_server.service import Service
from streamresize_server.settings import Settings
from streamresize_server.uploads import Bounds

if TYPE_CHECKING:
    from streamresize_server.catalogs import CatalogOfService

SETTINGS: web.AppKey[Settings] = web.AppKey("settings", Settings)
SERVICE: web.AppKey[Service] = web.AppKey("service", Service)
METRICS: web.AppKey[Metrics] = web.AppKey("metrics", Metrics)
SIGNATURES: web.AppKey[Signatures] = web.AppKey("signatures", Signatures)
PRESETS: web.AppKey[Presets] = web.AppKey("presets")
ANSWERER: web.AppKey[Answerer] = web.AppKey("answerer", Answerer)
COMPARER: web.AppKey[Comparer] = web.AppKey("comparer", Comparer)
CATALOG: web.AppKey[CatalogOfService | None] = web.AppKey("catalog")


def bounds(request: web.Request) -> Bounds:
    """Of uploads."""
    settings = request.app[SETTINGS]
    return Bounds(settings.upload_bytes, settings.upload_stall_seconds, settings.upload_rate)


def load(app: web.Application) -> Load:
    """How things stand in this process."""
    service = app[SERVICE]
    budget, cache = service.admission.budget, service.cache
    return Load(
        app[READINESS].count,
        service.admission.queued,
        budget.total,
        budget.total - budget.free,
        cache.memory_bytes,
        cache.file_bytes,
    )


def negotiated(request: web.Request, recipe: Recipe) -> Recipe:
    """With the format that the client likes best where that was left to us."""
    accept = request.headers.get(hdrs.ACCEPT, "")
    return recipe.negotiated(accept, request.app[SETTINGS].negotiate)
