"""The packed planes that libjpeg-turbo's encoder takes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from streamresize.sinks.formats import CHROMA_FACTORS, Subsampling
from streamresize.strips import Samples

ROW_ALIGNMENT = 4  # bytes


class YuvLayout:
    """Where in a buffer one gray plane lies, or Y, Cb and Cr, one behind the other.

    shapes: (height, width) of the planes; of colour, with what the subsampling leaves of chroma:
    (ceil(h / 2), ceil(w / 2)) at 4:2:0. nbytes: of the buffer. pads: anything lies between the
    planes. Rows are aligned, and Y has whole chroma samples in both directions.
    """

    def __init__(self, shapes: Sequence[tuple[int, int]], subsampling: Subsampling) -> None:
        self.subsampling = subsampling
        across, down = CHROMA_FACTORS[subsampling] if len(shapes) > 1 else (1, 1)
        strides = [_aligned(_aligned(w, across), ROW_ALIGNMENT) for _, w in shapes]
        heights = [_aligned(h, down if i == 0 else 1) for i, (h, _) in enumerate(shapes)]
        ends = list(accumulate(height * stride for height, stride in zip(heights, strides)))
        self.nbytes = ends[-1]
        self._places = list(zip([0, *ends], ends, zip(heights, strides), shapes))
        self.pads = any(padded != shape for *_, padded, shape in self._places)

    def padded(self, data: Samples) -> list[Samples]:
        """The planes of a buffer with what pads them."""
        return [data[start:end].reshape(shape) for start, end, shape, _ in self._places]

    def cut(self, padded: Sequence[Samples]) -> list[Samples]:
        """The planes alone."""
        if not self.pads:
            return list(padded)
        return [plane[:h, :w] for plane, (*_, (h, w)) in zip(padded, self._places)]


class YuvBuffer:
    """The planes of a layout in `data`.

    planes: writable views, uint8 (h, w); `pad` fills what lies outside of them.
    """

    def __init__(self, layout: YuvLayout) -> None:
        self.subsampling = layout.subsampling
        self._pads = layout.pads
        self.data: Samples = np.empty(layout.nbytes, np.uint8)
        self._padded = layout.padded(self.data)
        self.planes = layout.cut(self._padded)

    @classmethod
    def of(cls, planes: Sequence[Sequence[Samples]], subsampling: Subsampling) -> YuvBuffer:
        """A copy of the planes, each of which comes in pieces of some rows."""
        shapes = [(sum(map(len, pieces)), pieces[0].shape[1]) for pieces in planes]
        buffer = cls(YuvLayout(shapes, subsampling))
        for target, pieces in zip(buffer.planes, planes):
            np.concatenate(pieces, out=target)
        return buffer

    def pad(self) -> None:
        """Repeat the last column and row into the padding."""
        if not self._pads:
            return
        for padded, plane in zip(self._padded, self.planes):
            height, width = plane.shape
            padded[:height, width:] = plane[:, -1:]
            padded[height:] = padded[height - 1]


def _aligned(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple
