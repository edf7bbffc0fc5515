"""The hashes of imagehash and PDQ, from reduced luma."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streamresize import _native
from streamresize.fingerprint.bits import Bits, above_median
from streamresize.fingerprint.dct import low_frequencies
from streamresize.strips import Samples

PDQ_FREQUENCIES = 16
PDQ_QUALITY_UNIT = 90


def phash(luma: Samples) -> Bits:
    """`imagehash.phash`: the lowest frequencies, DC included, against their median.

    luma: uint8 (4 n, 4 n); the result is (n, n).
    """
    return above_median(low_frequencies(luma, 0, len(luma) // 4))


def dhash(luma: Samples) -> Bits:
    """`imagehash.dhash`: is a sample brighter than its left neighbour?

    luma: uint8 (n, n + 1); the result is (n, n).
    """
    return luma[:, 1:] > luma[:, :-1]


def average_hash(luma: Samples) -> Bits:
    """`imagehash.average_hash`: is a sample brighter than the mean? uint8 (n, n) to (n, n)."""
    brighter: Bits = luma > int(luma.sum()) / luma.size
    return brighter


class PdqHash(NamedTuple):
    """bits: (16, 16). quality: 0 (nothing in the picture to hash) to 100."""

    bits: Bits
    quality: int


def pdq(luma: NDArray[np.float32]) -> PdqHash:
    """PDQ of a picture reduced to 64 x 64.

    "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019. The bits come
    row by row; the hexadecimal form that its authors print begins with the last of them.
    """
    frequencies = low_frequencies(luma, 1, PDQ_FREQUENCIES + 1)
    median = np.sort(frequencies, axis=None)[frequencies.size // 2 - 1]
    steps = _native.total_steps(np.ascontiguousarray(luma.T))  # which has as many
    return PdqHash(frequencies > median, min(100, steps // PDQ_QUALITY_UNIT))
