"""How the benchmark of the service asks, measures and judges."""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from benchmarks.service.load import Load, put_on
from benchmarks.service.report import ceiling, throughput
from benchmarks.service.upload import upload
from benchmarks.service.watch import Watch

Outcome = TypeVar("Outcome")

PATHS = ["/good/0", "/good/1", "/good/2", "/bad"]
BODIES = {path: path.encode() * 1000 for path in PATHS}
NEEDED, SIZE, RATE = 200_000, 2_000_000, 4e6


async def answer(request: web.Request) -> web.Response:
    return web.Response(body=BODIES[request.path], status=429 if request.path == "/bad" else 200)


async def answer_early(request: web.Request) -> web.Response:
    await request.content.readexactly(NEEDED)
    return web.Response(body=b"enough")


def with_server(work: Callable[[str], Awaitable[Outcome]]) -> Outcome:
    """What comes of the work, which is given the address of a server."""

    async def main() -> Outcome:
        app = web.Application()
        app.add_routes([web.get("/{path:.*}", answer), web.post("/", answer_early)])
        async with TestServer(app) as server:
            return await work(f"http://127.0.0.1:{server.port}")

    return asyncio.run(main())


@pytest.mark.parametrize("bare", [False, True])
def test_every_answer_counts_once(bare: bool) -> None:
    async def work(address: str) -> Any:
        return await put_on(Load(PATHS, clients=3, seconds=0.2, address=address, bare=bare))

    answers = with_server(work)
    assert answers.statuses["429"] == 1  # of one client, that pauses then
    assert answers.good == sum(sum(found.values()) for found in answers.digests.values())
    assert set(answers.digests) == set(PATHS[:3])
    for path, found in answers.digests.items():
        assert list(found) == [hashlib.sha256(BODIES[path]).hexdigest()]
    assert answers.bytes > 7000 * answers.good
    assert 0 < answers.latency["p50"] <= answers.latency["p99"] <= answers.latency["max"] < 10


def test_clients_ask_for_different_things() -> None:
    load = Load([str(number) for number in range(12)], clients=4, seconds=1)
    asked = [[next(turns) for turns in [load.turns(number)] * 6] for number in range(4)]
    assert [len(set(own)) for own in asked] == [3] * 4
    assert len({path for own in asked for path in own}) == 12
    assert asked[1] == ["5", "9", "1", "5", "9", "1"]


def test_a_server_that_is_not_there_gives_no_answer() -> None:
    load = Load(["/"], clients=1, seconds=0.01, address="http://127.0.0.1:9")
    assert asyncio.run(put_on(load)).statuses == {"0": 1}


def test_what_was_sent_when_the_answer_began() -> None:
    async def work(address: str) -> Any:
        body = bytes(SIZE)
        return [await upload(address, "/", body, RATE, whole=whole) for whole in (False, True)]

    stopped, whole = with_server(work)
    assert stopped.status == whole.status == 200
    assert NEEDED / 2 < stopped.sent < SIZE
    assert whole.first_byte < 0


def test_memory_of_children_counts() -> None:
    child = "b = b'x' * 80_000_000; import sys; print(1, flush=True); sys.stdin.read()"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    process = subprocess.Popen(
        [sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    with Watch(process.pid) as watch:
        time.sleep(0.5)
    process.communicate()
    assert watch.usage.processes == 2
    assert 80e6 < watch.usage.peak <= watch.usage.high_water < 300e6


def rival(rate: float, peak: int, **more: Any) -> dict[str, Any]:
    latency = {"p50": 0.1, "p99": 0.2, "max": 0.3}
    answers = {"statuses": {"200": 10, "429": 1}, "latency": latency, "wall": 10, "cpu": 1}
    return {"rate": rate, "usage": {"cpu": 1, "peak": peak, "idle": 10}, "answers": answers, **more}


@pytest.mark.parametrize("peak", [376_000_000, 376_000_001])
def test_a_peak_above_the_budget_is_told(peak: int) -> None:
    mine = rival(10, peak, as_the_library=9)
    text = ceiling({"side": 1, "seconds": 1, "budget": 256_000_000, "rivals": {"mine": mine}})
    assert ("not reached" in text) == (peak > 376_000_000)
    assert "1 of 10" in text


@pytest.mark.parametrize("rate", [14.9, 15])
def test_the_best_peer_counts(rate: float) -> None:
    rivals = {"streamresize": rival(rate, 1), "a": rival(10, 1), "b": rival(9, 1)}
    text = throughput({"side": 1, "seconds": 1, "rivals": rivals})
    assert ("not reached" in text) == (rate < 15)
    assert "rate of a" in text
