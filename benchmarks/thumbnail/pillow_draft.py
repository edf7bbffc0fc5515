"""Pillow: libjpeg-turbo's scaled decoding to at least the size, then the default filter."""

from __future__ import annotations

import io

import PIL
from PIL import Image, features

from benchmarks.tasks import QUALITY, Task

Image.MAX_IMAGE_PIXELS = None


def version() -> str:
    return f"Pillow {PIL.__version__}, libjpeg-turbo {features.version('libjpeg_turbo')}, draft"


def encoded(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "jpeg", quality=QUALITY)
    return buffer.getvalue()


def run(task: Task) -> bytes:
    with Image.open(task.source) as image:
        image.draft("RGB", (task.size, task.size))
        image.thumbnail((task.size, task.size), reducing_gap=None)
        return encoded(image)
