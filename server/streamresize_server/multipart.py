"""Files of a body: the body itself, or the parts of a form (multipart/form-data, RFC 7578)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from functools import partial
from typing import NamedTuple, TypeVar

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from streamresize_server.refusals import BadValue
from streamresize_server.timeouts import timeout
from streamresize_server.uploads import Bounds, UploadTooSlow, body_of, bounded

READ_BYTES = 1 << 16
UNREADABLE = (ValueError, AssertionError, RuntimeError, HttpProcessingError)  # of aiohttp's reader

Outcome = TypeVar("Outcome")


class File(NamedTuple):
    """name: that the client gives it, not to be trusted; empty for a body that is no form."""

    name: str
    chunks: AsyncIterator[bytes]


async def files_of(request: web.Request, bounds: Bounds) -> AsyncGenerator[File, None]:
    """One after the other, as they arrive; what is not taken of one is passed over.

    bounds: of each. Raises BadValue, UploadTooLarge, UploadTooSlow, as taking the chunks does.
    """
    if not is_form(request):
        yield File("", body_of(request, bounds))
        return
    try:
        reader = MultipartReader(request.headers, request.content)
    except UNREADABLE:
        raise BadValue("Content-Type", "expected a form with a boundary") from None
    while part := await _next(reader, bounds):
        if not isinstance(part, BodyPartReader) or part.filename is None:
            raise BadValue("body", "only files are taken; parameters belong into the query")
        chunks = bounded(partial(_sane, partial(_chunk, part)), bounds)
        yield File(part.filename, chunks)
        async for _ in chunks:
            pass


def is_form(request: web.Request) -> bool:
    """The body has parts."""
    return request.content_type.startswith("multipart/")


async def the_file(files: AsyncIterator[File]) -> File:
    """The next file. Raises BadValue where there is none."""
    async for file in files:
        return file
    raise BadValue("body", "a file is missing")


async def _next(reader: MultipartReader, bounds: Bounds) -> object:
    try:
        async with timeout(bounds.stall):
            return await _sane(reader.next)
    except asyncio.TimeoutError:
        raise UploadTooSlow(f"no bytes for {bounds.stall:g} seconds") from None


async def _chunk(part: BodyPartReader) -> bytes:
    chunk = await part.read_chunk(READ_BYTES)
    if not chunk and not part.at_eof():
        raise ValueError("the form ends inside a part")
    return bytes(chunk)


async def _sane(read: Callable[[], Awaitable[Outcome]]) -> Outcome:
    try:
        return await read()
    except UNREADABLE:
        raise BadValue("body", "no form that can be read") from None
