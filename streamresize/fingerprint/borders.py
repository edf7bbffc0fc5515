"""Constant borders: letterboxes, frames, scans on white paper."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from streamresize import _native
from streamresize.strips import Samples

SMALLEST_PART = 0.25  # of a side that must remain


class Box(NamedTuple):
    """Part of a picture: columns left .. right - 1 of rows top .. bottom - 1."""

    left: int
    top: int
    right: int
    bottom: int


def content_box(luma: Samples) -> Box:
    """What is left of a picture, uint8 (h, w), without its constant borders.

    A row or column belongs to a border while its samples, save one in fifty, are within 12 levels
    of its corner. Where less than a quarter of a side would remain, all of it does.
    """
    height, width = luma.shape
    sides = np.empty(4, np.int64)
    _native.find_content(np.ascontiguousarray(luma), sides)
    left, top, right, bottom = sides.tolist()
    if (right - left) < SMALLEST_PART * width or (bottom - top) < SMALLEST_PART * height:
        return Box(0, 0, width, height)
    return Box(left, top, right, bottom)
