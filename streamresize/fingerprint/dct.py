"""The low frequencies of small square pictures.

Nothing here depends on the processor, and a picture without any detail has no frequencies.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from streamresize import _native

Frequencies = NDArray[np.float64]


@lru_cache(maxsize=8)
def basis(samples: int, begin: int, end: int) -> Frequencies:
    """Rows begin .. end - 1 of the DCT-II, not normalised: float64 (end - begin, samples)."""
    k = np.arange(begin, end)[:, None]
    n = np.arange(samples)
    return np.asarray(np.cos(np.pi * k * (2 * n + 1) / (2 * samples)))


def low_frequencies(picture: NDArray[np.generic], begin: int, end: int) -> Frequencies:
    """Coefficients begin .. end - 1 of the DCT-II, not normalised, down and across.

    picture: (n, n), a power of two. The result is float64 (end - begin, end - begin).
    """
    side, count = len(picture), end - begin
    turned = picture.T.astype(np.float64, order="C")
    out = np.empty((count, count))
    rooms = np.empty((count, side)), np.empty((side, count))
    _native.low_frequencies(turned, begin, basis(side, begin, end), *rooms, out)
    return out


def above_median(frequencies: Frequencies) -> bytes:
    """Which of 8 n frequencies, (8 n,), lie above their median."""
    bits = np.empty(frequencies.size // 8, np.uint8)
    _native.above_median(frequencies, False, np.empty_like(frequencies), bits)
    return bits.tobytes()
