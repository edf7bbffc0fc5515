"""A luma plane to a few samples, from strips: the first step of the known picture hashes."""

from __future__ import annotations

from functools import lru_cache
from math import ceil
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from streamresize import _native
from streamresize.fingerprint.borders import Box
from streamresize.kernels.reduction import FIXED_BITS, FIXED_HALF
from streamresize.strips import Samples

LANCZOS_LOBES = 3.0
GROUP_WEIGHTS = 1 << 14  # made at a time
PDQ_SIDE = 64
PDQ_BOXES = 2 * PDQ_SIDE  # a box for each half of an output


class Plane(NamedTuple):
    """Luma of a picture of width x height pixels, a sample for every across x down of them."""

    width: int
    height: int
    across: float = 1.0
    down: float = 1.0


class Taps(NamedTuple):
    """What each output sample of an axis is made of: lengths[i] inputs from first[i] on.

    first, lengths: int32 (n,). weights: int32 or float32 (n, taps).
    """

    first: NDArray[np.int32]
    lengths: NDArray[np.int32]
    weights: NDArray[Any]


@lru_cache(maxsize=32)
def lanczos_taps(pixels: int, scale: float, outputs: int) -> Taps:
    """Lanczos with three lobes over an axis of a plane with a sample for every `scale` pixels.

    At scale 1 these are the weights of Pillow, in fixed point with FIXED_BITS. C. E. Duchon,
    "Lanczos filtering in one and two dimensions", 1979. 24 bytes a sample.
    """
    step = pixels / scale / outputs
    stretch = max(step, 1.0)
    centres = (np.arange(outputs) + 0.5) * step
    reach = LANCZOS_LOBES * stretch
    first = np.maximum((centres - reach + 0.5).astype(np.int32), 0)
    stop = np.minimum((centres + reach + 0.5).astype(np.int32), plane_samples(pixels, scale))
    lengths = stop - first
    weights = np.zeros((outputs, int(lengths.max())), np.int32)
    taps = np.arange(weights.shape[1])
    group = max(1, GROUP_WEIGHTS // len(taps))
    for begin in range(0, outputs, group):
        part = slice(begin, begin + group)
        x = (taps + first[part, None] - centres[part, None] + 0.5) / stretch
        is_within = (x >= -LANCZOS_LOBES) & (x < LANCZOS_LOBES) & (taps < lengths[part, None])
        window = np.where(is_within, np.sinc(x) * np.sinc(x / LANCZOS_LOBES), 0.0)
        window *= 2.0**FIXED_BITS / np.cumsum(window, axis=1)[:, -1:]
        weights[part] = np.trunc(window + np.copysign(0.5, window))
    return Taps(first, lengths, weights)


@lru_cache(maxsize=32)
def pdq_taps(pixels: int, scale: float) -> Taps:
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
    return Taps(first, lengths, weights.astype(np.float32))


def plane_samples(pixels: int, scale: float) -> int:
    """Samples of an axis with one for every `scale` pixels, the last for what remains."""
    return ceil(round(pixels / scale, 6))


@lru_cache(maxsize=32)
def area_taps(low: int, high: int, outputs: int) -> Taps:
    """Averages over equal parts of inputs low .. high - 1."""
    edges = low + np.arange(outputs + 1) * (high - low) / outputs
    first = np.floor(edges[:-1]).astype(np.int32)
    count = np.maximum(np.ceil(edges[1:]).astype(np.int32), first + 1) - first
    inputs = first[:, None] + np.arange(count.max())
    overlap = np.minimum(inputs + 1, edges[1:, None]) - np.maximum(inputs, edges[:-1, None])
    weights = overlap.clip(0.0, None) * (outputs / (high - low))
    return Taps(first, count, weights.astype(np.float32))


class LanczosReduction:
    """Pillow's `resize` with LANCZOS, columns first: at scale 1 the same samples bit for bit.

    Pillow 13 takes the rows first where a picture is more than twice as high as wide; then single
    samples may differ by one.
    """

    def __init__(self, plane: Plane, outputs: tuple[int, int]) -> None:
        """outputs: (width, height)."""
        self._columns = lanczos_taps(plane.width, plane.across, outputs[0])
        self._rows = lanczos_taps(plane.height, plane.down, outputs[1])
        self._line = np.empty(outputs[0], np.int32)
        self._sums = np.zeros((outputs[1], outputs[0]), np.int32)

    @property
    def nbytes(self) -> int:
        """Memory held, the tables included."""
        arrays = (*self._rows, *self._columns, self._line, self._sums)
        return int(sum(array.nbytes for array in arrays))

    def feed(self, strip: Samples, start: int) -> None:
        """Take rows start, start + 1, ... of the plane, uint8 (rows, width)."""
        _native.reduce_strip_fixed(
            strip, start, *self._rows, *self._columns, self._line, self._sums
        )

    def samples(self) -> Samples:
        """uint8 (height, width), once every row has come."""
        rounded = (self._sums + np.int32(FIXED_HALF)) >> FIXED_BITS
        return rounded.clip(0, 255).astype(np.uint8)


class RowReduction:
    """Weighted sums of whole rows first, then of their columns: float32, nothing is rounded."""

    def __init__(self, columns: Taps, rows: Taps, width: int) -> None:
        """width: samples of a row of the plane."""
        self._columns, self._rows = columns, rows
        self._sums = np.zeros((len(rows.first), width), np.float32)

    @property
    def nbytes(self) -> int:
        """Memory held, the tables included."""
        arrays = (*self._rows, *self._columns, self._sums)
        return int(sum(array.nbytes for array in arrays))

    def feed(self, strip: Samples, start: int) -> None:
        """Take rows start, start + 1, ... of the plane, uint8 (rows, width)."""
        _native.reduce_rows(strip, start, *self._rows, self._sums)

    def samples(self) -> NDArray[np.float32]:
        """(rows, columns), once every row has come."""
        out = np.empty((len(self._sums), len(self._columns.first)), np.float32)
        _native.reduce_columns(self._sums, *self._columns, out)
        return out


def pdq_reduction(plane: Plane) -> RowReduction:
    """The 64 x 64 samples that PDQ hashes."""
    columns = pdq_taps(plane.width, plane.across)
    rows = pdq_taps(plane.height, plane.down)
    return RowReduction(columns, rows, plane_samples(plane.width, plane.across))


def area_averages(luma: Samples, box: Box, side: int) -> NDArray[np.float32]:
    """Part of a picture, uint8 (h, w), as side x side area averages."""
    columns = area_taps(box.left, box.right, side)
    rows = area_taps(box.top, box.bottom, side)
    reduction = RowReduction(columns, rows, luma.shape[1])
    reduction.feed(luma, 0)
    return reduction.samples()
