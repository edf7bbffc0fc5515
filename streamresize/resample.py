"""From strips to output rows: weights and row buffers.

A filter is a table of weights: each output sample is a weighted sum of neighbouring input samples.
Vertical sums are collected in a few open rows; a row is finished horizontally when its last input
row has come. Tables are made for the outputs that a strip touches, so that nothing here grows with
the height of the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from streamresize import _native
from streamresize.geometry import Span
from streamresize.strips import Samples

Positions: TypeAlias = NDArray[np.float64]

LANCZOS_LOBES = 3.0


class Taps(NamedTuple):
    """Weights of consecutive outputs: `lengths[i]` inputs from `first[i]` on.

    first, lengths: int32 (n,). weights: float32 (n, taps), rows sum to 1, zero behind the length.
    """

    first: NDArray[np.int32]
    lengths: NDArray[np.int32]
    weights: NDArray[np.float32]


class Filter(NamedTuple):
    """How an output sample weighs its inputs.

    support: half the width of the window, in output steps or input samples, whichever is larger.
    weigh: (input positions, output centres, output step), all in input samples -> weights.
    """

    support: float
    weigh: Callable[[Positions, Positions, float], Positions]


def _weigh_box(inputs: Positions, centres: Positions, step: float) -> Positions:
    """Length of the overlap of each input sample with the output's interval."""
    low = np.maximum(inputs, centres - step / 2)
    high = np.minimum(inputs + 1, centres + step / 2)
    overlap: Positions = np.maximum(high - low, 0.0)
    return overlap


def _weigh_triangle(inputs: Positions, centres: Positions, step: float) -> Positions:
    height: Positions = np.maximum(1.0 - np.abs(inputs + 0.5 - centres) / max(step, 1.0), 0.0)
    return height


def _weigh_lanczos(inputs: Positions, centres: Positions, step: float) -> Positions:
    """C. E. Duchon, "Lanczos filtering in one and two dimensions", 1979; three lobes."""
    x = (inputs + 0.5 - centres) / max(step, 1.0)
    return np.where(np.abs(x) < LANCZOS_LOBES, np.sinc(x) * np.sinc(x / LANCZOS_LOBES), 0.0)


BOX = Filter(0.5, _weigh_box)
TRIANGLE = Filter(1.0, _weigh_triangle)
LANCZOS = Filter(LANCZOS_LOBES, _weigh_lanczos)


class Axis:
    """One direction of a plane: `span` of it, in its own samples, becomes span.samples outputs.

    length: samples of the plane in this direction. extent: real-valued end of the picture, at most
    `length` and above length - 1; what lies behind it is padding and gets no weight from `BOX`.
    `BOX` turns into linear interpolation where the outputs are closer than the inputs.
    """

    def __init__(self, length: int, extent: float, span: Span, filter: Filter = BOX) -> None:
        self.length = length
        self.extent = extent
        self.span = span
        self.step = span.step
        self.filter = TRIANGLE if filter is BOX and self.step < 1.0 else filter
        self._reach = self.filter.support * max(self.step, 1.0)
        self._latest: tuple[int, int, Taps] | None = None

    @property
    def open_outputs(self) -> int:
        """Upper bound on how many outputs one input sample contributes to."""
        return int(np.ceil((2 * self._reach + 1) / self.step)) + 1

    def outputs_before(self, sample: int) -> int:
        """How many outputs have their first tap before `sample`, or a few more."""
        outputs = (sample + self._reach - self.span.low) / self.step + 1
        return int(np.clip(outputs, 0, self.span.samples))

    def taps(self, start: int, stop: int) -> Taps:
        """The weights of outputs start .. stop - 1. Planes that share an axis ask in turn."""
        if self._latest is None or self._latest[:2] != (start, stop):
            self._latest = (start, stop, self._make_taps(start, stop))
        return self._latest[2]

    def _make_taps(self, start: int, stop: int) -> Taps:
        index = np.arange(start, stop, dtype=np.float64)
        centres = self.span.low + (index + 0.5) * self.step
        # Rounding keeps an interval that ends on a sample's edge from touching the next sample.
        low = np.floor(np.round(centres - self._reach, 6)).clip(0, self.length - 1)
        high = np.ceil(np.round(centres + self._reach, 6)).clip(low + 1, self.length)
        return self._normalised(low, high - low, centres)

    def _normalised(self, first: Positions, count: Positions, centres: Positions) -> Taps:
        offsets = np.arange(count.max(initial=1))
        inputs = first[:, None] + offsets
        weights = self.filter.weigh(inputs, centres[:, None], self.step)
        if self.filter is BOX:
            weights *= np.clip(self.extent - inputs, 0.0, 1.0)
        weights[offsets >= count[:, None]] = 0.0
        total = weights.sum(axis=1, keepdims=True)
        nearest = offsets == np.clip(np.floor(centres - first), 0, count - 1)[:, None]
        weights = np.where(total > 0.0, weights / np.where(total > 0.0, total, 1.0), nearest)
        return Taps(first.astype(np.int32), count.astype(np.int32), weights.astype(np.float32))


class PlaneResampler:
    """Resamples one plane that comes in strips, top to bottom."""

    def __init__(self, horizontal: Axis, vertical: Axis) -> None:
        self._vertical = vertical
        self._columns = horizontal.taps(0, horizontal.span.samples)
        self._accumulators = np.zeros((vertical.open_outputs, horizontal.length), np.float32)
        self._next = 0

    @property
    def nbytes(self) -> int:
        """Memory held between strips."""
        return self._accumulators.nbytes + sum(table.nbytes for table in self._columns)

    def feed(self, strip: Samples, start: int) -> Iterator[tuple[int, Samples]]:
        """Take rows start, start + 1, ... of the plane; give (first output row, rows) if any.

        strip: uint8 (rows, width of the plane). The rows given are uint8 (n, outputs).
        """
        stop = self._vertical.outputs_before(start + len(strip))
        if stop <= self._next:
            return
        first, columns = self._next, self._columns
        rows = self._vertical.taps(first, stop)
        finished = np.empty((stop - first, len(columns.first)), np.uint8)
        count = _native.resample_strip(
            strip,
            start,
            *rows,
            *self._columns,
            self._accumulators,
            self._next,
            self._next,
            finished,
        )
        if count:
            self._next += count
            yield first, finished[:count]
