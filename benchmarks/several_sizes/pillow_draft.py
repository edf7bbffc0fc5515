"""Pillow for the sizes, imagehash for the hash."""

from __future__ import annotations

from benchmarks.several_sizes.passes import run_passes
from benchmarks.tasks import Task
from benchmarks.thumbnail import pillow_draft


def version() -> str:
    return f"{pillow_draft.version()}; imagehash"


def run(task: Task) -> bytes:
    return run_passes(pillow_draft.run, task)
