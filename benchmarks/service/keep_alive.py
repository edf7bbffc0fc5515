"""A client that does as little as an HTTP/1.1 client can: whole answers of announced length."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlsplit

from typing_extensions import Self

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_HEADER_END = b"\r\n\r\n"


class KeepAlive(asyncio.Protocol):
    """One connection, with one request at a time."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._received = bytearray()
        self._needed: int | None = None

    @classmethod
    async def connect(cls, address: str) -> Self:
        """address: as http://127.0.0.1:8080. Raises OSError."""
        parts = urlsplit(address)
        loop = asyncio.get_running_loop()
        host, port = parts.hostname or "", parts.port or 80
        _, protocol = await loop.create_connection(lambda: cls(parts.netloc), host, port)
        return protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    async def get(self, path: str) -> tuple[int, bytes]:
        """Status and body. Raises ConnectionResetError where the server leaves."""
        if self._transport.is_closing():
            raise ConnectionResetError
        self._answer: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
        self._transport.write(f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\n\r\n".encode())
        return await self._answer

    def close(self) -> None:
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._needed is None and _HEADER_END in self._received:
            head = self._received.index(_HEADER_END)
            length = _LENGTH.search(self._received, 0, head)
            self._needed = head + len(_HEADER_END) + (int(length[1]) if length else 0)
        if self._needed is not None and len(self._received) >= self._needed:
            self._complete()

    def _complete(self) -> None:
        status = int(self._received[9:12])
        body = bytes(self._received[self._received.index(_HEADER_END) + len(_HEADER_END) :])
        self._received.clear()
        self._needed = None
        self._answer.set_result((status, body))

    def connection_lost(self, _: Exception | None) -> None:
        answer = getattr(self, "_answer", None)
        if answer is not None and not answer.done():
            answer.set_exception(ConnectionResetError())
