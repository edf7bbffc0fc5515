"""The low frequencies of small square pictures."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Frequencies = NDArray[np.float64]


@lru_cache(maxsize=8)
def _basis(samples: int, begin: int, end: int) -> Frequencies:
    k = np.arange(begin, end)[:, None]
    n = np.arange(samples)
    basis: Frequencies = np.cos(np.pi * k * (2 * n + 1) / (2 * samples))
    return basis


def low_frequencies(picture: NDArray[np.generic], begin: int, end: int) -> Frequencies:
    """Coefficients begin .. end - 1 of the DCT-II, not normalised, down and across.

    picture: (n, n). The result is float64 (end - begin, end - begin).
    """
    basis = _basis(len(picture), begin, end)
    return basis @ picture.astype(np.float64) @ basis.T
