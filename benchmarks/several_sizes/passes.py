"""A pass for each size, and one for the hash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import imagehash
from PIL import Image

from benchmarks.tasks import Task


def run_passes(run: Callable[[Task], bytes], task: Task) -> bytes:
    jpegs = [run(replace(task, sizes=(size,))) for size in task.sizes]
    with Image.open(task.source) as image:
        imagehash.phash(image)
    return jpegs[0]
