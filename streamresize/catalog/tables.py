"""Multi-index hashing of 64-bit hashes: those that share almost a chunk are looked up.

Norouzi, Punjani, Fleet: "Fast exact search in Hamming space with multi-index hashing", 2014.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streamresize import _native
from streamresize.catalog.scan import FIRST_ROOM, Pairs, Words

CHUNKS, CHUNK_BITS = 4, 16  # as in streamresize/kernels/hamming.py
MOST_FLIPS = 3
MOST_RADIUS = CHUNKS * (MOST_FLIPS + 1) - 1
MOST_ROWS = 1 << 32


class Masks(NamedTuple):
    """masks: uint16, those with fewest bits first. counts[b]: how many have at most b bits."""

    masks: NDArray[np.uint16]
    counts: NDArray[np.int64]


@cache
def masks() -> Masks:
    """All numbers of at most MOST_FLIPS bits."""
    numbers = np.arange(1 << CHUNK_BITS, dtype=np.uint16)
    bits = np.unpackbits(numbers.view(np.uint8).reshape(-1, 2), axis=1).sum(axis=1)
    counts = np.array([(bits <= flips).sum() for flips in range(MOST_FLIPS + 1)], np.int64)
    return Masks(numbers[np.argsort(bits, kind="stable")][: counts[-1]], counts)


class ChunkTables:
    """For each chunk the hashes in the order of its values: 12 bytes a hash and chunk."""

    def __init__(self, hashes: Words) -> None:
        """hashes: uint64 (n, 1), which are copied. Raises ValueError for more than MOST_ROWS."""
        if len(hashes) >= MOST_ROWS:
            raise ValueError(f"chunk tables hold less than {MOST_ROWS} hashes")
        self.count = len(hashes)
        self._hashes = np.empty((CHUNKS, self.count), np.uint64)
        self._order = np.empty((CHUNKS, self.count), np.uint32)
        self._starts = np.zeros((CHUNKS, (1 << CHUNK_BITS) + 1), np.uint32)
        for chunk in range(CHUNKS):
            values = (hashes[:, 0] >> np.uint64(CHUNK_BITS * chunk)).astype(np.uint16)
            self._order[chunk] = order = np.argsort(values, kind="stable")
            self._hashes[chunk] = hashes[order, 0]
            self._starts[chunk, 1:] = np.bincount(values, minlength=1 << CHUNK_BITS).cumsum()

    @property
    def nbytes(self) -> int:
        return self._hashes.nbytes + self._order.nbytes + self._starts.nbytes

    def within(self, queries: Words, radius: int) -> Pairs:
        """As `scan.within`, for a radius of at most MOST_RADIUS."""
        found = [self._within(query, number, radius) for number, query in enumerate(queries)]
        return Pairs(*(np.concatenate(columns) for columns in zip(*found)))

    def _within(self, query: Words, number: int, radius: int) -> Pairs:
        room = FIRST_ROOM
        tables = (self._hashes, self._order, self._starts, *masks())
        while True:
            rows, distances = np.empty(room, np.int64), np.empty(room, np.int64)
            count = _native.probe_within(*tables, query, radius, rows, distances)
            if count <= room:
                numbers = np.full(count, number, np.int64)
                return Pairs(rows[:count], numbers, distances[:count])
            room = count
