"""Bodies in chunks with trailers (RFC 9112 7.1), which aiohttp's own responses do not have."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import HttpVersion11, hdrs, web


class ChunkedResponse(web.StreamResponse):
    """A body of unknown length, with trailers for clients that speak HTTP/1.1."""

    _length_check = False  # this class writes the chunks itself

    def __init__(self, trailers: tuple[str, ...]) -> None:
        super().__init__()
        self._framed = False
        self._names = trailers

    async def begin(self, request: web.Request) -> None:
        """Send the headers."""
        self._framed = request.version >= HttpVersion11
        if self._framed:
            self.headers[hdrs.TRANSFER_ENCODING] = "chunked"
            self.headers[hdrs.TRAILER] = ", ".join(self._names)
        else:
            self.force_close()
        await self.prepare(request)

    async def send(self, chunk: bytes) -> None:
        """Send a chunk, which must not be empty."""
        await self.write(b"%x\r\n%b\r\n" % (len(chunk), chunk) if self._framed else chunk)

    async def end(self, trailers: Mapping[str, str]) -> None:
        """Send the trailers."""
        if self._framed:
            lines = "".join(f"{name}: {value}\r\n" for name, value in trailers.items())
            await self.write(f"0\r\n{lines}\r\n".encode("ascii"))
        await self.write_eof()
