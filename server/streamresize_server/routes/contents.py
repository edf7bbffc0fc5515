"""The picture that a request is about: in its body, or where its query says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, closing
from typing import NamedTuple

from aiohttp import hdrs, web

from streamresize_server.content import Content
from streamresize_server.multipart import File, files_of, the_file
from streamresize_server.refusals import BadValue
from streamresize_server.routes import SERVICE, bounds


class Given(NamedTuple):
    """label: the name that a client gives an upload; may be empty."""

    content: Content
    label: str = ""


class Uploaded(NamedTuple):
    """others: files of the form behind this one, to be refused; a body that is no form has none."""

    content: Content
    label: str
    others: AsyncIterator[File]

    async def refuse_others(self) -> None:
        """Wait for the end of a form. Raises BadValue where it has another file."""
        async for _ in self.others:
            raise BadValue("body", "one file is taken")


@asynccontextmanager
async def uploaded(request: web.Request) -> AsyncIterator[Uploaded]:
    """The body, or the first file of a form. Raises BadValue, and what reading it does."""
    async with aclosing(files_of(request, bounds(request))) as files:
        file = await the_file(files)
        with closing(Content(file.chunks)) as content:
            yield Uploaded(content, file.name, files)


@asynccontextmanager
async def given_content(request: web.Request, reference: str | None) -> AsyncIterator[Given]:
    """reference: of a source, None for the body. Raises BadValue, and what reading either does."""
    if reference is not None:
        async with request.app[SERVICE].content(reference) as content:
            yield Given(content)
        return
    if request.method != hdrs.METH_POST:
        raise BadValue("url", "missing, and so is path")
    async with uploaded(request) as upload:
        yield Given(upload.content, upload.label)
        await upload.refuse_others()
