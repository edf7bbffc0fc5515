"""Whether new requests are welcome, and how many run."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web


class Readiness:
    """stopping: what runs is finished, and no connection is used again. count: of what runs."""

    def __init__(self) -> None:
        self.stopping = False
        self.count = 0
        self._idle = asyncio.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        """While a request runs."""
        self.count += 1
        self._idle.clear()
        try:
            yield
        finally:
            self.count -= 1
            if not self.count:
                self._idle.set()

    async def idle(self) -> None:
        """Wait until nothing runs."""
        if self.count:
            await self._idle.wait()


READINESS: web.AppKey[Readiness] = web.AppKey("readiness", Readiness)
