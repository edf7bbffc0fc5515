"""The packed planes that libjpeg-turbo's encoder takes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from streamresize.strips import Samples

ROW_ALIGNMENT = 4  # bytes


class YuvBuffer:
    """One gray plane, or Y, Cb and Cr at 4:2:0, one behind the other in `data`.

    planes: writable views, uint8 (h, w) and, for colour, twice (ceil(h / 2), ceil(w / 2)). Rows are
    aligned, and Y has even sides where there is chroma; `pad` fills what lies outside the views.
    """

    def __init__(self, shapes: Sequence[tuple[int, int]]) -> None:
        multiple = 2 if len(shapes) > 1 else 1
        strides = [_aligned(_aligned(w, multiple), ROW_ALIGNMENT) for _, w in shapes]
        heights = [_aligned(h, multiple if i == 0 else 1) for i, (h, _) in enumerate(shapes)]
        areas = [height * stride for height, stride in zip(heights, strides)]
        self.data: Samples = np.empty(sum(areas), np.uint8)
        ends = accumulate(areas)
        self._padded = [
            self.data[end - area : end].reshape(height, stride)
            for end, area, height, stride in zip(ends, areas, heights, strides)
        ]
        self.planes = [padded[:h, :w] for padded, (h, w) in zip(self._padded, shapes)]

    def pad(self) -> None:
        """Repeat the last column and row into the padding."""
        for padded, plane in zip(self._padded, self.planes):
            height, width = plane.shape
            padded[:height, width:] = plane[:, -1:]
            padded[height:] = padded[height - 1]


def _aligned(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple
