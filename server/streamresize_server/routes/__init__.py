"""What can be asked for, one module for each group of routes."""

from __future__ import annotations

from aiohttp import web

from streamresize_server.answers import Answerer
from streamresize_server.content import Content
from streamresize_server.metrics import Metrics
from streamresize_server.service import Service
from streamresize_server.settings import Settings
from streamresize_server.uploads import body_of

SETTINGS: web.AppKey[Settings] = web.AppKey("settings", Settings)
SERVICE: web.AppKey[Service] = web.AppKey("service", Service)
METRICS: web.AppKey[Metrics] = web.AppKey("metrics", Metrics)
ANSWERER: web.AppKey[Answerer] = web.AppKey("answerer", Answerer)


def upload(request: web.Request) -> Content:
    """The body of a request, within the bounds of the settings."""
    settings = request.app[SETTINGS]
    return Content(
        body_of(
            request,
            most=settings.upload_bytes,
            stall=settings.upload_stall_seconds,
            rate=settings.upload_rate,
        )
    )
