"""streamresize.thumbnail, file by file."""

from __future__ import annotations

from benchmarks.folder.threads import run_threads
from benchmarks.tasks import Task
from benchmarks.thumbnail import streamresize


def version() -> str:
    return streamresize.version()


def run(task: Task) -> bytes:
    return run_threads(streamresize.run, task)
