"""Clusters of the pictures of a catalog by their symmetric hashes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from streamresize.catalog import Catalog
from streamresize.catalog.search import queries_of
from streamresize.matching.groups import Pair, groups_of

BITS = 256
MOST_IN_MATRIX = 4000  # pictures whose distances to each other are all kept: 64 MB
UNRELATED = BITS // 2  # bits in which two hashes of different pictures differ


def cluster(catalog: Catalog, similarity: float, *, absolute: bool = False) -> list[list[int]]:
    """The numbers of all pictures, cluster by cluster.

    Average linkage, cut at `similarity` of the largest distance of two pictures: 0 puts together
    only what has the same hash, 1 everything. absolute: of half the bits of a hash instead, which
    does not depend on the other pictures. Of more than MOST_IN_MATRIX pictures clusters are
    those that neighbours join, and `similarity` is always absolute.

    Raises ModuleNotFoundError where SciPy is not installed.
    """
    numbers = list(catalog.numbers())
    if len(numbers) < 2:
        return [[number] for number in numbers]
    if len(numbers) > MOST_IN_MATRIX:
        return _components(catalog, numbers, round(similarity * UNRELATED))
    distances = _distances(catalog, numbers)
    largest = float(distances.max())
    cut = similarity * (UNRELATED if absolute else largest)
    labels = _average_linkage(distances, cut, all_in_one=similarity >= 1 and not absolute)
    return _by_label(numbers, labels)


def _distances(catalog: Catalog, numbers: Sequence[int]) -> NDArray[np.float32]:
    """Bits between all pictures in their nearest orientations, float32 (n, n)."""
    place = np.full(max(numbers) + 1, -1)
    place[numbers] = np.arange(len(numbers))
    index = catalog.index()
    distances = np.full((len(numbers), len(numbers)), BITS, np.float32)
    for row, number in zip(distances, numbers):
        query = queries_of(catalog.fingerprint(number), "symmetric")
        found = index.within("symmetric", query, BITS)
        known = place[found.image_ids]
        np.minimum.at(row, known[known >= 0], found.distances[known >= 0])
    distances = np.minimum(distances, distances.T)
    np.fill_diagonal(distances, 0)
    return distances


def _average_linkage(
    distances: NDArray[np.float32], cut: float, *, all_in_one: bool
) -> NDArray[np.int64]:
    try:
        from scipy.cluster.hierarchy import fcluster, linkage
        from scipy.spatial.distance import squareform
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "clusters need SciPy: pip install 'streamresize[cluster]'"
        ) from error
    if all_in_one:
        return np.zeros(len(distances), np.int64)
    tree = linkage(squareform(distances, checks=False), "average")
    return np.asarray(fcluster(tree, cut, "distance"), np.int64)


def _components(catalog: Catalog, numbers: Iterable[int], radius: int) -> list[list[int]]:
    joined = (
        Pair(min(number, hit.image_id), max(number, hit.image_id), float(BITS - hit.distance))
        for number in numbers
        for hit in catalog.within(catalog.fingerprint(number), radius, "symmetric")
        if hit.image_id != number
    )
    groups = groups_of(joined)
    together = {number for group in groups for number in group}
    return sorted(groups + [[number] for number in catalog.numbers() if number not in together])


def _by_label(numbers: Sequence[int], labels: NDArray[np.int64]) -> list[list[int]]:
    clusters: dict[int, list[int]] = {}
    for number, label in zip(numbers, labels.tolist()):
        clusters.setdefault(label, []).append(number)
    return list(clusters.values())
