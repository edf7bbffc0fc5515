"""Steps that block, in threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from typing_extensions import ParamSpec

Arguments = ParamSpec("Arguments")
Outcome = TypeVar("Outcome")


async def in_thread(
    step: Callable[Arguments, Outcome], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Outcome:
    """As `asyncio.to_thread`; but cancelled, it returns when the step is over.

    What the step uses may then be closed, and what it made be removed.
    """
    running = asyncio.ensure_future(asyncio.to_thread(step, *args, **kwargs))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        while not running.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([running])
        if not running.cancelled():
            running.exception()  # has been looked at
        raise
