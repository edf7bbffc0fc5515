"""Constant borders: letterboxes, frames, scans on white paper."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from streamresize.strips import Samples

NOISE = 12  # levels that the samples of a border may differ in
OUTLIERS = 0.02  # of the samples of a line that may differ by more
SMALLEST_PART = 0.25  # of a side that must remain


class Box(NamedTuple):
    """Part of a picture: columns left .. right - 1 of rows top .. bottom - 1."""

    left: int
    top: int
    right: int
    bottom: int


def content_box(luma: Samples) -> Box:
    """What is left of a picture, uint8 (h, w), without its constant borders.

    A row or column belongs to a border while its samples, save one in fifty, are within NOISE
    levels of its corner. Where less than a quarter of a side would remain, all of it does.
    """
    height, width = luma.shape
    top, bottom = _content(luma)
    left, right = _content(luma[top:bottom].T)
    if (right - left) < SMALLEST_PART * width or (bottom - top) < SMALLEST_PART * height:
        return Box(0, 0, width, height)
    return Box(left, top, right, bottom)


def _content(lines: Samples) -> tuple[int, int]:
    """First line with content, and the one behind the last; all lines where there is none.

    The border from one end may reach behind that from the other: 0, 10, 20 are near to their next.
    """
    before, behind = _border(lines), len(lines) - _border(lines[::-1])
    return (before, behind) if before < behind else (0, len(lines))


def _border(lines: Samples) -> int:
    level = int(lines[0, 0])
    for number, line in enumerate(lines):
        outliers = np.count_nonzero(np.abs(line.astype(np.int16) - level) > NOISE)
        if outliers > len(line) * OUTLIERS:
            return number
    return len(lines)
