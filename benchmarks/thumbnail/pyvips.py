"""libvips by pyvips: thumbnail, which shrinks on load."""

from __future__ import annotations

import pyvips

from benchmarks.tasks import QUALITY, Task


def version() -> str:
    numbers = [pyvips.version(i) for i in range(3)]
    return f"libvips {'.'.join(map(str, numbers))}"


def run(task: Task) -> bytes:
    image = pyvips.Image.thumbnail(task.source, task.size, height=task.size, no_rotate=True)
    data: bytes = image.jpegsave_buffer(Q=QUALITY)
    return data
