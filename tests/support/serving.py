"""The service on a free port of this machine, for as long as a test talks to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from io import BytesIO
from threading import Event, Thread
from typing import Any, NamedTuple, TypeVar

import aiohttp
from aiohttp import web

from streamresize_server import Settings, create_app
from streamresize_server.routes import SERVICE
from streamresize_server.service import Service
from streamresize_server.serving import runner_of

PATIENCE = 10.0

Outcome = TypeVar("Outcome")


class Served(NamedTuple):
    """client: one whose relative URLs go to the service."""

    client: aiohttp.ClientSession
    service: Service
    port: int

    @property
    def held(self) -> dict[str, int]:
        """What requests have, zeros when there are none."""
        admission = self.service.admission
        return {
            "queued": admission.queued,
            "bytes": admission.budget.total - admission.budget.free,
            "waiting": admission.budget.waiting,
            "renderings": len(self.service.renderings),
        }

    async def rests(self) -> None:
        """Nothing is held by requests that are over."""
        for _ in range(round(PATIENCE / 0.01)):
            if not any(self.held.values()):
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"still held: {self.held}")


@asynccontextmanager
async def serving(
    settings: Settings, routes: Iterable[web.AbstractRouteDef] = ()
) -> AsyncIterator[Served]:
    """The service, and a client for it. routes: of a test's own."""
    app = create_app(settings)
    app.add_routes(routes)
    runner = runner_of(app, settings)
    try:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        _, port = runner.addresses[0][:2]
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client:
            yield Served(client, app[SERVICE], port)
    finally:
        await runner.cleanup()


@contextmanager
def in_thread(settings: Settings) -> Iterator[str]:
    """The service beside a test that does not run in an event loop: its address."""
    loop, started, stop = asyncio.new_event_loop(), Event(), asyncio.Event()
    ports: list[int] = []

    async def serve() -> None:
        async with serving(settings) as served:
            ports.append(served.port)
            started.set()
            await stop.wait()

    thread = Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert started.wait(PATIENCE)
        yield f"http://127.0.0.1:{ports[0]}"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def talk(
    conversation: Callable[[aiohttp.ClientSession], Awaitable[Outcome]],
    routes: Iterable[web.AbstractRouteDef] = (),
    **settings: Any,
) -> Outcome:
    """What a conversation with the service gives."""

    async def run() -> Outcome:
        async with serving(Settings(**settings), routes) as served:
            outcome = await conversation(served.client)
            await served.rests()
            return outcome

    return asyncio.run(run())


def form(*files: bytes, **fields: str) -> aiohttp.FormData:
    """A body of files, named a, b and so on."""
    data = aiohttp.FormData(fields)
    for name, file in zip("abcdef", files):
        data.add_field(name, BytesIO(file), filename=f"{name}.jpg")
    return data


class Answer(NamedTuple):
    """All of an answer."""

    status: int
    content_type: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def is_problem(self, status: int) -> bool:
        """An error of that status as the service tells it."""
        return (
            (self.status, self.content_type) == (status, "application/problem+json")
            and self.json()["status"] == status
            and bool(self.json()["title"])
        )


async def answer_of(client: aiohttp.ClientSession, method: str, url: str, **options: Any) -> Answer:
    async with client.request(method, url, **options) as answer:
        body = await answer.read()
        return Answer(answer.status, answer.content_type, answer.headers, body)


def ask(
    method: str, url: str, **options: Any
) -> Callable[[aiohttp.ClientSession], Awaitable[Answer]]:
    """A conversation of one request, for `talk`."""
    return lambda client: answer_of(client, method, url, **options)
