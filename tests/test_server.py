"""The HTTP service's application."""

from __future__ import annotations

from aiohttp import web
from streamresize_server import create_app


def test_the_application_is_empty() -> None:
    app = create_app()
    assert isinstance(app, web.Application)
    assert list(app.router.routes()) == []
