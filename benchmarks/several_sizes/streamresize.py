"""One pass."""

from __future__ import annotations

import streamresize
from benchmarks.tasks import QUALITY, Task
from benchmarks.thumbnail.streamresize import version as version
from streamresize import Size


def run(task: Task) -> bytes:
    sizes = [Size(size, size, quality=QUALITY) for size in task.sizes]
    result = streamresize.process(
        task.source, sizes, fingerprint=True, auto_orient=False, threads=1
    )
    assert result.fingerprint is not None
    jpeg = result.images[0].data
    assert isinstance(jpeg, bytes)
    return jpeg
