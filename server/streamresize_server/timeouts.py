"""Bounds on how long work may take."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

if sys.version_info >= (3, 11):
    from asyncio import timeout
else:
    from async_timeout import timeout

__all__ = ["Overtime", "timeout", "within"]


class Overtime(Exception):
    """The service's work on a request took longer than it may."""


@asynccontextmanager
async def within(seconds: float, work: str = "this took longer than") -> AsyncIterator[None]:
    """Ends what takes longer. work: how the problem is told, in front of the seconds.

    Raises Overtime.
    """
    try:
        async with timeout(seconds):
            yield
    except asyncio.TimeoutError:
        raise Overtime(f"{work} {seconds:g} seconds") from None
