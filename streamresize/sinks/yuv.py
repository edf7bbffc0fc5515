"""The packed planes that libjpeg-turbo's encoder takes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from streamresize.sinks.formats import CHROMA_FACTORS, Subsampling
from streamresize.strips import Samples

ROW_ALIGNMENT = 4  # bytes


class YuvBuffer:
    """One gray plane, or Y, Cb and Cr, one behind the other in `data`.

    planes: writable views, uint8 (h, w) and, for colour, twice the chroma that the subsampling
    leaves: (ceil(h / 2), ceil(w / 2)) at 4:2:0. Rows are aligned, and Y has whole chroma samples in
    both directions; `pad` fills what lies outside the views.
    """

    def __init__(self, shapes: Sequence[tuple[int, int]], subsampling: Subsampling) -> None:
        self.subsampling = subsampling
        across, down = CHROMA_FACTORS[subsampling] if len(shapes) > 1 else (1, 1)
        strides = [_aligned(_aligned(w, across), ROW_ALIGNMENT) for _, w in shapes]
        heights = [_aligned(h, down if i == 0 else 1) for i, (h, _) in enumerate(shapes)]
        areas = [height * stride for height, stride in zip(heights, strides)]
        self.data: Samples = np.empty(sum(areas), np.uint8)
        ends = accumulate(areas)
        self._padded = [
            self.data[end - area : end].reshape(height, stride)
            for end, area, height, stride in zip(ends, areas, heights, strides)
        ]
        self.planes = [padded[:h, :w] for padded, (h, w) in zip(self._padded, shapes)]

    @classmethod
    def of(cls, planes: Sequence[Samples], subsampling: Subsampling) -> YuvBuffer:
        """A copy of the planes."""
        buffer = cls([(len(plane), plane.shape[1]) for plane in planes], subsampling)
        for target, plane in zip(buffer.planes, planes):
            target[:] = plane
        return buffer

    def pad(self) -> None:
        """Repeat the last column and row into the padding."""
        for padded, plane in zip(self._padded, self.planes):
            height, width = plane.shape
            padded[:height, width:] = plane[:, -1:]
            padded[height:] = padded[height - 1]


def _aligned(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple
