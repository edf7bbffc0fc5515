"""A hash whose mirrored and turned forms come from the same coefficients.

The frequencies of a mirrored picture are those of the picture with every second sign changed, the
frequencies of a transposed one are transposed. One stored set therefore gives the hashes of all
eight orientations when a query asks for them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streamresize.fingerprint.dct import above_median, low_frequencies
from streamresize.geometry import ORIENTATIONS, Orientation

SIDE = 64
FREQUENCIES = 16
ROUNDING = 2.0**-6  # levels that the averages of a blank picture may differ in
SIGNS = np.array([-1, 1] * (FREQUENCIES // 2), np.float16)  # of frequencies 1, 2, ..., mirrored

Coefficients = NDArray[np.float16]


def coefficients(luma: NDArray[np.float32]) -> Coefficients:
    """Frequencies 1 to 16 of a 64 x 64 area average, float16 (16, 16), the largest about 1."""
    if luma.max() - luma.min() < ROUNDING:
        return np.zeros((FREQUENCIES, FREQUENCIES), np.float16)
    frequencies = low_frequencies(luma, 1, FREQUENCIES + 1)
    scale = max(float(frequencies.max()), -float(frequencies.min()), 1.0)
    return (frequencies / scale).astype(np.float16)


def symmetric_hash(coefficients: Coefficients, orientation: Orientation = ORIENTATIONS[1]) -> bytes:
    """256 bits: which frequencies of the picture so turned lie above their median, row by row."""
    return above_median(oriented(coefficients, orientation).astype(np.float64).reshape(-1))


def oriented(coefficients: Coefficients, orientation: Orientation) -> Coefficients:
    """The coefficients of the picture mirrored, then transposed."""
    turned = coefficients
    if orientation.mirror_x:
        turned = turned * SIGNS
    if orientation.mirror_y:
        turned = turned * SIGNS[:, None]
    return turned.T if orientation.transpose else turned
