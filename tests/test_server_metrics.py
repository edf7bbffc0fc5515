"""What is measured of requests, and told in the log, as metrics and as spans."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client.parser import text_string_to_metric_families

import streamresize
from streamresize_server import stages
from streamresize_server.access_log import shown_path
from streamresize_server.logs import FORMATTERS
from streamresize_server.stages import CURRENT, Stages, measure
from streamresize_server.tracing import NoTracing, OpenTelemetry, tracing

from .support.pictures import photo, pillow_jpeg
from .support.serving import talk

PHOTO = pillow_jpeg(photo(640, 480))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds, of a clock that stands still."""
    now = [100.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(time, "time_ns", lambda: int(now[0] * 1e9))
    return now


@pytest.fixture
def current() -> Stages:
    found = Stages()
    CURRENT.set(found)
    return found


def seconds_of(found: Stages) -> dict[str, float]:
    return {name: span.seconds for name, span in found.spans.items()}


def test_a_stage_within_another_interrupts_it(clock: list[float], current: Stages) -> None:
    with measure("decode"):
        clock[0] += 1
        with measure("download"):
            clock[0] += 2
        clock[0] += 4
        with measure("download"):
            clock[0] += 8
    assert seconds_of(current) == {"download": 10, "decode": 5}
    decode, download = current.spans["decode"], current.spans["download"]
    assert (decode.began, decode.ended) == (int(100e9), int(115e9))
    assert (download.began, download.ended) == (int(101e9), int(115e9))


def test_a_stage_that_fails_is_measured(clock: list[float], current: Stages) -> None:
    def fail() -> None:
        with measure("decode"):
            clock[0] += 1
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - of this test
        fail()
    with measure("send"):
        clock[0] += 1
    assert seconds_of(current) == {"decode": 1, "send": 1}


def test_tasks_do_not_interrupt_each_other(clock: list[float], current: Stages) -> None:
    async def both() -> None:
        inside, done = asyncio.Event(), asyncio.Event()

        async def decode() -> None:
            with measure("decode"):
                inside.set()
                await done.wait()

        task = asyncio.create_task(decode())
        await inside.wait()
        with measure("send"):
            clock[0] += 1
        done.set()
        await task

    asyncio.run(both())
    assert seconds_of(current) == {"decode": 1, "send": 1}


def test_waiting_for_items_is_measured(clock: list[float], current: Stages) -> None:
    async def chunks() -> Any:
        for number in range(3):
            clock[0] += 1
            yield number

    async def take() -> list[int]:
        taken = []
        async for number in stages.waiting("download", chunks()):
            clock[0] += 10
            taken.append(number)
        return taken

    assert asyncio.run(take()) == [0, 1, 2]
    assert seconds_of(current) == {"download": 3}


def test_moved_time_ends_with_its_stage(clock: list[float], current: Stages) -> None:
    with measure("decode"):
        clock[0] += 10
    stages.move(3, "decode", "encode")
    assert seconds_of(current) == {"decode": 7, "encode": 3}
    assert current.spans["encode"].began == int(107e9)
    assert current.spans["encode"].ended == int(110e9)


def test_without_a_request_nothing_is_counted() -> None:
    CURRENT.set(None)
    with measure("decode"):
        stages.count("pixels", 1)
        stages.move(1, "decode", "encode")


def needed_bytes() -> int:
    return streamresize.process(PHOTO, [streamresize.Size(200, None)]).bytes_read


def access(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [
        vars(record)["facts"]
        for record in caplog.records
        if record.name == "streamresize_server.access"
    ]


async def two_thumbnails(client: aiohttp.ClientSession) -> str:
    for _ in range(2):
        async with client.get("/v1/thumbnail?path=a.jpg&w=200") as answer:
            assert answer.status == 200
    async with client.post("/v1/thumbnail?w=200", data=b"no picture") as answer:
        assert answer.status == 415
    async with client.get("/v1/nothing") as answer:
        assert answer.status == 404
    async with client.get("/metrics") as answer:
        return await answer.text()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.jpg").write_bytes(PHOTO)
    return tmp_path


def test_metrics(folder: Path) -> None:
    text = talk(two_thumbnails, roots=[folder], memory_budget=64 << 20)
    samples = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }

    def value(name: str, **labels: str) -> float:
        return samples[f"streamresize_{name}", tuple(sorted(labels.items()))]

    route = "/v1/thumbnail"
    assert value("requests_total", route=route, method="GET", status="200") == 2
    assert value("requests_total", route=route, method="POST", status="415") == 1
    assert value("requests_total", route="unknown", method="GET", status="404") == 1
    assert value("request_seconds_count", route=route) == 3
    for stage, times in (("queue", 2), ("download", 2), ("decode", 1), ("encode", 1), ("send", 4)):
        assert value("stage_seconds_count", stage=stage) == times
    assert value("read_bytes_total") == needed_bytes()
    assert value("decoded_pixels_total") == 640 * 480
    assert value("cache_lookups_total", outcome="miss") == 1
    assert value("cache_lookups_total", outcome="hit") == 1
    assert value("cache_memory_bytes") > 1000
    assert value("in_progress") == 1
    assert value("queue_length") == value("budget_used_bytes") == 0
    assert 32 << 20 < value("budget_bytes") < 64 << 20
    assert value("sent_bytes_total") > 2 * 1000


def test_the_access_log(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        talk(two_thumbnails, roots=[folder])
    first, second, third, *_ = access(caplog)
    assert (first["method"], first["status"]) == ("GET", 200)
    assert first["path"] == "/v1/thumbnail?path=a.jpg&w=200"
    parts = [first[f"{stage}_ms"] for stage in ("queue", "download", "decode", "encode", "send")]
    assert 0 < sum(parts) <= first["ms"] + 1
    assert first["bytes_read"] == needed_bytes()
    assert "decode_ms" not in second
    assert second["cache_hit"] == 1
    assert first["id"] != second["id"]
    assert third["status"] == 415


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/health", "/health"),
        ("/v1/thumbnail?path=a.jpg&w=5", "/v1/thumbnail?path=a.jpg&w=5"),
        (
            "/v1/thumbnail?url=https%3A%2F%2Fme%3Apw%40h.example%2Fa.jpg%3Ftoken%3D1&w=5",
            "/v1/thumbnail?url=https://h.example/a.jpg&w=5",
        ),
        (
            "/sig/rs:fill:3:4/plain/https://h.example/a.jpg",
            "/-/rs:fill:3:4/plain/https://h.example/a.jpg",
        ),
        (
            "/sig/w:3/plain/https://me:pw@h.example/a.jpg%3Ftoken=1@png",
            "/-/w:3/plain/https://h.example/a.jpg",
        ),
        (
            "/sig/w:3/plain/https%3A%2F%2Fme%3Apw%40h.example%2Fa.jpg",
            "/-/w:3/plain/https:%2F%2Fh.example%2Fa.jpg",
        ),
        ("/sig/w:3/aHR0cHM6/Ly9oLmV4YW1wbGU.jpg", "/-/w:3/-"),
        ("/sig/plain/s3://bucket/a.jpg", "/-/plain/s3://bucket/a.jpg"),
    ],
)
def test_paths_are_logged_without_secrets(path: str, shown: str) -> None:
    assert shown_path(make_mocked_request("GET", path)) == shown


