"""Servers that misbehave, names that resolve as told, and what a test leaves open."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeAlias

from aiohttp.abc import AbstractResolver, ResolveResult

LOOPBACK = ("127.0.0.0/8",)


class Connection:
    """A request's head, and what to answer it with, byte by byte."""

    def __init__(
        self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.head = head
        self._reader = reader
        self.path = head.split(" ")[1]
        self._writer = writer

    @property
    def headers(self) -> dict[str, str]:
        lines = self.head.split("\r\n")[1:]
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """headers: underscores become dashes; Content-Length is that of `body` unless given."""
        fields = {"Content_Length": str(len(body)), **headers}
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
        await self.send(f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + body)

    async def left(self) -> None:
        """Wait until the client closes the connection."""
        await self._reader.read()

    def reset(self) -> None:
        """Break the connection off."""
        self._writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"
        )
        self._writer.transport.abort()


Handler: TypeAlias = Callable[[Connection], Awaitable[None]]


class Origin:
    """`port`, the connections that were `asked`, how many bytes each handler could `send`."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._tasks: set[asyncio.Task[None]] = set()
        self.asked: list[Connection] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                while True:
                    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                    connection = Connection(head, reader, writer)
                    self.asked.append(connection)
                    await self._handler(connection)
        except asyncio.CancelledError:
            pass
        finally:
            self._tasks.discard(task)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def quiet(self) -> None:
        """Wait until no connection is served any more."""
        while self._tasks:
            await asyncio.sleep(0.01)


@asynccontextmanager
async def origin(handler: Handler, host: str = "127.0.0.1") -> AsyncGenerator[Origin, None]:
    """A server on a port of the loopback."""
    made = Origin(handler)
    server = await asyncio.start_server(made.serve, host, 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await made.stop()
        await server.wait_closed()


class FakeResolver(AbstractResolver):
    """Each look-up of a name takes the next of its answers; the last one stays."""

    def __init__(self, names: Mapping[str, list[list[str]]]) -> None:
        self._answers = {name: list(answers) for name, answers in names.items()}
        self.lookups: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        self.lookups.append(host)
        if host not in self._answers:
            raise OSError(None, "no such name at 10.0.0.53")
        answers = self._answers[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        pass


def open_files() -> list[str]:
    """What the descriptors of this process stand for."""
    gc.collect()
    names = []
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            names.append(str(entry.readlink()))
    return names


def words(table: str) -> list[str]:
    """Of a table that takes less room as one text."""
    return table.split()
