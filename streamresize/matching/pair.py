"""Two pictures against each other, without a catalog."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from streamresize.catalog import Feature
from streamresize.catalog.search import TURNED, HashIndex, queries_of
from streamresize.fingerprint import Box, Fingerprint
from streamresize.geometry import ORIENTATIONS
from streamresize.matching.affine import Affine, box_to_box
from streamresize.matching.candidates import Gallery
from streamresize.matching.details import KEYPOINTS, WINDOWS, Details
from streamresize.matching.relation import Relation, relation
from streamresize.matching.search import MATCH, STAGES, Match, search

NUMBER = 0

Size = tuple[int, int]


def compare(
    query: Fingerprint,
    picture: Fingerprint,
    *,
    orientations: tuple[int, int] = (1, 1),
    least: float = MATCH,
    stages: Sequence[str] = STAGES,
    check: Callable[[], None] = lambda: None,
) -> Match | None:
    """How two pictures that show the same lie to each other; None for others.

    orientations: EXIF's numbers of both; the relation is that of the pictures turned upright by
    them. Either may be a part of the other. The match's `image_id` is 0; the rest is as for
    `search`.
    """
    either_way = ((query, picture, False), (picture, query, True))
    for first, second, exchanged in either_way:
        gallery = Gallery(_Single(second))
        for match in search(first, gallery, least=least, stages=stages, check=check):
            map = match.relation.map.inverse() if exchanged else match.relation.map
            return replace(match, relation=_upright(map, query, picture, orientations))
    return None


def _upright(
    map: Affine, query: Fingerprint, picture: Fingerprint, orientations: tuple[int, int]
) -> Relation:
    from_query, size = _turned(query, orientations[0])
    from_picture, picture_size = _turned(picture, orientations[1])
    return relation(from_picture.inverse().after(map).after(from_query), size, picture_size)


def _turned(picture: Fingerprint, number: int) -> tuple[Affine, Size]:
    """From the upright picture to the stored one, and (width, height) of the upright one."""
    stored = picture.width, picture.height
    upright = ORIENTATIONS[number].turned(stored)
    return box_to_box(Box(0, 0, *upright), Box(0, 0, *stored), number), upright


class _Single:
    """A catalog of one picture."""

    def __init__(self, picture: Fingerprint) -> None:
        self._picture = picture
        self._feature = lru_cache(len((WINDOWS, KEYPOINTS)))(self._make)

    def fingerprints(self, numbers: Iterable[int]) -> dict[int, Fingerprint]:
        return dict.fromkeys(numbers, self._picture)

    def index(self) -> HashIndex:
        hashes = {name: queries_of(self._picture, name)[:1] for name in TURNED}
        return HashIndex({"id": np.array([NUMBER]), **hashes})

    def feature_index(self, kind: str) -> HashIndex:
        hashes = self._feature(kind).hashes
        places = np.arange(len(hashes))
        return HashIndex({"id": np.full_like(places, NUMBER), "place": places, "hash": hashes})

    def features(self, kind: str, numbers: Iterable[int]) -> dict[int, Feature]:
        return dict.fromkeys(numbers, self._feature(kind))

    def _make(self, kind: str) -> Feature:
        luma = self._picture.luma
        details = Details.of(luma, windows=kind == WINDOWS, keypoints=kind == KEYPOINTS)
        return next(feature for feature in details.features() if feature.kind == kind)
