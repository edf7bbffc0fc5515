"""Gaussian blur of rows as they come.

The kernel is sampled three standard deviations to each side, and applied down and across with 32
bits; the result is rounded once. Beyond its edges the picture goes on as its outermost pixels are.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from streamresize import _native
from streamresize.kernels.resampling import LANES
from streamresize.resample import Resampler, Sample, Taps, make_scratch

Sigma: TypeAlias = tuple[float, float]  # standard deviations across and down, in samples

NO_BLUR: Sigma = (0.0, 0.0)
LEAST_SIGMA = 0.1  # less than that leaves every sample as it is
MOST_SIGMA = 100.0
REACH = 3.0  # standard deviations; beyond it lie 0.3 % of the weight
BATCH_ROWS = 32  # blurred at a time
BLOCK_COLUMNS = 512
ROW_BYTES = 4  # of each column: samples of at most 16 bits, held and joined


def reach(sigma: float) -> int:
    """How many samples to each side have a weight."""
    return ceil(REACH * sigma)


def gaussian(sigma: float) -> NDArray[np.float64]:
    """The 2 * reach + 1 weights around a sample; their sum is 1."""
    offsets = np.arange(-reach(sigma), reach(sigma) + 1)
    weights = np.exp(-0.5 * np.square(offsets / sigma))
    normalised: NDArray[np.float64] = weights / weights.sum()
    return normalised


def _taps(sigma: float, outputs: int) -> Taps:
    """The same weights for every output; its first input is that of the same number."""
    weights = gaussian(sigma).astype(np.float32)
    first = np.arange(outputs, dtype=np.int32)
    lengths = np.full(outputs, len(weights), np.int32)
    return Taps(first, lengths, np.tile(weights, (outputs, 1)))


class BlurredResampler:
    """A resampler, and a blur of the plane that it makes. shape: of that plane."""

    def __init__(self, resampler: Resampler, shape: tuple[int, int], sigma: Sigma) -> None:
        self._resampler = resampler
        self._height, self._width = shape
        self._across, self._down = map(reach, sigma)
        self._columns = _taps(sigma[0], min(self._width, BLOCK_COLUMNS))
        self._batch = _taps(sigma[1], BATCH_ROWS)
        inputs = BLOCK_COLUMNS + 2 * self._across
        self._scratch = make_scratch(inputs, inputs)
        self._waiting: list[NDArray[Any]] = []
        self._ready = -2 * self._down  # outputs whose inputs are waiting
        self._next = 0

    @property
    def nbytes(self) -> int:
        """Memory held between strips."""
        tables = sum(table.nbytes for taps in (self._columns, self._batch) for table in taps)
        held = (2 * self._down + 2 * BATCH_ROWS) * (self._width + 2 * self._across) * ROW_BYTES
        return self._resampler.nbytes + self._scratch.nbytes + tables + held

    def feed(self, strip: NDArray[Sample], start: int) -> Iterator[tuple[int, NDArray[Sample]]]:
        """As `PlaneResampler.feed`; rows come a few at a time."""
        for first, rows in self._resampler.feed(strip, start):
            is_last = first + len(rows) == self._height
            self._wait(rows, first == 0, is_last)
            if is_last or self._ready >= BATCH_ROWS:
                yield from self._batches(1 if is_last else BATCH_ROWS)

    def _wait(self, rows: NDArray[Sample], is_first: bool, is_last: bool) -> None:
        margins = (self._down * is_first, self._down * is_last)
        padded = np.pad(rows, (margins, (self._across, self._across)), "edge")
        self._waiting.append(padded)
        self._ready += len(padded)

    def _batches(self, least: int) -> Iterator[tuple[int, NDArray[Any]]]:
        """What is ready, while it is at least so many rows."""
        rows: NDArray[Any] = np.concatenate(self._waiting)
        while self._ready >= least:
            count = min(self._ready, BATCH_ROWS)
            yield self._next, self._blurred(rows[: count + 2 * self._down])
            rows = rows[count:]
            self._next += count
            self._ready -= count
        self._waiting = [rows]

    def _blurred(self, rows: NDArray[Sample]) -> NDArray[Sample]:
        """The rows that have all their inputs in these."""
        count = len(rows) - 2 * self._down
        blurred = np.empty((count, self._width), rows.dtype)
        for left in range(0, self._width, BLOCK_COLUMNS):
            outputs = blurred[:, left : left + BLOCK_COLUMNS]
            outputs[:] = self._block(rows[:, left:], count, outputs.shape[1])
        return blurred

    def _block(self, rows: NDArray[Sample], count: int, columns: int) -> NDArray[Sample]:
        block = np.empty((count + LANES - 1, columns), rows.dtype)
        first, lengths, weights = self._batch
        open_rows = np.empty((1, columns + 2 * self._across), np.float32)  # none stays open
        _native.resample_strip(
            rows,
            0,
            first[:count],
            lengths[:count],
            weights[:count],
            self._columns.first[:columns],
            self._columns.weights[:columns],
            open_rows,
            self._scratch,
            0,
            0,
            block,
        )
        return block[:count]


def blurred(
    resampler: Resampler, shape: tuple[int, int], sigma: Sigma
) -> Resampler | BlurredResampler:
    """The resampler, with the blur behind it where there is one."""
    return resampler if max(sigma) < LEAST_SIGMA else BlurredResampler(resampler, shape, sigma)
