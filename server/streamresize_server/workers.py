"""Threads for calls that block; what waits for them is bounded, and so is the time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import TypeVar

from streamresize_server.admission import Busy
from streamresize_server.timeouts import Overtime, within

Outcome = TypeVar("Outcome")


class Deadline:
    """Ends work in a thread that looks at it now and then."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = monotonic() + seconds

    def check(self) -> None:
        """Raises Overtime."""
        if monotonic() > self._end:
            raise Overtime(f"this took longer than {self.seconds:g} seconds")

    def stop(self) -> None:
        self._end = 0.0


class Workers:
    """queued: calls that may run and wait."""

    def __init__(self, name: str, threads: int, queued: int) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._most = threads + queued
        self._here = 0

    def close(self) -> None:
        """Wait for the threads."""
        self._executor.shutdown(cancel_futures=True)

    async def run(self, work: Callable[[], Outcome], deadline: Deadline) -> Outcome:
        """The work's outcome. What is not done in time is not waited for.

        Raises Busy, Overtime, and what the work raises.
        """
        if self._here >= self._most:
            raise Busy("too many requests are waiting")
        self._here += 1
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self._executor, work)
        future.add_done_callback(self._left)
        try:
            async with within(deadline.seconds):
                return await future
        finally:
            deadline.stop()

    def _left(self, _: asyncio.Future[Outcome]) -> None:
        self._here -= 1
