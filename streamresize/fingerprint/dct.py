"""The low frequencies of small square pictures."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Frequencies = NDArray[np.float64]


@lru_cache(maxsize=8)
def basis(samples: int, begin: int, end: int) -> Frequencies:
    """Rows begin .. end - 1 of the DCT-II, not normalised: float64 (end - begin, samples)."""
    k = np.arange(begin, end)[:, None]
    n = np.arange(samples)
    return np.asarray(np.cos(np.pi * k * (2 * n + 1) / (2 * samples)))


def low_frequencies(picture: NDArray[np.generic], begin: int, end: int) -> Frequencies:
    """Coefficients begin .. end - 1 of the DCT-II, not normalised, down and across.

    picture: (n, n). The result is float64 (end - begin, end - begin).
    """
    rows = basis(len(picture), begin, end)
    frequencies: Frequencies = rows.dot(picture.astype(np.float64)).dot(rows.T)
    return frequencies
