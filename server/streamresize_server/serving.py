"""One process of the service, from its socket to its end."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress
from signal import SIGINT, SIGTERM

from aiohttp import web

from streamresize_server.app import create_app
from streamresize_server.logs import LOGGER
from streamresize_server.readiness import READINESS, Readiness
from streamresize_server.settings import Settings

BACKLOG = 1024
INTERRUPTING_SECONDS = 0.5  # for requests that are not finished in time
TCP_USER_TIMEOUT = getattr(socket, "TCP_USER_TIMEOUT", None)  # of Linux


def listen(settings: Settings, *, shared: bool = False) -> socket.socket:
    """A socket that clients can connect to; shared: with other processes. Raises OSError."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.create_server(
        (settings.host, settings.port), family=family, backlog=BACKLOG, reuse_port=shared
    )
    if TCP_USER_TIMEOUT is not None:  # connections have it from here
        milliseconds = int(1000 * settings.client_seconds)
        listening.setsockopt(socket.IPPROTO_TCP, TCP_USER_TIMEOUT, milliseconds)
    return listening


def run(settings: Settings, listening: socket.socket, parent: int | None = None) -> None:
    """Serve until SIGTERM or SIGINT, and finish what runs then.

    parent: a file descriptor that becomes readable when there is nobody to serve for any more.
    """
    asyncio.run(_serve(settings, listening, parent))


async def _serve(settings: Settings, listening: socket.socket, parent: int | None) -> None:
    app = create_app(settings)
    runner = runner_of(app, settings)
    await runner.setup()
    try:
        stop = _stop_event(parent)
        site = web.SockSite(runner, listening)
        await site.start()
        LOGGER.info("listening on %s", address_of(listening), extra={"facts": {"pid": os.getpid()}})
        await stop.wait()
        LOGGER.info("stopping", extra={"facts": {"pid": os.getpid()}})
        await _finish(app[READINESS], site, settings.stop_seconds)
    finally:
        await runner.cleanup()


async def _finish(readiness: Readiness, site: web.BaseSite, seconds: float) -> None:
    """Take no more connections, and wait for what runs.

    Before aiohttp's own clean-up, which takes nothing more of bodies that are arriving.
    """
    readiness.stopping = True
    for _ in range(2):  # turns of the loop, in which connections that wait are taken
        await asyncio.sleep(0)
    await site.stop()
    with suppress(asyncio.TimeoutError):
        await asyncio.wait_for(readiness.idle(), seconds)


def runner_of(app: web.Application, settings: Settings) -> web.AppRunner:
    """What serves the application on any number of sockets."""
    return web.AppRunner(
        app,
        handler_cancellation=True,
        access_log=None,
        keepalive_timeout=settings.idle_seconds,
        shutdown_timeout=INTERRUPTING_SECONDS,
    )


def address_of(listening: socket.socket) -> str:
    """As a URL."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _stop_event(parent: int | None) -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal in (SIGTERM, SIGINT):
        loop.add_signal_handler(signal, stop.set)

    if parent is not None:
        loop.add_reader(parent, _parent_ended, loop, parent, stop)
    return stop


def _parent_ended(loop: asyncio.AbstractEventLoop, parent: int, stop: asyncio.Event) -> None:
    loop.remove_reader(parent)
    stop.set()
