"""streamresize.thumbnail in one thread."""

from __future__ import annotations

import streamresize
from benchmarks.tasks import QUALITY, Task


def version() -> str:
    return f"streamresize {streamresize.__version__}"


def run(task: Task, *, threads: int = 1, preview: bool = False) -> bytes:
    return streamresize.thumbnail(
        task.source,
        (task.size, task.size),
        quality=QUALITY,
        auto_orient=False,
        preview=preview,
        threads=threads,
    )
