"""A hash whose mirrored and turned forms come from the same coefficients.

The frequencies of a mirrored picture are those of the picture with every second sign changed, the
frequencies of a transposed one are transposed. One stored set therefore gives the hashes of all
eight orientations when a query asks for them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streamresize import _native
from streamresize.fingerprint.dct import basis
from streamresize.fingerprint.reduction import Part
from streamresize.geometry import ORIENTATIONS, Orientation
from streamresize.strips import Samples

SIDE = 64
FREQUENCIES = 16
SIGNS = np.array([-1, 1] * (FREQUENCIES // 2), np.float16)  # of frequencies 1, 2, ..., mirrored

Coefficients = NDArray[np.float16]


def coefficients(luma: Samples, part: Part) -> Coefficients:
    """Frequencies 1 to 16 of part of a picture, uint8 (h, w), as 64 x 64 area averages.

    float16 (16, 16), the largest about 1. A blank part has no frequencies.
    """
    rows = basis(SIDE, 1, FREQUENCIES + 1)
    frequencies = np.empty((FREQUENCIES, FREQUENCIES))
    _native.area_frequencies(np.ascontiguousarray(luma), *part, 1, rows, frequencies)
    return frequencies.astype(np.float16)


def symmetric_hash(coefficients: Coefficients, orientation: Orientation = ORIENTATIONS[1]) -> bytes:
    """256 bits: which frequencies of the picture so turned lie above their median, row by row."""
    values = oriented(coefficients, orientation).astype(np.float64)
    return _native.above_median(values.reshape(-1), False)


def oriented(coefficients: Coefficients, orientation: Orientation) -> Coefficients:
    """The coefficients of the picture mirrored, then transposed."""
    turned = coefficients
    if orientation.mirror_x:
        turned = turned * SIGNS
    if orientation.mirror_y:
        turned = turned * SIGNS[:, None]
    return turned.T if orientation.transpose else turned
