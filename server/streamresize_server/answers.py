"""Pictures as answers, in one piece or as they are made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from aiohttp import hdrs, web
from aiohttp.helpers import content_disposition_header

from streamresize import FORMATS, Format, ImageInfo
from streamresize_server.cache import Kept
from streamresize_server.content import Content
from streamresize_server.facts import PHASH, SIZE, Facts
from streamresize_server.renderings import Rendering
from streamresize_server.sources import OpenedSource
from streamresize_server.stages import SEND, measure
from streamresize_server.trailers import ChunkedResponse

WHOLE = "whole"  # a preference
PIECE_BYTES = 1 << 16  # that a client takes in time


class Manner(NamedTuple):
    """How a picture is presented.

    filename: without extension, under which the client may keep it. negotiated: its format depends
    on what the client accepts.
    """

    filename: str = ""
    negotiated: bool = False


PLAIN = Manner()


class Answerer:
    """cache_control: of pictures from sources. seconds: in which a client takes a chunk."""

    def __init__(self, cache_control: str, seconds: float) -> None:
        self._cache_control = cache_control
        self._seconds = seconds

    async def answer(
        self, request: web.Request, picture: Kept | Rendering, manner: Manner = PLAIN
    ) -> web.StreamResponse:
        """Send a picture; a client that has it already is told so."""
        if isinstance(picture, Kept):
            body = picture.body if isinstance(picture.body, bytes) else picture.chunks()
            return await self._send(request, picture.facts, picture.size, body, manner)
        if is_patient(request):
            await picture.completed()
        if picture.facts is not None:
            spool = picture.spool
            return await self._send(request, picture.facts, spool.size, spool.follow(), manner)
        return await self._send_chunks(request, picture, manner)

    async def answer_raw(
        self, request: web.Request, info: ImageInfo, source: OpenedSource, content: Content
    ) -> web.StreamResponse:
        """Send a source, which is known to be a picture, as it is."""
        response = web.StreamResponse()
        response.content_type = f"image/{info.format}"
        response.content_length = source.length
        response.headers[hdrs.CACHE_CONTROL] = self._cache_control
        response.headers[hdrs.CONTENT_DISPOSITION] = "inline"
        await response.prepare(request)
        await self._write(request, response, content.chunks())
        return response

    async def answer_bytes(
        self, request: web.Request, headers: Mapping[str, str], body: bytes
    ) -> web.StreamResponse:
        """Send what nobody will ask for again."""
        response = web.StreamResponse(headers=headers)
        response.content_length = len(body)
        with self._patience(request):
            await response.prepare(request)
        await self._write(request, response, _pieces(body))
        return response

    async def _send(
        self,
        request: web.Request,
        facts: Facts,
        size: int,
        body: bytes | AsyncIterator[bytes],
        manner: Manner,
    ) -> web.StreamResponse:
        """What is in memory leaves together with the headers."""
        if has_it(request, facts.etag):
            body = b""
        if isinstance(body, bytes):
            response: web.StreamResponse = web.Response(body=body)
        else:
            response = web.StreamResponse()
            response.content_length = size
        self._describe(response, facts.format, facts.etag, facts.source.last_modified, manner)
        response.headers.update(described(facts))
        if not body:
            response.set_status(304)
            del response.headers[hdrs.CONTENT_TYPE]
        with self._patience(request):
            await response.prepare(request)
        if not isinstance(body, bytes):
            await self._write(request, response, body)
        with self._patience(request):
            await response.write_eof()
        return response

    async def _send_chunks(
        self, request: web.Request, rendering: Rendering, manner: Manner
    ) -> web.StreamResponse:
        """Also of a picture that is being made still."""
        response = ChunkedResponse((PHASH, SIZE))
        modified = rendering.source.last_modified
        self._describe(response, rendering.format or "jpeg", rendering.etag, modified, manner)
        await response.begin(request)
        if request.method == hdrs.METH_HEAD:
            return response
        async for chunk in rendering.spool.follow():
            with self._patience(request):
                await response.send(chunk)
        await response.end(described(rendering.facts) if rendering.facts else {})
        return response

    async def _write(
        self, request: web.Request, response: web.StreamResponse, body: AsyncIterator[bytes]
    ) -> None:
        if request.method == hdrs.METH_HEAD:
            return
        async for chunk in body:
            with self._patience(request):
                await response.write(chunk)

    def _describe(
        self,
        response: web.StreamResponse,
        format: Format,
        etag: str | None,
        modified: str | None,
        manner: Manner,
    ) -> None:
        facts = FORMATS[format]
        headers = response.headers
        headers[hdrs.CONTENT_TYPE] = facts.mime
        headers[hdrs.CONTENT_DISPOSITION] = "inline"
        if manner.filename:
            name = f"{manner.filename}.{facts.extension}"
            headers[hdrs.CONTENT_DISPOSITION] = content_disposition_header("inline", filename=name)
        if manner.negotiated:
            headers[hdrs.VARY] = hdrs.ACCEPT
        headers[hdrs.CACHE_CONTROL] = self._cache_control if etag else "no-store"
        if etag:
            headers[hdrs.ETAG] = etag
        if modified:
            headers[hdrs.LAST_MODIFIED] = modified

    @contextmanager
    def _patience(self, request: web.Request) -> Iterator[None]:
        """Leave a client that takes nothing."""
        transport = request.transport
        if transport is None:
            raise ConnectionResetError("the client has left")
        loop = asyncio.get_running_loop()
        alarm = loop.call_later(self._seconds, transport.abort)
        try:
            with measure(SEND):
                yield
        finally:
            alarm.cancel()


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), PIECE_BYTES):
        yield body[start : start + PIECE_BYTES]


def described(facts: Facts) -> dict[str, str]:
    """Headers or trailers."""
    return {PHASH: facts.phash, SIZE: f"{facts.width}x{facts.height}"}


def has_it(request: web.Request, etag: str | None) -> bool:
    """The client has what this ETag names, with its quotes, already (RFC 9110 13.1.2)."""
    if etag is None:
        return False
    wanted = [f'"{known.value}"' for known in request.if_none_match or ()]
    return etag in wanted or '"*"' in wanted


def is_patient(request: web.Request) -> bool:
    """The client would rather have all facts as headers than the first bytes soon (RFC 7240)."""
    preferences = ",".join(request.headers.getall("Prefer", ())).split(",")
    return WHOLE in (preference.strip().lower() for preference in preferences)
