"""Components interpolated to a finer sampling: as libjpeg-turbo does it, bit for bit.

Where an input becomes two outputs, they lie a quarter of it off its centre, so that the weights of
linear interpolation are quarters, and in both directions sixteenths. Halves are rounded up and down
in turn ("fancy" upsampling, jdsample.c): always up, they would shift colours.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from streamresize.resample import Axis, PlaneResampler
from streamresize.strips import Samples

SIXTEENTHS = 4  # bits
# Sixteenths added before these bits are cut off, for even and odd rows and columns, by the number
# of outputs for each input, across and down.
ROUNDING: dict[tuple[float, float], list[list[int]]] = {
    (2, 1): [[4, 8], [4, 8]],
    (1, 2): [[4, 4], [8, 8]],
    (2, 2): [[8, 7], [8, 7]],
}
HALF_UP = [[8, 8], [8, 8]]


class Upsampler:
    """Interpolates a plane that comes in strips, top to bottom.

    factors: outputs for each input, across and down, at least 1; where both are 1, the rows are
    given as they come.
    """

    def __init__(self, horizontal: Axis, vertical: Axis, factors: tuple[float, float]) -> None:
        self._resampler = None if factors == (1, 1) else PlaneResampler(horizontal, vertical)
        rounding = np.array(ROUNDING.get(factors, HALF_UP), np.uint16)
        self._rounding = np.tile(rounding, -(-horizontal.samples // 2))[:, : horizontal.samples]

    @property
    def nbytes(self) -> int:
        """Memory held between strips."""
        return self._rounding.nbytes + (self._resampler.nbytes if self._resampler else 0)

    def feed(self, strip: Samples, start: int) -> Iterator[Samples]:
        """Take rows start, start + 1, ...; give the next rows, uint8 (rows, outputs)."""
        if self._resampler is None:
            yield strip
            return
        sixteenths = np.left_shift(strip, SIXTEENTHS, dtype=np.uint16)
        for first, rows in self._resampler.feed(sixteenths, start):
            rows += self._rounding[np.arange(first, first + len(rows)) % 2]
            rows >>= SIXTEENTHS
            yield rows.astype(np.uint8)
