"""Pillow, file by file."""

from __future__ import annotations

from benchmarks.folder.threads import run_threads
from benchmarks.tasks import Task
from benchmarks.thumbnail import pillow_draft


def version() -> str:
    return pillow_draft.version()


def run(task: Task) -> bytes:
    return run_threads(pillow_draft.run, task)
