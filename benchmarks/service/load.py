"""Many clients at once: python -m benchmarks.service.load < load.json > answers.json"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

import aiohttp
import numpy as np

from benchmarks.service.keep_alive import KeepAlive

TIMEOUT_SECONDS = 120.0
PAUSE_SECONDS = 0.5  # of a client that was refused


@dataclass(frozen=True)
class Load:
    """Client i of n asks for `paths[i::n]` in turn, so that no two ask for the same at once.

    Each begins at another place of its own. address: of the server, as http://127.0.0.1:8080.
    bare: with a client of few instructions, for answers that cost the server next to nothing.
    """

    paths: Sequence[str]
    clients: int
    seconds: float
    address: str = ""
    bare: bool = False

    def turns(self, number: int) -> Iterator[str]:
        """What client `number` asks for."""
        own = self.paths[number :: self.clients]
        begin = number % len(own)
        return itertools.cycle([*own[begin:], *own[:begin]])


class Answer(NamedTuple):
    """status: 0 where there was none. seconds: until the body was complete."""

    path: str
    status: int
    seconds: float
    body: bytes


@dataclass
class Answers:
    """wall, cpu: seconds, of the clients. latency: seconds, of answers with status 200.

    digests: how often each body (SHA-256) came with status 200, by path.
    """

    wall: float
    cpu: float = 0.0
    statuses: dict[str, int] = field(default_factory=dict)
    bytes: int = 0
    latency: dict[str, float] = field(default_factory=dict)
    digests: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def good(self) -> int:
        return self.statuses.get("200", 0)

    @property
    def rate(self) -> float:
        """Answers with status 200 in a second."""
        return self.good / self.wall


class Tally:
    """Counts answers as they come."""

    def __init__(self) -> None:
        self._statuses: Counter[str] = Counter()
        self._digests: dict[str, Counter[str]] = defaultdict(Counter)
        self._seconds: list[float] = []
        self._bytes = 0
        self._begun = time.perf_counter()

    def add(self, answer: Answer) -> None:
        self._statuses[str(answer.status)] += 1
        self._bytes += len(answer.body)
        if answer.status == 200:
            self._seconds.append(answer.seconds)
            self._digests[answer.path][hashlib.sha256(answer.body).hexdigest()] += 1

    def answers(self) -> Answers:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return Answers(
            wall=time.perf_counter() - self._begun,
            cpu=usage.ru_utime + usage.ru_stime,
            statuses=dict(self._statuses),
            bytes=self._bytes,
            latency=quantiles(self._seconds),
            digests={path: dict(counts) for path, counts in self._digests.items()},
        )


def quantiles(seconds: Sequence[float]) -> dict[str, float]:
    if not seconds:
        return {}
    p50, p99, most = np.quantile(seconds, (0.5, 0.99, 1)).tolist()
    return {"p50": p50, "p99": p99, "max": most}


Ask = Callable[[str], Awaitable[tuple[int, bytes]]]


async def put_on(load: Load) -> Answers:
    """All clients ask until the time is over; what has been asked for then is waited for."""
    tally = Tally()
    end = time.perf_counter() + load.seconds
    client = _bare_client if load.bare else _client
    await asyncio.gather(*(client(load, number, end, tally) for number in range(load.clients)))
    return tally.answers()


async def _client(load: Load, number: int, end: float, tally: Tally) -> None:
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    async with aiohttp.ClientSession(load.address, timeout=timeout) as session:

        async def ask(path: str) -> tuple[int, bytes]:
            async with session.get(path) as response:
                return response.status, await response.read()

        await _ask_in_turn(ask, load.turns(number), end, tally)


async def _bare_client(load: Load, number: int, end: float, tally: Tally) -> None:
    connection = await KeepAlive.connect(load.address)
    try:
        await _ask_in_turn(connection.get, load.turns(number), end, tally)
    finally:
        connection.close()


async def _ask_in_turn(ask: Ask, paths: Iterator[str], end: float, tally: Tally) -> None:
    for path in paths:
        begun = time.perf_counter()
        if begun >= end:
            return
        try:
            status, body = await ask(path)
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
            status, body = 0, b""
        tally.add(Answer(path, status, time.perf_counter() - begun, body))
        if status != 200:
            await asyncio.sleep(PAUSE_SECONDS)


def main() -> None:
    load = Load(**json.load(sys.stdin))
    json.dump(asdict(asyncio.run(put_on(load))), sys.stdout)


if __name__ == "__main__":
    main()
