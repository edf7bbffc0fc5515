"""Errors as answers: application/problem+json (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

import streamresize
from streamresize_server.absence import CatalogUnavailable, NotHere
from streamresize_server.admission import Busy, TooLargeForBudget
from streamresize_server.exchange import EXCHANGE
from streamresize_server.fallback import FALLBACK
from streamresize_server.handlers import Handler
from streamresize_server.logs import LOGGER
from streamresize_server.policy import OutputTooLarge
from streamresize_server.refusals import BadSignature, BadValue, Expired, UnknownOption
from streamresize_server.sources import SourceFailure, TooLarge
from streamresize_server.spool import NoRoom
from streamresize_server.timeouts import Overtime
from streamresize_server.uploads import UploadDamaged, UploadTooLarge, UploadTooSlow

# The first line that fits counts.
STATUSES: tuple[tuple[type[Exception], HTTPStatus], ...] = (
    (Busy, HTTPStatus.TOO_MANY_REQUESTS),
    (BadSignature, HTTPStatus.FORBIDDEN),
    (Expired, HTTPStatus.NOT_FOUND),
    (UnknownOption, HTTPStatus.NOT_FOUND),
    (BadValue, HTTPStatus.BAD_REQUEST),
    (OutputTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (Overtime, HTTPStatus.SERVICE_UNAVAILABLE),
    (CatalogUnavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (NotHere, HTTPStatus.NOT_FOUND),
    (UploadTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (UploadTooSlow, HTTPStatus.REQUEST_TIMEOUT),
    (UploadDamaged, HTTPStatus.BAD_REQUEST),
    (NoRoom, HTTPStatus.SERVICE_UNAVAILABLE),
    (TooLargeForBudget, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (streamresize.LimitExceeded, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (streamresize.UnsupportedFormat, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (streamresize.UnsupportedJPEG, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (streamresize.MalformedJPEG, HTTPStatus.UNPROCESSABLE_ENTITY),
    (streamresize.MalformedImage, HTTPStatus.UNPROCESSABLE_ENTITY),
    (streamresize.RegionError, HTTPStatus.BAD_REQUEST),
    (streamresize.EncodeError, HTTPStatus.BAD_REQUEST),
    (streamresize.SourceError, HTTPStatus.BAD_GATEWAY),
    (streamresize.StreamResizeError, HTTPStatus.SERVICE_UNAVAILABLE),  # CatalogError
    (ValueError, HTTPStatus.BAD_REQUEST),
)
ABOUT_THE_SOURCE = frozenset({404, 410, 413, 415, 422, 502, 504})  # a fallback image may replace
RETRY_SECONDS = 1
RETRIED = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
UNTOLD = {  # but logged: their causes are the service's own
    HTTPStatus.INTERNAL_SERVER_ERROR: "the service has failed; its log says more",
    HTTPStatus.SERVICE_UNAVAILABLE: "the catalog cannot be used at present; the log says more",
}
KEPT_HEADERS = ("Allow", "WWW-Authenticate")


@web.middleware
async def answer_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn exceptions into answers; an answer that has begun is broken off."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        headers = {name: error.headers[name] for name in KEPT_HEADERS if name in error.headers}
        return problem(error.status, error.reason, headers=headers)
    except Exception as error:
        if has_left(request):
            raise ConnectionResetError from error
        status = status_of(error)
        if is_untold(error, status):
            LOGGER.exception("request failed", extra={"facts": {"id": EXCHANGE.get().request_id}})
        if EXCHANGE.get().begun:
            EXCHANGE.get().break_off(status)
        if status in ABOUT_THE_SOURCE and (fallback := request.app[FALLBACK]).serves(request):
            return fallback.answer(status)
        return problem(status, detail_of(error, status), setting=setting_of(error))


def has_left(request: web.Request) -> bool:
    """There is no client any more."""
    return request.transport is None or request.transport.is_closing()


def status_of(error: Exception) -> int:
    """What the table says; 500 for what nobody has thought of."""
    if isinstance(error, SourceFailure):
        return error.status
    if isinstance(error, streamresize.MalformedJPEG) and not error.offset:
        return HTTPStatus.UNSUPPORTED_MEDIA_TYPE  # it begins as no picture does
    for kind, status in STATUSES:
        if isinstance(error, kind):
            return status
    return HTTPStatus.INTERNAL_SERVER_ERROR


def is_untold(error: Exception, status: int) -> bool:
    """The cause is none of the client's business."""
    return status in UNTOLD and not isinstance(error, Overtime)


def detail_of(error: Exception, status: int) -> str:
    """What is wrong, and how to put it right."""
    if is_untold(error, status):
        return UNTOLD[HTTPStatus(status)]
    if isinstance(error, streamresize.LimitExceeded):
        return (
            f"{error.limit} of the source is {error.value}, the most is {error.bound}"
            f" (setting max_{error.limit})"
        )
    if isinstance(error, TooLargeForBudget):
        return (
            f"this takes {error.needed} bytes of memory, and all requests together may take"
            f" {error.budget} (setting memory_budget)"
        )
    return str(error) or HTTPStatus(status).description


def setting_of(error: Exception) -> str | None:
    """The setting that would have to be another."""
    if isinstance(error, streamresize.LimitExceeded):
        return f"max_{error.limit}"
    if isinstance(error, TooLargeForBudget):
        return "memory_budget"
    if isinstance(error, OutputTooLarge):
        return "max_output_pixels"
    if isinstance(error, TooLarge):
        return error.limit
    return "upload_bytes" if isinstance(error, UploadTooLarge) else None


def problem(
    status: int,
    detail: str,
    *,
    setting: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """detail: what is wrong, and how to put it right. setting: that would have to be another."""
    body = {"type": "about:blank", "title": _title(status), "status": status, "detail": detail}
    if setting:
        body["setting"] = setting
    if exchange := EXCHANGE.get(None):
        body["request_id"] = exchange.request_id
    retry = {"Retry-After": str(RETRY_SECONDS)} if status in RETRIED else {}
    return web.json_response(
        body,
        status=status,
        headers={"Cache-Control": "no-store", **retry, **(headers or {})},
        content_type="application/problem+json",
    )


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error of the source's server"
