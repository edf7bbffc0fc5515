"""Steps that block, in threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Protocol, TypeVar

Outcome = TypeVar("Outcome")


class Closable(Protocol):
    def close(self) -> object: ...


class Worker:
    """One step at a time. A step cannot be stopped, only abandoned."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads
        self._step: Future[object] | None = None
        self._kept: list[Closable] = []

    async def run(self, step: Callable[[], Outcome]) -> Outcome:
        future = self._threads.submit(step)
        self._step = future  # type: ignore[assignment]
        return await asyncio.wrap_future(future)

    def keep(self, file: Closable) -> None:
        """To be called by a step: `close` will close `file`."""
        self._kept.append(file)

    def close(self) -> None:
        """Close what is kept, behind the step that runs."""
        if self._step is not None:
            self._step.add_done_callback(self._close_kept)

    def _close_kept(self, _: Future[object]) -> None:
        for file in self._kept:
            with suppress(Exception):
                file.close()
