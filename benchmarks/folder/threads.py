"""A pool of threads over the files of a folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from benchmarks.tasks import Task


def run_threads(run: Callable[[Task], bytes], task: Task) -> bytes:
    sources = sorted(Path(task.source).glob("*.jpg"))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jpegs = list(pool.map(lambda path: run(replace(task, source=str(path))), sources))
    return jpegs[-1]
