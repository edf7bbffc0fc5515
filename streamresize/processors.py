"""How many processors there are, and how many of them a picture is worth."""

from __future__ import annotations

import os

from streamresize.info import ImageInfo

THREADED_FROM_PIXELS = 16_000_000
USUAL_THREADS = 2
MOST_THREADS = 16


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def decoding_threads(info: ImageInfo, asked: int | None) -> int:
    """Threads that decode a picture, 1 to 16.

    asked: how many, or None for two where the picture is large and there are processors for them.
    Raises ValueError for fewer than 1.
    """
    if asked is None:
        is_large = info.width * info.height >= THREADED_FROM_PIXELS
        return min(USUAL_THREADS, processors()) if is_large else 1
    if asked < 1:
        raise ValueError("threads must be at least 1")
    return min(asked, MOST_THREADS)
