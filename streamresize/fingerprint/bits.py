"""Hashes as bits: packed most significant first, row by row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CHUNK_BITS = 16

Bits = NDArray[np.bool_]


def pack(bits: Bits) -> bytes:
    """Bits of any shape, row by row; imagehash's hexadecimal form is the result's `hex()`."""
    return np.packbits(bits).tobytes()


def unpack(hash: bytes) -> Bits:
    """The reverse of `pack`, as one row."""
    return np.unpackbits(np.frombuffer(hash, np.uint8)).astype(np.bool_)


def hamming(first: bytes, second: bytes) -> int:
    """Bits that differ. Raises ValueError for hashes of different lengths."""
    if len(first) != len(second):
        raise ValueError(f"hashes of {8 * len(first)} and {8 * len(second)} bits")
    return (int.from_bytes(first, "big") ^ int.from_bytes(second, "big")).bit_count()


def chunks(hash: bytes) -> tuple[int, ...]:
    """The hash as numbers of 16 bits, in order, for an inverted index.

    Two hashes of 16 n bits that differ in fewer than n bits share a number at the same place.
    """
    return tuple(
        int.from_bytes(hash[at : at + CHUNK_BITS // 8], "big")
        for at in range(0, len(hash), CHUNK_BITS // 8)
    )
