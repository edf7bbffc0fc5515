"""PyTurboJPEG: libjpeg-turbo's scaling factors, then Pillow's resize."""

from __future__ import annotations

from importlib.metadata import version as installed
from pathlib import Path

import numpy as np
from PIL import Image
from turbojpeg import TJPF_RGB, TJSAMP_420, TurboJPEG

from benchmarks.tasks import QUALITY, Task, fitted

TURBO = TurboJPEG()


def version() -> str:
    return f"PyTurboJPEG {installed('PyTurboJPEG')}"


def run(task: Task) -> bytes:
    data = Path(task.source).read_bytes()
    pixels = TURBO.decode(data, TJPF_RGB, scaling_factor=(1, task.coarsest_scale()))
    small = Image.fromarray(pixels).resize(fitted(task), Image.Resampling.BICUBIC)
    jpeg: bytes = TURBO.encode(np.asarray(small), QUALITY, TJPF_RGB, TJSAMP_420)
    return jpeg
