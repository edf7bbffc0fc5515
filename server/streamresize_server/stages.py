"""How long a request spends in each stage: measured once, for the log, metrics and spans.

    with stages.measure("queue"):
        await ...
    async for chunk in stages.waiting("download", chunks):
        ...

A stage that begins within another one of the same task interrupts it: no time counts twice.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from types import TracebackType
from typing import TypeVar

QUEUE, DOWNLOAD, DECODE, ENCODE, SEND = STAGES = ("queue", "download", "decode", "encode", "send")

Entered = TypeVar("Entered")
Item = TypeVar("Item")


@dataclass(slots=True)
class Span:
    """seconds: spent in the stage, which began and was left at these nanoseconds since 1970."""

    began: int
    ended: int
    seconds: float = 0.0


@dataclass(slots=True)
class Stages:
    """Of one request. counts: whatever else is worth counting, such as "bytes_read"."""

    spans: dict[str, Span] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, stage: str, began: int, seconds: float) -> None:
        """Some time in a stage, which began at these nanoseconds and has ended now."""
        now = time.time_ns()
        span = self.spans.setdefault(stage, Span(began, now))
        span.ended = now
        span.seconds += seconds

    def move(self, seconds: float, stage: str, to: str) -> None:
        """Count some of a stage's time as that of another, which it ended with."""
        whole = self.spans[stage]
        whole.seconds = max(0.0, whole.seconds - seconds)
        self.add(to, whole.ended - int(seconds * 1e9), seconds)


class measure:  # noqa: N801 - used as a statement
    """Count the time within as the stage's, of the current request, if there is one."""

    __slots__ = ("_began", "_outer", "_seconds", "_since", "_stage", "_token")

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self._seconds = 0.0

    def __enter__(self) -> None:
        self._outer = INNERMOST.get(None)
        if self._outer:
            self._outer.pause()
        self._token: Token[measure | None] = INNERMOST.set(self)
        self._began = time.time_ns()
        self.resume()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.pause()
        INNERMOST.reset(self._token)
        if self._outer:
            self._outer.resume()
        if stages := CURRENT.get(None):
            stages.add(self._stage, self._began, self._seconds)

    def pause(self) -> None:
        """Another one has begun within this one, or it ends."""
        self._seconds += time.perf_counter() - self._since

    def resume(self) -> None:
        self._since = time.perf_counter()


CURRENT: ContextVar[Stages | None] = ContextVar("stages")
INNERMOST: ContextVar[measure | None] = ContextVar("innermost")


async def waiting(stage: str, items: AsyncIterable[Item]) -> AsyncGenerator[Item, None]:
    """The items; the time in which they are waited for counts as the stage's."""
    iterator = aiter(items)
    while True:
        with measure(stage):
            try:
                item = await anext(iterator)
            except StopAsyncIteration:
                return
        yield item


@asynccontextmanager
async def entering(
    stage: str, context: AbstractAsyncContextManager[Entered]
) -> AsyncGenerator[Entered, None]:
    """The context; the time that it takes to enter it counts as the stage's."""
    async with AsyncExitStack() as stack:
        with measure(stage):
            entered = await stack.enter_async_context(context)
        yield entered


def count(name: str, number: int) -> None:
    """Add to a count of the current request."""
    if stages := CURRENT.get(None):
        stages.counts[name] += number


def move(seconds: float, stage: str, to: str) -> None:
    """As `Stages.move`, for the current request."""
    if stages := CURRENT.get(None):
        stages.move(seconds, stage, to)
