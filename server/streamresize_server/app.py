"""The aiohttp application."""

from __future__ import annotations

from aiohttp import web


def create_app() -> web.Application:
    """The application; it has no routes yet."""
    return web.Application()
