"""What can be asked for, one module for each group of routes."""

from __future__ import annotations

from aiohttp import web

from streamresize_server.service import Service

SERVICE: web.AppKey[Service] = web.AppKey("service", Service)
