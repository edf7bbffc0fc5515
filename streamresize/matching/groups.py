"""Near-duplicates of a catalog, as groups."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from streamresize.catalog import Catalog
from streamresize.matching.candidates import Gallery
from streamresize.matching.search import search


class Pair(NamedTuple):
    """Two pictures that show the same, the lower number first. score: 0 to 1."""

    first: int
    second: int
    score: float


def duplicate_pairs(catalog: Catalog, *, least: float, stages: Sequence[str]) -> Iterator[Pair]:
    """Every pair of a catalog with at least that score; some come twice.

    stages: as `search` takes them.
    """
    gallery = Gallery(catalog)
    for number in catalog.numbers():
        for match in search(gallery.fingerprint(number), gallery, least=least, stages=stages):
            if match.image_id != number:
                low, high = sorted((number, match.image_id))
                yield Pair(low, high, match.score)


def groups_of(
    pairs: Iterable[Pair], different: Collection[tuple[int, int]] = ()
) -> list[list[int]]:
    """Pictures that pairs join, the surest pairs first, each group and all of them by number.

    different: pairs, the lower number first, that no group may hold.
    """
    group_of: dict[int, set[int]] = {}
    for pair in sorted(pairs, key=lambda pair: -pair.score):
        first = group_of.setdefault(pair.first, {pair.first})
        second = group_of.setdefault(pair.second, {pair.second})
        if first is second or _differ(first, second, different):
            continue
        first |= second
        for number in second:
            group_of[number] = first
    groups = {id(group): sorted(group) for group in group_of.values() if len(group) > 1}
    return sorted(groups.values())


def _differ(first: set[int], second: set[int], different: Collection[tuple[int, int]]) -> bool:
    return any((min(a, b), max(a, b)) in different for a in first for b in second)
