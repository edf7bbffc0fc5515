"""The low frequencies of small square pictures: nothing in them depends on the processor."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


@lru_cache(maxsize=8)
def basis(samples: int, begin: int, end: int) -> NDArray[np.float64]:
    """Rows begin .. end - 1 of the DCT-II, not normalised: float64 (end - begin, samples)."""
    k = np.arange(begin, end)[:, None]
    n = np.arange(samples)
    return np.asarray(np.cos(np.pi * k * (2 * n + 1) / (2 * samples)))
