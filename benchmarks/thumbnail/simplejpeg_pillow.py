"""simplejpeg: scaled decoding to at least the size, then Pillow's resize."""

from __future__ import annotations

from importlib.metadata import version as installed
from pathlib import Path

import numpy as np
import simplejpeg
from PIL import Image

from benchmarks.tasks import QUALITY, Task, fitted


def version() -> str:
    return f"simplejpeg {installed('simplejpeg')}"


def run(task: Task) -> bytes:
    width, height = fitted(task)
    pixels = simplejpeg.decode_jpeg(
        Path(task.source).read_bytes(), min_width=width, min_height=height
    )
    small = Image.fromarray(pixels).resize((width, height), Image.Resampling.BICUBIC)
    jpeg: bytes = simplejpeg.encode_jpeg(
        np.ascontiguousarray(small), quality=QUALITY, colorsubsampling="420"
    )
    return jpeg
