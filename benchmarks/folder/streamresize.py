"""streamresize.process_many"""

from __future__ import annotations

from pathlib import Path

import streamresize
from benchmarks.tasks import QUALITY, Task
from benchmarks.thumbnail import streamresize as one_file


def version() -> str:
    return one_file.version()


def run(task: Task) -> bytes:
    sources = sorted(Path(task.source).glob("*.jpg"))
    size = streamresize.Size(task.size, task.size, quality=QUALITY)
    *_, last = streamresize.process_many(sources, [size])
    if not isinstance(last, streamresize.Result) or not isinstance(last.images[0].data, bytes):
        raise AssertionError(f"{sources[-1]} cannot be resized: {last}")
    return last.images[0].data
