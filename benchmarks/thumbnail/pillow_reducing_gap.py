"""Pillow's thumbnail as it is by default: scaled decoding to at least twice the size."""

from __future__ import annotations

import PIL
from PIL import Image

from benchmarks.tasks import Task
from benchmarks.thumbnail.pillow_draft import encoded


def version() -> str:
    return f"Pillow {PIL.__version__}, reducing_gap=2"


def run(task: Task) -> bytes:
    with Image.open(task.source) as image:
        image.thumbnail((task.size, task.size), reducing_gap=2.0)
        return encoded(image)
