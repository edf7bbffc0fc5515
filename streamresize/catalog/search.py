"""What is looked for, and what is found."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from streamresize.catalog import scan
from streamresize.catalog.scan import Pairs, Words
from streamresize.catalog.tables import MOST_RADIUS, MOST_ROWS, ChunkTables
from streamresize.fingerprint import Fingerprint, symmetric_hash
from streamresize.fingerprint.record import coefficients_of
from streamresize.geometry import ORIENTATIONS

HASHES = {"phash": 1, "phash256": 4, "pdq": 4, "symmetric": 4, "trimmed": 4}  # words
TURNED = ("symmetric", "trimmed")

Columns = dict[str, NDArray[Any]]

# Tables are made when scanning has taken about as long as making them, and used from so many
# hashes on as they pay for; what has been added since is scanned.
SCANS_BEFORE_TABLES = 128
LEAST_FOR_TABLES = 1 << 16
MOST_ADDED = 0.25


class Hit(NamedTuple):
    """A picture. orientation: EXIF's number of the turn of the query, 1 for as it is."""

    image_id: int
    distance: int
    orientation: int = 1


class Found(NamedTuple):
    """Pairs of a query and a stored hash, the nearest first: int64 (n,) each.

    image_ids: whose hash it is. places: which of the hashes of its picture. queries: which query.
    distances: bits.
    """

    image_ids: NDArray[np.int64]
    places: NDArray[np.int64]
    queries: NDArray[np.int64]
    distances: NDArray[np.int64]


def words(*hashes: bytes) -> Words:
    """Hashes of the same length as uint64 (n, words), as searches and features take them."""
    octets = np.frombuffer(b"".join(hashes), ">u8").astype(np.uint64)
    return octets.reshape(len(hashes), -1)


def queries_of(fingerprint: Fingerprint, hash: str) -> Words:
    """The hash to look for, or its eight forms in the order of EXIF's orientations.

    hash: one of HASHES. Raises ValueError for another name.
    """
    if hash not in HASHES:
        raise ValueError(f"hash must be one of {', '.join(HASHES)}, not {hash!r}")
    stored: bytes = getattr(fingerprint, hash)
    if hash not in TURNED:
        return words(stored)
    return orientations_of(stored)


def orientations_of(part: bytes) -> Words:
    """The symmetric hash of stored coefficients in its eight forms, in EXIF's order."""
    coefficients = coefficients_of(part)
    return words(*(symmetric_hash(coefficients, turn) for turn in ORIENTATIONS.values()))


class HashIndex:
    """Hashes of pictures in arrays, as they were when it was made; threads may share it.

    columns: "id", int64 (n,), negative for what has been removed; perhaps "place", int64 (n,);
    and hashes by name, uint64 (n, words).
    """

    def __init__(self, columns: Columns) -> None:
        self._tables: dict[str, ChunkTables] = {}
        self._scans: Counter[str] = Counter()
        self._ids: NDArray[np.int64] = columns["id"]
        self._places: NDArray[np.int64] | None = columns.get("place")
        self._hashes: dict[str, Words] = {
            name: column for name, column in columns.items() if name not in ("id", "place")
        }

    def extended(self, columns: Columns) -> HashIndex:
        """An index of columns that have more rows behind those of this one, with its tables."""
        index = HashIndex(columns)
        index._tables.update(self._tables)
        index._scans.update(self._scans)
        return index

    def __len__(self) -> int:
        """Rows, removed ones among them."""
        return len(self._ids)

    def within(self, hash: str, queries: Words, radius: int) -> Found:
        """All pairs no further apart than `radius` bits. queries: uint64 (n, words)."""
        hashes = self._hashes[hash]
        tables = self._tables_for(hash, radius)
        if tables is None:
            return self._found(scan.within(hashes, queries, radius))
        known = tables.within(queries, radius)
        added = scan.within(hashes[tables.count :], queries, radius)
        added = added._replace(rows=added.rows + tables.count)
        return self._found(Pairs(*map(np.concatenate, zip(known, added))))

    def make_tables(self, hash: str) -> ChunkTables:
        """Make searches for a hash of 64 bits fast from the next one on."""
        self._scans[hash] = 0
        self._tables[hash] = tables = ChunkTables(self._hashes[hash])
        return tables

    def _tables_for(self, hash: str, radius: int) -> ChunkTables | None:
        count, width = self._hashes[hash].shape
        if (
            width != 1
            or not 0 <= radius <= MOST_RADIUS
            or not LEAST_FOR_TABLES <= count < MOST_ROWS
        ):
            return None
        tables = self._tables.get(hash)
        if tables is not None and count - tables.count <= MOST_ADDED * tables.count:
            return tables
        self._scans[hash] += 1
        if self._scans[hash] < SCANS_BEFORE_TABLES:
            return tables
        return self.make_tables(hash)

    def nearest(self, hash: str, queries: Words, k: int) -> Found:
        """The k nearest rows, each with the query that is nearest to it."""
        return self._found(scan.nearest(self._hashes[hash], self._ids >= 0, queries, k))

    def _found(self, pairs: Pairs) -> Found:
        pairs = Pairs(*(column[self._ids[pairs.rows] >= 0] for column in pairs))
        ids = self._ids[pairs.rows]
        places = np.zeros(len(ids), np.int64) if self._places is None else self._places[pairs.rows]
        order = np.lexsort((pairs.queries, places, ids, pairs.distances))
        columns = (ids, places, pairs.queries, pairs.distances)
        return Found(*(column[order] for column in columns))


def best_hits(found: Found) -> list[Hit]:
    """Each picture once, in the query that is nearest to it, the nearest first."""
    hits: dict[int, Hit] = {}
    for number, distance, query in zip(found.image_ids, found.distances, found.queries):
        hits.setdefault(int(number), Hit(int(number), int(distance), int(query) + 1))
    return list(hits.values())
