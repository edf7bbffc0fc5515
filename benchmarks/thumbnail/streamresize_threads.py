"""streamresize.thumbnail on all cores."""

from __future__ import annotations

import os

import streamresize
from benchmarks.tasks import QUALITY, Task
from benchmarks.thumbnail.streamresize import version as version


def run(task: Task) -> bytes:
    return streamresize.thumbnail(
        task.source,
        (task.size, task.size),
        quality=QUALITY,
        auto_orient=False,
        threads=os.cpu_count(),
    )
