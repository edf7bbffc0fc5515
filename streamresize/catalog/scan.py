"""Exact search by looking at every hash."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streamresize import _native

FIRST_ROOM = 256
FARTHEST = np.iinfo(np.uint16).max

Words = NDArray[np.uint64]


class Pairs(NamedTuple):
    """Rows of hashes and numbers of queries that are near each other, int64 (n,) each."""

    rows: NDArray[np.int64]
    queries: NDArray[np.int64]
    distances: NDArray[np.int64]


def within(hashes: Words, queries: Words, radius: int) -> Pairs:
    """All pairs no further apart than `radius` bits; hashes are uint64 (n, 1) or (n, 4)."""
    scan = _native.hamming_within_64 if hashes.shape[1] == 1 else _native.hamming_within_256
    room = FIRST_ROOM
    while True:
        pairs = Pairs(*(np.empty(room, np.int64) for _ in Pairs._fields))
        count = scan(hashes, queries, radius, *pairs)
        if count <= room:
            return Pairs(*(column[:count] for column in pairs))
        room = count


def nearest(hashes: Words, alive: NDArray[np.bool_], queries: Words, k: int) -> Pairs:
    """The k nearest rows, each with the query that is nearest to it; of equals the first.

    alive: (n,), rows that may be found.
    """
    distances, numbers = np.empty(len(hashes), np.uint16), np.empty(len(hashes), np.uint16)
    _native.hamming_nearest(hashes, queries, distances, numbers)
    distances[~alive] = FARTHEST
    k = min(k, int(alive.sum()))
    if k <= 0:
        return Pairs(*(np.empty(0, np.int64) for _ in Pairs._fields))
    rows = np.flatnonzero(distances <= np.partition(distances, k - 1)[k - 1])
    rows = rows[np.argsort(distances[rows], kind="stable")][:k]
    return Pairs(rows, numbers[rows].astype(np.int64), distances[rows].astype(np.int64))
