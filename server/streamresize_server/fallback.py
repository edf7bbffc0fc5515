"""A picture in place of one that cannot be had."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

import streamresize
from streamresize import FORMATS

NO_PICTURES = "/v1/"
PICTURES = "/v1/thumbnail"


class Fallback:
    """path: of the picture, None for none. status: of its answers, None for that of the problem.

    Raises OSError, and ValueError for what is no picture.
    """

    def __init__(self, path: Path | None, status: int | None) -> None:
        self._status = status
        self._body = path.read_bytes() if path else b""
        try:
            self._media_type = _media_type(self._body) if path else ""
        except streamresize.StreamResizeError as error:
            raise ValueError(f"fallback_image: {error}") from error

    def serves(self, request: web.Request) -> bool:
        """There is one, and a picture was asked for, to be looked at."""
        asked = request.path == PICTURES or not request.path.startswith(NO_PICTURES)
        return bool(self._body) and asked and request.method in ("GET", "HEAD")

    def answer(self, status: int) -> web.Response:
        """status: of the problem."""
        return web.Response(
            body=self._body,
            status=self._status or status,
            content_type=self._media_type,
            headers={"Cache-Control": "no-store"},
        )


def _media_type(picture: bytes) -> str:
    format = streamresize.probe(picture).format
    return next(
        (facts.mime for name, facts in FORMATS.items() if name == format), f"image/{format}"
    )


FALLBACK: web.AppKey[Fallback] = web.AppKey("fallback", Fallback)
