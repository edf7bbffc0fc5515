"""Hashes of parts of a picture, so that what was cropped out of it meets them.

Windows of the picture's own shape, 1 to 0.5 of its sides, overlap at every place; windows along
one side or between two opposite ones have the full length of the other axis.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streamresize.fingerprint.borders import Box
from streamresize.fingerprint.dct import basis
from streamresize.fingerprint.reduction import area_averages
from streamresize.fingerprint.symmetric import FREQUENCIES, SIDE
from streamresize.strips import Samples

PARTS = tuple(1 - step / 20 for step in range(1, 11))  # of a side: 0.95, 0.9, ..., 0.5
MOST_OFFSET = 0.055  # of a side, from one window to the next
LUMA_SIDE = 160  # the luma that they are hashed from: the smallest window still has 80 samples

HASH_BYTES = FREQUENCIES**2 // 8
WindowHashes = NDArray[np.uint8]


class Extent(NamedTuple):
    """Part low .. high of an axis, 0 to 1."""

    low: float
    high: float


class Window(NamedTuple):
    """Parts of both axes."""

    x: Extent
    y: Extent

    def box(self, width: int, height: int) -> Box:
        """In samples of a picture."""
        left, right = _samples(self.x, width)
        top, bottom = _samples(self.y, height)
        return Box(left, top, right, bottom)


WHOLE = Extent(0.0, 1.0)


def _extents(part: float) -> list[Extent]:
    """Equally spaced from one end of an axis to the other."""
    count = int(np.ceil((1 - part) / MOST_OFFSET - 1e-9)) + 1
    return [Extent(float(low), float(low) + part) for low in np.linspace(0, 1 - part, count)]


@lru_cache(maxsize=1)
def windows() -> tuple[Window, ...]:
    """All windows, in the order of the stored hashes; the whole picture is none of them."""
    found = []
    for part in PARTS:
        extents = _extents(part)
        found += [Window(x, y) for y in extents for x in extents]
        found += [Window(x, WHOLE) for x in extents] + [Window(WHOLE, y) for y in extents]
    return tuple(found)


def window_hashes(luma: Samples) -> WindowHashes:
    """The symmetric hash of every window of a picture, uint8 (windows, 32).

    luma: uint8 (h, w). A window's frequencies are those of its columns times those of its rows,
    so each extent of an axis is transformed once.
    """
    height, width = luma.shape
    ratio = min(1.0, LUMA_SIDE / max(height, width))
    size = max(1, round(width * ratio)), max(1, round(height * ratio))
    small = area_averages(luma, Box(0, 0, width, height), *size)
    extents, places = _order()
    across = np.stack([_basis(extent, size[0]) for extent in extents])
    down = np.stack([_basis(extent, size[1]) for extent in extents])
    rows = down @ small
    hashes = np.empty((len(windows()), HASH_BYTES), np.uint8)
    for number, columns, targets in places:
        frequencies = np.matmul(across[columns], rows[number].T).transpose(0, 2, 1)
        hashes[targets] = _bits(frequencies)
    return hashes


def _bits(frequencies: NDArray[np.float32]) -> WindowHashes:
    flat = frequencies.reshape(len(frequencies), -1)
    return np.packbits(flat > np.median(flat, axis=1, keepdims=True), axis=1)


def _samples(extent: Extent, samples: int) -> tuple[int, int]:
    low = min(int(extent.low * samples + 0.5), samples - 1)
    return low, max(low + 1, int(extent.high * samples + 0.5))


@lru_cache(maxsize=1)
def _order() -> tuple[list[Extent], list[tuple[int, NDArray[np.intp], NDArray[np.intp]]]]:
    """Every extent once; and for each as rows: the columns that go with it, and which windows."""
    extents = sorted({extent for window in windows() for extent in window})
    number = {extent: place for place, extent in enumerate(extents)}
    columns = np.array([number[window.x] for window in windows()])
    rows = np.array([number[window.y] for window in windows()])
    return extents, [(row, columns[rows == row], np.flatnonzero(rows == row))
                     for row in range(len(extents))]  # fmt: skip


@lru_cache(maxsize=4096)
def _basis(extent: Extent, samples: int) -> NDArray[np.float32]:
    """Frequencies 1 to 16 of area averages over an extent, as weights of the samples, (16, n)."""
    low, high = extent.low * samples, extent.high * samples
    edges = low + np.arange(SIDE + 1) * ((high - low) / SIDE)
    inputs = np.arange(samples)
    overlap = np.minimum(inputs + 1, edges[1:, None]) - np.maximum(inputs, edges[:-1, None])
    return np.asarray(basis(SIDE, 1, FREQUENCIES + 1) @ overlap.clip(0.0, None), np.float32)
