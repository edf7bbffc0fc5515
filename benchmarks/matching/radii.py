"""How many pictures are within a radius: those that show the same, and by chance.

    python -m benchmarks.matching.radii [EVERY]

Edits every EVERYth photo (10) in all ways and prints, for each radius, the part of the copies whose
original is a candidate; the distances of different photos; and for each size of a collection, made
larger with random hashes, the radius, how many candidates there are by chance and what is found.
"""

from __future__ import annotations

import sys
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import streamresize
from benchmarks.matching.edits import EDITS, edited
from benchmarks.matching.measure import photos
from streamresize.catalog import scan
from streamresize.fingerprint import Fingerprint
from streamresize.matching.candidates import HASH_RADIUS, WINDOW_RADIUS
from streamresize.matching.details import descriptor_words
from streamresize.matching.query import Query
from streamresize.matching.radii import radius
from streamresize.matching.windows import window_hashes

RADII = (60, 66, 72, 75, 78, 81, 84, 87, 90)
SIZES = (350, 10_000, 100_000, 1_000_000, 10_000_000, 1_000_000_000)
MOST_SCANNED = 1_000_000

Words = NDArray[np.uint64]
Distances = NDArray[np.int64]


def fingerprint(source: str | bytes) -> Fingerprint:
    made = streamresize.process(source, [], fingerprint=True).fingerprint
    assert made is not None
    return made


def hashes_of(query: Query) -> Words:
    return np.concatenate([part.hashes for part in query.parts])


def distances(first: Words, second: Words) -> Distances:
    different = np.bitwise_count(first[:, None] ^ second[None])
    return np.asarray(different.sum(axis=2, dtype=np.int64))


def of_copies(every: int) -> tuple[Distances, Distances]:
    """From each copy to its original, by hash and by windows."""
    by_hash, by_window = [], []
    for file in photos()[::every]:
        original = Query(fingerprint(str(file)))
        stored = np.concatenate([part.hashes[:1] for part in original.parts])
        windows = descriptor_words(window_hashes(original.fingerprint.luma))
        picture = Image.open(BytesIO(file.read_bytes())).convert("RGB")
        for name in EDITS:
            query = Query(fingerprint(edited(name, picture, 0)))
            by_hash.append(distances(stored, hashes_of(query)).min())
            parts = [part.hashes for part in (*query.parts, *query.without_a_side)]
            by_window.append(distances(windows, np.concatenate(parts)).min())
    return np.array(by_hash), np.array(by_window)


def of_others() -> Distances:
    """Between all photos, in all orientations."""
    queries = [Query(fingerprint(str(file))).parts[0].hashes for file in photos()]
    stored = np.concatenate([hashes[:1] for hashes in queries])
    rows = [distances(np.delete(stored, n, 0), hashes) for n, hashes in enumerate(queries)]
    return np.concatenate(rows, axis=None)


def by_chance(pictures: int, bits: int) -> str:
    """Candidates of the stage "hash" among random hashes."""
    if pictures > MOST_SCANNED:
        return "-"
    random = np.random.default_rng(0)
    stored, queries = (random.integers(0, 1 << 64, (n, 4), np.uint64) for n in (2 * pictures, 80))
    return f"{len(scan.within(stored, queries, bits).rows) / 10:.1f}"


def main() -> None:
    by_hash, by_window = of_copies(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
    others = of_others()
    print(f"{len(by_hash)} copies; others: mean {others.mean():.1f}, deviation {others.std():.2f}")
    for bits in RADII:
        found = f"{(by_hash <= bits).mean():.3f} {(by_window <= bits).mean():.3f}"
        print(f"radius {bits}: hash, windows {found}; others {(others <= bits).mean():.1e}")
    for pictures in SIZES:
        hash_bits = radius(HASH_RADIUS, pictures * 2 * 8)
        window_bits = radius(WINDOW_RADIUS, pictures * 635 * 8 * 5)
        print(
            f"| {pictures:,} | {hash_bits} | {by_chance(pictures, hash_bits)} "
            f"| {(by_hash <= hash_bits).mean():.3f} | {window_bits} "
            f"| {(by_window <= window_bits).mean():.3f} |"
        )


if __name__ == "__main__":
    main()
