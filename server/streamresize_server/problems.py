"""Errors as answers: application/problem+json (RFC 9457)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

import streamresize
from streamresize_server.admission import Busy, TooLargeForBudget
from streamresize_server.making import Overtime
from streamresize_server.sources import SourceFailure
from streamresize_server.uploads import UploadTooLarge, UploadTooSlow

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# The first line that fits counts.
STATUSES: tuple[tuple[type[Exception], HTTPStatus], ...] = (
    (Busy, HTTPStatus.TOO_MANY_REQUESTS),
    (Overtime, HTTPStatus.SERVICE_UNAVAILABLE),
    (UploadTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (UploadTooSlow, HTTPStatus.REQUEST_TIMEOUT),
    (TooLargeForBudget, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (streamresize.LimitExceeded, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (streamresize.UnsupportedFormat, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (streamresize.UnsupportedJPEG, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (streamresize.MalformedJPEG, HTTPStatus.UNPROCESSABLE_ENTITY),
    (streamresize.MalformedImage, HTTPStatus.UNPROCESSABLE_ENTITY),
    (streamresize.RegionError, HTTPStatus.BAD_REQUEST),
    (streamresize.EncodeError, HTTPStatus.BAD_REQUEST),
    (ValueError, HTTPStatus.BAD_REQUEST),
)
RETRY_SECONDS = 1


@web.middleware
async def answer_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn exceptions into answers."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        return problem(HTTPStatus(error.status), error.reason, error.headers.get("Allow"))
    except Exception as error:
        status = status_of(error)
        if status is None:
            raise
        return problem(status, str(error))


def status_of(error: Exception) -> HTTPStatus | None:
    """None for what is nobody's problem but ours."""
    if isinstance(error, SourceFailure):
        return HTTPStatus(error.status)
    return next((status for kind, status in STATUSES if isinstance(error, kind)), None)


def problem(status: HTTPStatus, detail: str, allow: str | None = None) -> web.Response:
    """detail: what is wrong, and how to put it right."""
    headers = {"Allow": allow} if allow else {}
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        headers["Retry-After"] = str(RETRY_SECONDS)
    body = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail}
    return web.json_response(
        body, status=status, headers=headers, content_type="application/problem+json"
    )
