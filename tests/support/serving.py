"""The service on a free port of this machine, for as long as a test talks to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import aiohttp
from aiohttp import web

from streamresize_server import Settings, create_app

Outcome = TypeVar("Outcome")


@asynccontextmanager
async def serving(
    settings: Settings, routes: Iterable[web.AbstractRouteDef] = ()
) -> AsyncIterator[aiohttp.ClientSession]:
    """A client whose relative URLs go to the service. routes: of a test's own."""
    app = create_app(settings)
    app.add_routes(routes)
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        _, port = runner.addresses[0][:2]
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client:
            yield client
    finally:
        await runner.cleanup()


def talk(
    conversation: Callable[[aiohttp.ClientSession], Awaitable[Outcome]],
    routes: Iterable[web.AbstractRouteDef] = (),
    **settings: Any,
) -> Outcome:
    """What a conversation with the service gives."""

    async def run() -> Outcome:
        async with serving(Settings(**settings), routes) as client:
            return await conversation(client)

    return asyncio.run(run())
