"""The picture that a request is about: in its body, or where its query says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import NamedTuple

from aiohttp import hdrs, web

from streamresize_server.content import Content
from streamresize_server.multipart import files_of, the_file
from streamresize_server.refusals import BadValue
from streamresize_server.routes import SERVICE, bounds


class Given(NamedTuple):
    """label: the name that a client gives an upload; may be empty."""

    content: Content
    label: str = ""


@asynccontextmanager
async def given_content(request: web.Request, reference: str | None) -> AsyncIterator[Given]:
    """reference: of a source, None for the body. Raises BadValue, and what reading either does."""
    if reference is not None:
        async with request.app[SERVICE].content(reference) as content:
            yield Given(content)
        return
    if request.method != hdrs.METH_POST:
        raise BadValue("url", "missing, and so is path")
    async with aclosing(files_of(request, bounds(request))) as files:
        file = await the_file(files)
        yield Given(Content(file.chunks), file.name)
        async for _ in files:
            raise BadValue("body", "one file is taken")
