"""The hashes of imagehash and PDQ, from reduced luma, packed as `pack` does it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streamresize import _native
from streamresize.fingerprint.dct import basis
from streamresize.strips import Samples

PDQ_FREQUENCIES = 16


def phash_basis(side: int) -> NDArray[np.float64]:
    """The frequencies of `phash` from side x side samples."""
    return basis(side, 0, side // 4)


def pdq_basis(side: int) -> NDArray[np.float64]:
    """Those of PDQ."""
    return basis(side, 1, PDQ_FREQUENCIES + 1)


def phash(luma: Samples) -> bytes:
    """`imagehash.phash`: the lowest frequencies, DC included, against their median.

    luma: uint8 (4 n, 4 n); the result has n * n bits.
    """
    return _native.phash(luma, phash_basis(len(luma)))


def dhash(luma: Samples) -> bytes:
    """`imagehash.dhash`: is a sample brighter than its left neighbour?

    luma: uint8 (n, n + 1); the result has n * n bits.
    """
    return _native.dhash(luma)


def average_hash(luma: Samples) -> bytes:
    """`imagehash.average_hash`: is a sample brighter than the mean? uint8 (n, n) to n * n bits."""
    return _native.average_hash(luma)


class PdqHash(NamedTuple):
    """bits: 256. quality: 0 (nothing in the picture to hash) to 100."""

    bits: bytes
    quality: int


def pdq(luma: NDArray[np.float32]) -> PdqHash:
    """PDQ of a picture reduced to 64 x 64.

    "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019. The bits come
    as in the hexadecimal form that its authors print, which begins with the last of them.
    """
    return PdqHash(*_native.pdq(luma, pdq_basis(len(luma))))
