"""Errors as answers, and what every answer has."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

import streamresize
from streamresize.catalog import CatalogError
from streamresize_server.admission import Busy, TooLargeForBudget
from streamresize_server.problems import STATUSES, detail_of, setting_of, status_of
from streamresize_server.timeouts import Overtime

from .support.pictures import photo, pillow_jpeg
from .support.serving import talk

PHOTO = pillow_jpeg(photo(640, 480))
JPEG_LS = bytes.fromhex("ffd8fff7000b080010001001011100")
UPLOAD = "/v1/thumbnail?w=100"
TOKEN = {"Authorization": "Bearer letmein"}
Answer = tuple[int, dict[str, str], bytes]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def ask(
    method: str,
    path: str,
    *,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
    handler: Handler | None = None,
    **settings: Any,
) -> Answer:
    """handler: of a route /test."""

    async def request(client: aiohttp.ClientSession) -> Answer:
        async with client.request(method, path, data=body, headers=headers) as answer:
            found = {name.lower(): value for name, value in answer.headers.items()}
            return answer.status, found, await answer.read()

    return talk(request, [web.get("/test", handler)] if handler else (), **settings)


def problem_of(answer: Answer) -> dict[str, Any]:
    status, headers, body = answer
    assert headers["content-type"].startswith("application/problem+json")
    facts: dict[str, Any] = json.loads(body)
    assert facts["status"] == status
    assert facts["request_id"] == headers["x-request-id"]
    return facts


@pytest.mark.parametrize(
    ("body", "settings", "status", "detail", "setting"),
    [
        (b"no picture", {}, 415, "not a JPEG", None),
        (b"", {}, 415, "not a JPEG", None),
        (b"GIF89a", {}, 422, "damaged gif", None),
        (JPEG_LS, {}, 415, "JPEG-LS", None),
        (PHOTO[:100], {}, 422, "ends inside its headers", None),
        (PHOTO, {"max_pixels": 1000}, 413, "307200, the most is 1000", "max_pixels"),
        (PHOTO, {"max_width": 100}, 413, "640, the most is 100", "max_width"),
        (PHOTO, {"upload_bytes": 100}, 413, "larger than 100 bytes", "upload_bytes"),
    ],
)
def test_uploads_that_cannot_be_used(
    body: bytes, settings: dict[str, Any], status: int, detail: str, setting: str | None
) -> None:
    problem = problem_of(ask("POST", UPLOAD, body=body, **settings))
    assert problem["status"] == status
    assert detail in problem["detail"]
    assert problem.get("setting") == setting


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Busy("full"), 429),
        (Overtime("late"), 503),
        (TooLargeForBudget(2, 1), 413),
        (streamresize.MalformedJPEG("no SOI", 0), 415),
        (streamresize.MalformedJPEG("no DHT", 20), 422),
        (streamresize.UnsupportedFormat("heic", "no library"), 415),
        (streamresize.RegionError((0, 0, 1, 1), (1, 1)), 400),
        (streamresize.EncodeError("too wide"), 400),
        (streamresize.SourceError("unreadable"), 502),
        (CatalogError("locked"), 503),
        (KeyError("x"), 500),
        (OSError("x"), 500),
    ],
)
def test_statuses(error: Exception, status: int) -> None:
    assert status_of(error) == status


def test_every_error_of_the_library_has_a_status() -> None:
    for kind in streamresize.StreamResizeError.__subclasses__():
        assert [line for line, _ in STATUSES if issubclass(kind, line)], kind


def test_a_catalog_that_cannot_be_used_is_not_described() -> None:
    error = CatalogError("no connection to postgresql://me:pw@db")
    assert "catalog" in detail_of(error, status_of(error))
    assert "pw" not in detail_of(error, status_of(error))


def test_a_problem_that_a_setting_solves_names_it() -> None:
    error = TooLargeForBudget(2000, 1000)
    assert setting_of(error) == "memory_budget"
    assert "2000 bytes of memory" in detail_of(error, 413)
    assert "1000 (setting memory_budget)" in detail_of(error, 413)


def test_unknown_routes_and_methods() -> None:
    assert problem_of(ask("GET", "/v1/nothing"))["status"] == 404
    status, headers, _ = answer = ask("DELETE", "/health")
    assert problem_of(answer)["title"] == "Method Not Allowed"
    assert (status, headers["allow"]) == (405, "GET,HEAD")


async def fail(_: web.Request) -> web.StreamResponse:
    raise RuntimeError("secret of the house")


def test_what_nobody_has_thought_of_is_logged_and_not_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = ask("GET", "/test", headers={"X-Request-Id": "mine-1"}, handler=fail)
    assert problem_of(answer)["status"] == 500
    assert problem_of(answer)["request_id"] == "mine-1"
    assert b"secret" not in answer[2]
    (record,) = (record for record in caplog.records if record.exc_info)
    assert record.exc_info is not None
    assert "secret of the house" in str(record.exc_info[1])
    assert vars(record)["facts"] == {"id": "mine-1"}


def test_a_request_has_its_time() -> None:
    async def sleep(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(60)
        raise AssertionError("nobody waits so long")

    status, headers, _ = answer = ask("GET", "/test", handler=sleep, request_seconds=0.05)
    assert "request_seconds" in problem_of(answer)["detail"]
    assert (status, headers["retry-after"]) == (503, "1")


def test_who_does_not_fit_the_queue_is_asked_to_come_again() -> None:
    async def crowd(client: aiohttp.ClientSession) -> list[tuple[int, str | None]]:
        async def upload(body: Any) -> tuple[int, str | None]:
            async with client.post(UPLOAD, data=body) as answer:
                return answer.status, answer.headers.get("Retry-After")

        never = asyncio.Event()

        async def slow() -> Any:
            yield PHOTO[:100]
            await never.wait()

        waiting = asyncio.create_task(upload(slow()))
        await asyncio.sleep(0.2)
        try:
            return [await upload(PHOTO)]
        finally:
            waiting.cancel()

    assert talk(crowd, queued=1) == [(429, "1")]


@pytest.mark.parametrize("late", [fail, None])
def test_an_answer_that_has_begun_is_broken_off(
    late: Handler | None, caplog: pytest.LogCaptureFixture
) -> None:
    async def begin(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"beginning")
        if late:
            return await late(request)
        await asyncio.sleep(60)
        return response

    with caplog.at_level(logging.INFO), pytest.raises(aiohttp.ClientError):
        ask("GET", "/test", handler=begin, request_seconds=0.05 if late is None else 60)
    assert logged(caplog)["status"] == (500 if late else 503)
    assert not [record for record in caplog.records if record.name == "aiohttp.server"]


def logged(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    """The last request."""
    records = [r for r in caplog.records if r.name == "streamresize_server.access"]
    facts: dict[str, Any] = vars(records[-1])["facts"]
    return facts


def test_a_client_that_leaves_is_logged_as_499(caplog: pytest.LogCaptureFixture) -> None:
    began = asyncio.Event()

    async def wait(_: web.Request) -> web.StreamResponse:
        began.set()
        await asyncio.sleep(60)
        raise AssertionError("the work was not cancelled")

    async def leave(client: aiohttp.ClientSession) -> None:
        asking = asyncio.create_task(client.get("/test"))
        await began.wait()
        asking.cancel()
        while not any(r.name == "streamresize_server.access" for r in caplog.records):
            await asyncio.sleep(0.01)

    with caplog.at_level(logging.INFO):
        talk(leave, [web.get("/test", wait)])
    assert logged(caplog)["status"] == 499


@pytest.fixture
def fallback(tmp_path: Path) -> Path:
    path = tmp_path / "fallback.jpg"
    path.write_bytes(PHOTO)
    return path


def test_the_fallback_image(fallback: Path) -> None:
    asked: dict[str, Any] = {"fallback_image": fallback, "roots": [fallback.parent]}
    status, headers, body = ask("GET", "/v1/thumbnail?path=no&w=9", **asked)
    assert (status, headers["content-type"], body) == (404, "image/jpeg", PHOTO)
    assert headers["cache-control"] == "no-store"
    assert ask("GET", "/v1/thumbnail?path=no&w=9", **asked, fallback_status=200)[0] == 200


def test_where_there_is_no_fallback_image(fallback: Path) -> None:
    problem_of(ask("GET", "/v1/info?path=no", fallback_image=fallback))
    problem_of(ask("POST", UPLOAD, body=b"x", fallback_image=fallback))
    problem_of(ask("GET", "/v1/thumbnail?path=no&w=x", fallback_image=fallback))


def test_a_fallback_image_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "x.jpg").write_bytes(b"no picture")
    with pytest.raises(Exception, match="not a JPEG"):
        ask("GET", "/health", fallback_image=tmp_path / "x.jpg")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        (TOKEN, 200),
        ({"Authorization": "Bearer letmei"}, 403),
        ({"Authorization": "letmein"}, 403),
        ({"Authorization": "Bearer letm\u00e4in"}, 403),
    ],
)
def test_what_is_not_signed_takes_the_token(headers: dict[str, str], status: int) -> None:
    settings: dict[str, Any] = {"allow_unsigned": False, "token": "letmein"}
    answer = ask("POST", UPLOAD, body=PHOTO, headers=headers, **settings)
    assert answer[0] == status
    if status == 403:
        assert "allow_unsigned" in problem_of(answer)["detail"]


def test_health_is_for_all() -> None:
    for path in ("/health", "/ready", "/metrics"):
        assert ask("GET", path, allow_unsigned=False)[0] == 200


def test_what_every_answer_has() -> None:
    for path in ("/health", "/nothing"):
        _, headers, _ = ask("GET", path)
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["server"] == "streamresize"


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics", "/v1/thumbnail?path=a.jpg&w=50"])
def test_head_is_get_without_body(tmp_path: Path, path: str) -> None:
    (tmp_path / "a.jpg").write_bytes(PHOTO)
    status, headers, body = ask("HEAD", path, roots=[tmp_path])
    assert (status, body) == (200, b"")
    assert headers["content-type"] == ask("GET", path, roots=[tmp_path])[1]["content-type"]


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "caf\u00e9", 'a"'])
def test_request_ids_that_are_not_taken_over(given: str) -> None:
    made = ask("GET", "/health", headers={"X-Request-Id": given})[1]["x-request-id"]
    assert made != given
    assert len(made) == 32


ORIGIN = "https://a.example"


@pytest.mark.parametrize(
    ("origins", "origin", "allowed", "vary"),
    [
        ((), ORIGIN, None, None),
        ((ORIGIN,), ORIGIN, ORIGIN, "Origin"),
        ((ORIGIN,), "https://b.a.example", None, "Origin"),
        ((ORIGIN,), "http://a.example", None, "Origin"),
        (("*",), ORIGIN, "*", None),
    ],
)
def test_whose_pages_may_use_it(
    origins: tuple[str, ...], origin: str, allowed: str | None, vary: str | None
) -> None:
    _, headers, _ = ask("GET", "/health", headers={"Origin": origin}, cors_origins=origins)
    assert headers.get("access-control-allow-origin") == allowed
    assert headers.get("vary") == vary
    assert ("access-control-expose-headers" in headers) == (allowed is not None)


def test_preflights() -> None:
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    status, headers, _ = ask("OPTIONS", UPLOAD, headers=asked, cors_origins=[ORIGIN])
    assert status == 204
    assert "POST" in headers["access-control-allow-methods"]
    assert headers["access-control-allow-origin"] == ORIGIN
    assert ask("OPTIONS", UPLOAD, headers=asked)[0] == 405
