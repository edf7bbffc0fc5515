"""Several pictures in one answer: multipart/mixed (RFC 2046 5.1.3), or a zip archive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import NamedTuple

from aiohttp import MultipartWriter, hdrs

from streamresize import FORMATS, OutputImage, Result
from streamresize_server.facts import PHASH, SIZE

ZIP = "application/zip"


class Bundle(NamedTuple):
    headers: dict[str, str]
    body: bytes


async def bundle(result: Result, accept: str) -> Bundle:
    """All pictures of a result, in order; a zip archive for clients that ask for one."""
    files = list(_named(result))
    if ZIP in accept:
        kind, body = ZIP, _zipped(files)
    else:
        writer = _mixed(files)
        kind, body = writer.content_type, await writer.as_bytes()
    phash = str(result.fingerprint)
    return Bundle({hdrs.CONTENT_TYPE: kind, PHASH: phash, hdrs.CACHE_CONTROL: "no-store"}, body)


def _named(result: Result) -> Iterator[tuple[str, OutputImage]]:
    """The number in front keeps names apart."""
    for number, image in enumerate(result.images, 1):
        extension = FORMATS[image.format].extension
        yield f"{number}-{image.width}x{image.height}.{extension}", image


def _zipped(files: list[tuple[str, OutputImage]]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as writer:
        for name, image in files:
            writer.writestr(zipfile.ZipInfo(name), bytes(image.data or b""))
    return archive.getvalue()


def _mixed(files: list[tuple[str, OutputImage]]) -> MultipartWriter:
    writer = MultipartWriter("mixed")
    for name, image in files:
        part = writer.append(
            io.BytesIO(bytes(image.data or b"")), {hdrs.CONTENT_TYPE: FORMATS[image.format].mime}
        )
        part.headers[SIZE] = f"{image.width}x{image.height}"
        part.set_content_disposition("attachment", filename=name)
    return writer
