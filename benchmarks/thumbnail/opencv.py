"""OpenCV: reduced decoding, then INTER_AREA."""

from __future__ import annotations

import cv2

from benchmarks.tasks import QUALITY, Task, fitted

REDUCED = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}


def version() -> str:
    return f"OpenCV {cv2.__version__}"


def run(task: Task) -> bytes:
    flags = REDUCED[task.coarsest_scale()] | cv2.IMREAD_IGNORE_ORIENTATION
    image = cv2.imread(task.source, flags)
    assert image is not None
    small = cv2.resize(image, fitted(task), interpolation=cv2.INTER_AREA)
    done, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    assert done
    return bytes(data)
