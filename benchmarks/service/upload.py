"""One upload at the pace of a slow link, and when its answer comes."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

PIECE_SECONDS = 0.005
SEND_BUFFER = 1 << 16  # so that what the client has sent is what the server has got, nearly


@dataclass
class Upload:
    """sent: bytes, when the answer began. Seconds after the last byte was sent: to the answer's
    first byte, and to its last; negative where it was sent later.
    """

    status: int
    size: int
    sent: int
    first_byte: float
    last_byte: float

    @property
    def share(self) -> float:
        """Of the file, that had been sent when the answer began."""
        return self.sent / self.size


class Pace:
    """Sends the pieces of a body, each in its time, until the answer begins or all is sent."""

    def __init__(self, body: bytes, rate: float) -> None:
        self._body = memoryview(body)
        self._piece = int(rate * PIECE_SECONDS)
        self.sent = 0
        self.ended = 0.0

    async def send(self, writer: asyncio.StreamWriter, enough: asyncio.Event) -> None:
        begun = time.perf_counter()
        for at in range(0, len(self._body), self._piece):
            due = begun + at / self._piece * PIECE_SECONDS
            await asyncio.sleep(max(0, due - time.perf_counter()))
            if enough.is_set():
                break
            writer.write(self._body[at : at + self._piece])
            await writer.drain()
            self.sent = min(at + self._piece, len(self._body))
        self.ended = time.perf_counter()


async def upload(address: str, path: str, body: bytes, rate: float, *, whole: bool) -> Upload:
    """POST `body` at `rate` bytes a second. whole: go on sending when the answer has begun."""
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    writer.transport.set_write_buffer_limits(0)
    head = f"POST {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode())
    pace, begun, enough = Pace(body, rate), asyncio.Event(), asyncio.Event()
    sending = asyncio.create_task(pace.send(writer, enough if whole else begun))
    first = await reader.readexactly(12)  # HTTP/1.1 200
    first_byte, sent = time.perf_counter(), pace.sent
    begun.set()
    with suppress(ConnectionResetError):  # of a server that wants no more of the body
        while await reader.read(1 << 16):
            last_byte = time.perf_counter()
    enough.set()
    with suppress(ConnectionError):
        await sending
    writer.close()
    return Upload(int(first[9:]), len(body), sent, first_byte - pace.ended, last_byte - pace.ended)
