"""How long to wait for a source."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from streamresize_server.sources.errors import OriginTimeout
from streamresize_server.sources.settings import SourceSettings
from streamresize_server.timeouts import timeout


class Patience:
    """With one source: what is waited in steps adds up to no more than `download_seconds`."""

    def __init__(self, settings: SourceSettings) -> None:
        self._settings = settings
        self._left = settings.download_seconds

    @asynccontextmanager
    async def wait(self, limit: str) -> AsyncGenerator[None, None]:
        """Bounds what is awaited inside by the setting `limit`. Raises OriginTimeout."""
        seconds: float = getattr(self._settings, limit)
        clock = asyncio.get_running_loop().time
        start = clock()
        try:
            async with timeout(min(seconds, self._left)):
                yield
        except asyncio.TimeoutError:
            if self._left < seconds:
                limit, seconds = "download_seconds", self._settings.download_seconds
            raise OriginTimeout(limit, seconds) from None
        finally:
            self._left -= clock() - start
