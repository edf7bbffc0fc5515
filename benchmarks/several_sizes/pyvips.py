"""libvips for the sizes, imagehash for the hash."""

from __future__ import annotations

from benchmarks.several_sizes.passes import run_passes
from benchmarks.tasks import Task
from benchmarks.thumbnail import pyvips


def version() -> str:
    return f"{pyvips.version()}; imagehash"


def run(task: Task) -> bytes:
    return run_passes(pyvips.run, task)
