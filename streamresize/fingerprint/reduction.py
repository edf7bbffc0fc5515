"""A luma plane to a few samples, from strips: the first step of the known picture hashes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import ceil
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from streamresize import _native
from streamresize._native import FixedTaps, FloatTaps, area_taps
from streamresize.kernels.reduction import FIXED_BITS, FIXED_HALF
from streamresize.strips import Samples

LANCZOS_LOBES = 3.0
GROUP_WEIGHTS = 1 << 14  # made at a time
AXES_KEPT = 256  # some 10 KB each; the pictures of a collection share their sides
PDQ_SIDE = 64
PDQ_BOXES = 2 * PDQ_SIDE  # a box for each half of an output

Part: TypeAlias = tuple[float, float, float, float]  # left, top, right, bottom: a Box is one


class Plane(NamedTuple):
    """Luma of a picture of width x height pixels, a sample for every across x down of them."""

    width: int
    height: int
    across: float = 1.0
    down: float = 1.0


@lru_cache(maxsize=AXES_KEPT)
def lanczos_taps(pixels: int, scale: float, outputs: int) -> FloatTaps:
    """Lanczos with three lobes over an axis of a plane with a sample for every `scale` pixels.

    C. E. Duchon, "Lanczos filtering in one and two dimensions", 1979. 24 bytes a sample.
    """
    first, lengths, centres, stretch = _lanczos_windows(pixels, scale, outputs)
    weights = _lanczos_weights(first, lengths, centres, stretch)
    return FloatTaps(first, lengths, weights.astype(np.float32))


@lru_cache(maxsize=16)
def pillow_taps(pixels: int, outputs: int) -> FixedTaps:
    """The same at scale 1 in fixed point with FIXED_BITS, as Pillow has them."""
    first, lengths, centres, stretch = _lanczos_windows(pixels, 1.0, outputs)
    weights = np.zeros((outputs, int(lengths.max())), np.int32)
    group = max(1, GROUP_WEIGHTS // weights.shape[1])
    for begin in range(0, outputs, group):
        part = slice(begin, begin + group)
        window = _lanczos_weights(first[part], lengths[part], centres[part], stretch)
        window *= 2.0**FIXED_BITS
        weights[part, : window.shape[1]] = np.trunc(window + np.copysign(0.5, window))
    return FixedTaps(first, lengths, weights)


def joined_taps(pixels: int, outputs: Sequence[int]) -> FixedTaps:
    """Of several axes, one behind the other."""
    parts = [pillow_taps(pixels, count) for count in outputs]
    most = max(part.weights.shape[1] for part in parts)
    weights = [np.pad(p.weights, ((0, 0), (0, most - p.weights.shape[1]))) for p in parts]
    first = np.concatenate([part.first for part in parts])
    lengths = np.concatenate([part.lengths for part in parts])
    return FixedTaps(first, lengths, np.concatenate(weights))


def _lanczos_windows(
    pixels: int, scale: float, outputs: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64], float]:
    """First input, number of inputs and centre of each output; how far the kernel is stretched."""
    step = pixels / scale / outputs
    stretch = max(step, 1.0)
    centres = (np.arange(outputs) + 0.5) * step
    reach = LANCZOS_LOBES * stretch
    first = (centres - reach + 0.5).clip(0.0, None).astype(np.int32)
    stop = (centres + reach + 0.5).clip(None, plane_samples(pixels, scale)).astype(np.int32)
    return first, stop - first, np.asarray(centres, np.float64), stretch


def _lanczos_weights(
    first: NDArray[np.int32],
    lengths: NDArray[np.int32],
    centres: NDArray[np.float64],
    stretch: float,
) -> NDArray[np.float64]:
    """Rows that sum to 1, zero behind the length.

    sin(3 a) = sin(a) (3 - 4 sin(a)^2), so that sinc(x) sinc(x / 3) takes one sine.
    """
    taps = np.arange(lengths.max())
    x = (taps + (first + 0.5 - centres)[:, None]) / stretch
    x[x == 0.0] = 1e-9
    squares = np.sin(np.pi / LANCZOS_LOBES * x) ** 2
    window = squares * (3.0 - 4.0 * squares) * LANCZOS_LOBES / (np.pi * x) ** 2
    window[(np.abs(x) >= LANCZOS_LOBES) | (taps >= lengths[:, None])] = 0.0
    window /= np.cumsum(window, axis=1)[:, -1:]
    return window


@lru_cache(maxsize=AXES_KEPT)
def pdq_taps(pixels: int, scale: float) -> FloatTaps:
    """PDQ's decimation of an axis: a box applied twice, then every n-th pixel.

    "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019, section 2.
    scale: pixels for each sample of the plane, which weighs what these pixels do together.
    """
    width = -(-pixels // PDQ_BOXES)
    ahead = (width + 2) // 2
    low = np.maximum(np.arange(pixels) - (width - ahead), 0)
    high = np.minimum(np.arange(pixels) + ahead, pixels)
    chosen = ((np.arange(PDQ_SIDE) + 0.5) * pixels / PDQ_SIDE).astype(np.int64)
    first = (low[low[chosen]] / scale).astype(np.int32)
    lengths = np.ceil(np.round(high[high[chosen] - 1] / scale, 6)).astype(np.int32) - first
    taps = np.arange(lengths.max() + 1)
    # Pixel p gets a share of the boxes that hold it, which are p - ahead + 1 to p + width - ahead.
    shares = np.concatenate([[0.0], np.cumsum(1.0 / (high - low))])
    inner = low[chosen, None], high[chosen, None]
    covered = low[low[chosen], None] + np.arange(2 * width + 1)
    begin, end = (covered - ahead + 1).clip(*inner), (covered + width - ahead + 1).clip(*inner)
    before = np.zeros((PDQ_SIDE, 2 * width + 2))
    of_pixel = (shares[end] - shares[begin]) * (covered < pixels) / (inner[1] - inner[0])
    np.cumsum(of_pixel, axis=1, out=before[:, 1:])
    edges = (scale * (first[:, None] + taps) - covered[:, :1]).clip(0.0, 2 * width)
    pixel = edges.astype(np.int64)
    rows = np.arange(PDQ_SIDE)[:, None]
    step = before[rows, pixel + 1] - before[rows, pixel]
    weights = np.diff(before[rows, pixel] + (edges - pixel) * step)
    weights[taps[:-1] >= lengths[:, None]] = 0.0
    return FloatTaps(first, lengths, weights.astype(np.float32))


def plane_samples(pixels: int, scale: float) -> int:
    """Samples of an axis with one for every `scale` pixels, the last for what remains."""
    return ceil(round(pixels / scale, 6))


class PillowReduction:
    """Pillow's `resize` with LANCZOS, columns first: the same samples bit for bit.

    Pillow 13 takes the rows first where a picture is more than twice as high as wide; then single
    samples may differ by one.
    """

    def __init__(self, size: tuple[int, int], outputs: tuple[int, int]) -> None:
        """size, outputs: (width, height)."""
        self._columns = pillow_taps(size[0], outputs[0])
        self._rows = pillow_taps(size[1], outputs[1])
        self._line = np.empty(outputs[0], np.int32)
        self._sums = np.zeros((outputs[1], outputs[0]), np.int32)

    @property
    def nbytes(self) -> int:
        """Memory held, the tables included."""
        return sum(part.nbytes for part in (self._rows, self._columns, self._line, self._sums))

    def feed(self, strip: Samples, start: int) -> None:
        """Take rows start, start + 1, ... of the plane, uint8 (rows, width)."""
        _native.reduce_strip_fixed(strip, start, self._rows, self._columns, self._line, self._sums)

    def samples(self) -> Samples:
        """uint8 (height, width), once every row has come."""
        rounded = (self._sums + np.int32(FIXED_HALF)) >> FIXED_BITS
        return rounded.clip(0, 255).astype(np.uint8)


class RowReduction:
    """Weighted sums of whole rows first, then of their columns: float32, nothing is rounded."""

    def __init__(self, columns: FloatTaps, rows: FloatTaps, width: int) -> None:
        """width: samples of a row of the plane."""
        self._columns, self._rows = columns, rows
        self._sums = np.zeros((len(rows.first), width), np.float32)

    @property
    def nbytes(self) -> int:
        """Memory held, the tables included."""
        sums = 2 * self._sums.nbytes  # once transposed
        return self._rows.nbytes + self._columns.nbytes + sums

    def feed(self, strip: Samples, start: int) -> None:
        """Take rows start, start + 1, ... of the plane, uint8 (rows, width)."""
        _native.reduce_rows(strip, start, self._rows, self._sums)

    def samples(self) -> NDArray[np.float32]:
        """(rows, columns), once every row has come."""
        out = np.empty((len(self._columns.first), len(self._sums)), np.float32)
        _native.reduce_columns(np.ascontiguousarray(self._sums.T), self._columns, out)
        return out.T


def reduced(plane: Samples, columns: FloatTaps, rows: FloatTaps) -> NDArray[np.float32]:
    """What `RowReduction` gives for a whole plane, uint8 (h, w): (rows, columns)."""
    out = np.empty((len(columns.first), len(rows.first)), np.float32)
    _native.reduce_plane(plane, rows, columns, out)
    return out.T


def area_averages(luma: Samples, part: Part, columns: int, rows: int) -> NDArray[np.float32]:
    """Part of a picture, uint8 (h, w), as area averages, (rows, columns)."""
    left, top, right, bottom = part
    across, down = area_taps(left, right, columns), area_taps(top, bottom, rows)
    return reduced(np.ascontiguousarray(luma), across, down)