def test_a_line_of_the_log_is_one_line() -> None:
    facts = {"path": "/a\nb", "status": 200, "x": "\u2028\x1b[0m"}
    record = logging.makeLogRecord({"msg": "request\r\n", "levelname": "INFO", "facts": facts})
    told = json.loads(FORMATTERS["json"]().format(record))
    assert (told["path"], told["status"], told["message"]) == ("/a\nb", 200, "request\r\n")
    for formatter in FORMATTERS.values():
        line = formatter().format(record)
        assert line.isprintable()
        assert len(line.splitlines()) == 1


def test_an_error_comes_with_its_traceback() -> None:
    try:
        raise ValueError("of this test")
    except ValueError:
        record = logging.makeLogRecord({"msg": "failed", "exc_info": sys.exc_info()})
    told = json.loads(FORMATTERS["json"]().format(record))
    assert told["traceback"].endswith("ValueError: of this test")
    assert FORMATTERS["text"]().format(record).endswith("\nValueError: of this test")


def traced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[ReadableSpan]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)

    async def get(client: aiohttp.ClientSession) -> None:
        parent = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
        async with client.get("/v1/thumbnail?path=a.jpg&w=200", headers=parent) as answer:
            await answer.read()

    talk(get, roots=[folder])
    return list(exporter.get_finished_spans())


def test_spans(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    *parts, request = traced(folder, monkeypatch)
    assert request.name == "GET /v1/thumbnail"
    assert request.parent is not None
    assert (request.parent.span_id, request.context.trace_id) == (
        0xBBBBBBBBBBBBBBBB,
        int("a" * 32, 16),
    )
    assert request.attributes is not None
    assert request.attributes["http.response.status_code"] == 200
    assert {part.name for part in parts} == {"queue", "download", "decode", "encode", "send"}
    for part in parts:
        assert part.parent is not None
        assert part.parent.span_id == request.context.span_id
        assert request.start_time <= part.start_time <= part.end_time <= request.end_time  # type: ignore[operator]


def test_without_opentelemetry_there_are_no_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(tracing(), NoTracing)  # nobody wants them
    monkeypatch.setattr(trace, "get_tracer_provider", TracerProvider)
    assert isinstance(tracing(), OpenTelemetry)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    assert isinstance(tracing(), NoTracing)


def test_a_method_of_ones_own_is_no_label() -> None:
    async def ask(client: aiohttp.ClientSession) -> str:
        async with client.request("PROPFIND", "/test") as answer:
            assert answer.status == 405
        async with client.get("/metrics") as answer:
            return await answer.text()

    async def nothing(_: web.Request) -> web.Response:
        return web.Response()

    text = talk(ask, [web.get("/test", nothing)])
    assert "PROPFIND" not in text
    assert 'method="unknown"' in text


def test_warnings_are_lines_of_the_log_too() -> None:
    code = (
        "import warnings; from streamresize_server.logs import configure\n"
        "configure('json'); warnings.warn('truncated file')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "truncated file" in json.loads(done.stdout)["message"]
    assert done.stderr == ""
