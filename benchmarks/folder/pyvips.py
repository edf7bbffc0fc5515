"""libvips, file by file."""

from __future__ import annotations

from benchmarks.folder.threads import run_threads
from benchmarks.tasks import Task
from benchmarks.thumbnail import pyvips


def version() -> str:
    return pyvips.version()


def run(task: Task) -> bytes:
    return run_threads(pyvips.run, task)
