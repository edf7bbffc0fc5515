"""The perceptual hash of imagehash, from a small luma picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from streamresize.strips import Samples

if TYPE_CHECKING:
    from imagehash import ImageHash

HASH_SIDE = 8
PHASH_SIDE = 4 * HASH_SIDE


def phash(luma: Samples) -> ImageHash:
    """`imagehash.phash` of a picture already reduced to luma, uint8 (32, 32).

    64 bits: the 8 x 8 lowest frequencies of the DCT-II (DC included) against their median.
    """
    from imagehash import ImageHash

    k = np.arange(HASH_SIDE)[:, None]
    n = np.arange(PHASH_SIDE)
    basis = np.cos(np.pi * k * (2 * n + 1) / (2 * PHASH_SIDE))
    frequencies = basis @ luma @ basis.T
    return ImageHash(frequencies > np.median(frequencies))
