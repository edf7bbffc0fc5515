"""Requests as bytes over a bare connection: no client puts right what is wrong with them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

NONE = "no answer"
RECEIVE_BYTES = 4096  # of which the system makes twice as many


class Bare:
    """A connection to the service, whose receive buffer is small."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    def reset(self) -> None:
        """Leave without a word."""
        self._writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"
        )
        self._writer.transport.abort()

    async def outcome(self) -> str:
        """As `outcome_of`."""
        return await outcome_of(self.reader)


async def outcome_of(reader: asyncio.StreamReader) -> str:
    """The status of the next answer, followed by "cut" where its body is not whole."""
    try:
        status, fields = _head(await reader.readuntil(b"\r\n\r\n"))
    except (asyncio.IncompleteReadError, OSError):
        return NONE
    try:
        await _body(reader, fields)
    except (asyncio.IncompleteReadError, OSError):
        return f"{status} cut"
    return status


async def _body(reader: asyncio.StreamReader, fields: dict[str, str]) -> None:
    if "content-length" in fields:
        await reader.readexactly(int(fields["content-length"]))
        return
    while size := int(await reader.readuntil(b"\r\n"), 16):
        await reader.readexactly(size + 2)
    while await reader.readuntil(b"\r\n") != b"\r\n":
        pass


def _head(data: bytes) -> tuple[str, dict[str, str]]:
    first, *lines = data.decode("latin-1").rstrip().split("\r\n")
    fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return first.split(" ")[1], fields


async def _socket(port: int) -> socket.socket:
    bare = socket.socket()
    bare.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    bare.setblocking(False)
    await asyncio.get_running_loop().sock_connect(bare, ("127.0.0.1", port))
    return bare


async def dawdle(port: int, request: bytes, octets: int, seconds: float) -> str:
    """The outcome of a request whose client takes so many octets of the answer every 50 ms for
    some seconds from its first on, and then all that is left.
    """
    loop = asyncio.get_running_loop()
    bare = await _socket(port)
    await loop.sock_sendall(bare, request)
    reader = asyncio.StreamReader()
    reader.feed_data(await loop.sock_recv(bare, 1))
    for _ in range(round(seconds / 0.05)):
        await asyncio.sleep(0.05)
        with suppress(BlockingIOError):
            if octets:
                reader.feed_data(bare.recv(octets))
    protocol = asyncio.StreamReaderProtocol(reader)
    transport, _ = await loop.create_connection(lambda: protocol, sock=bare)
    try:
        return await outcome_of(reader)
    finally:
        transport.abort()


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Bare]:
    """A connection to a port of the loopback, which ends with the context."""
    bare = await _socket(port)
    reader, writer = await asyncio.open_connection(sock=bare, limit=1 << 16)
    try:
        yield Bare(reader, writer)
    finally:
        writer.transport.abort()


async def exchange(port: int, request: bytes) -> str:
    """The outcome of one request."""
    async with connected(port) as connection:
        await connection.send(request)
        return await connection.outcome()


def head(target: str, method: str = "GET", *lines: str) -> bytes:
    """Of a request, its connection to be closed behind the answer."""
    fields = ("Host: test", "Connection: close", *lines)
    text = "".join(f"{line}\r\n" for line in (f"{method} {target} HTTP/1.1", *fields, ""))
    return text.encode("latin-1")
