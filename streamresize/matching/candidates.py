"""Which pictures of a catalog may show what a query shows: by hashes, windows and keypoints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple, Protocol

import numpy as np

from streamresize.catalog import Feature, Found
from streamresize.catalog.search import HashIndex
from streamresize.fingerprint import Box, Fingerprint, content_box
from streamresize.matching.affine import Affine, box_to_box
from streamresize.matching.agreement import has_detail
from streamresize.matching.details import KEYPOINTS, WINDOWS, descriptor_words, keypoints_of
from streamresize.matching.keypoints import Keypoints, fit, keypoints
from streamresize.matching.query import Query, QueryPart, whole_box
from streamresize.matching.radii import radius
from streamresize.matching.windows import windows

HASH_RADIUS, WINDOW_RADIUS, KEYPOINT_RADIUS = 90, 84, 48  # bits of 256, at most
SYMMETRIC_HASHES = ("symmetric", "trimmed")
MOST = 16  # pictures of a stage
TRIES = 2  # for each of them, on average
VOTERS = 300  # keypoints of the query that vote, the strongest
PICTURES_KEPT = 256  # fingerprints, about 150 KB each
MOST_STRETCHED = 1.4  # a window's sides against those of the query


class Candidate(NamedTuple):
    """A picture of the catalog that may show what a query shows.

    guess: a map from places of the query's luma to places of its luma, which holds about for
    `part` of the query. found_by: "hash", "window" or "keypoints".
    """

    image_id: int
    guess: Affine
    part: Box
    found_by: str


class Near(NamedTuple):
    """A picture whose hash is near that of a part of a query, as it is found: sorted, the nearest
    first. number: EXIF's orientation of the part. name: of the hash.
    """

    distance: int
    image_id: int
    part: Box
    number: int
    name: str


class Pictures(Protocol):
    """What is asked of a catalog; see `Catalog`."""

    def fingerprints(self, numbers: Iterable[int]) -> dict[int, Fingerprint]: ...

    def index(self) -> HashIndex: ...

    def feature_index(self, kind: str) -> HashIndex: ...

    def features(self, kind: str, numbers: Iterable[int]) -> dict[int, Feature]: ...


class Gallery:
    """A catalog that is searched again and again; threads may share it.

    kept: pictures whose fingerprints, about 150 KB each, stay in memory. Pictures that are removed
    while a search goes on are passed over.
    """

    def __init__(self, catalog: Pictures, *, kept: int = PICTURES_KEPT) -> None:
        self._catalog = catalog
        self.find = lru_cache(kept)(self._find)

    def fingerprint(self, number: int) -> Fingerprint:
        """Raises KeyError."""
        found = self.find(number)
        if found is None:
            raise KeyError(number)
        return found

    def _find(self, number: int) -> Fingerprint | None:
        """The fingerprint of a picture; None where there is no such picture, and never will be."""
        return self._catalog.fingerprints([number]).get(number)

    def by_hash(self, query: Query, most: int = MOST) -> Iterator[Candidate]:
        """Pictures whose hash, or whose hash within borders, is near in any orientation.

        One that is as near in several, such as stripes in all of them, is then tried in the others.
        """
        return islice(self._by_hash(query, most), TRIES * most)

    def _by_hash(self, query: Query, most: int) -> Iterator[Candidate]:
        index = self._catalog.index()
        hashes = len(SYMMETRIC_HASHES) * sum(len(part.hashes) for part in query.parts)
        most_bits = radius(HASH_RADIUS, len(index) * hashes)
        found = [
            Near(distance, image_id, part.box, number + 1, name)
            for part in query.parts
            for name in SYMMETRIC_HASHES
            for image_id, _, number, distance in _rows(
                index.within(name, part.hashes, most_bits), most * len(part.hashes)
            )
        ]
        seen = set()
        for _, image_id, part, number, name in _nearest(sorted(found), most):
            picture = self.find(image_id)
            if picture is None or not has_detail(picture.luma):
                continue
            luma = picture.luma
            target = content_box(luma) if name == "trimmed" else whole_box(luma)
            candidate = Candidate(image_id, _from_query(part, target, number), part, "hash")
            if candidate not in seen:
                seen.add(candidate)
                yield candidate

    def by_windows(self, query: Query, most: int = MOST) -> Iterator[Candidate]:
        """Pictures with a window whose hash is near that of the query, in any orientation.

        Also tried is the query without what is at one of its sides.
        """
        parts = [*query.parts, *query.without_a_side]
        hashes = np.concatenate([part.hashes for part in parts])
        index = self._catalog.feature_index(WINDOWS)
        found = index.within("hash", hashes, radius(WINDOW_RADIUS, len(index) * len(hashes)))
        return islice(self._windows(found, parts), most)

    def _windows(self, found: Found, parts: list[QueryPart]) -> Iterator[Candidate]:
        seen = set()
        for image_id, place, number, _ in _rows(found):
            picture = None if image_id in seen else self.find(image_id)
            if picture is None:
                continue
            part = parts[number // 8].box
            height, width = picture.luma.shape
            guess = _from_query(part, windows()[place].box(width, height), number % 8 + 1)
            if _stretch(guess) <= MOST_STRETCHED:
                seen.add(image_id)
                yield Candidate(image_id, guess, part, "window")

    def by_keypoints(self, query: Query, most: int = MOST) -> Iterator[Candidate]:
        """Pictures with keypoints that lie as the query's do, mirrored or not.

        Raises ModuleNotFoundError where OpenCV is not installed.
        """
        luma = query.fingerprint.luma
        seen = [keypoints(luma), keypoints(luma[:, ::-1])]
        mirror = box_to_box(query.whole, query.whole, 2)
        chosen = self._most_votes(seen, most)
        features = self._catalog.features(KEYPOINTS, {image_id for image_id, _ in chosen})
        for image_id, mirrored in chosen:
            if image_id not in features:
                continue
            fitted = fit(seen[mirrored], keypoints_of(features[image_id]))
            if fitted is not None:
                guess = fitted.map.after(mirror) if mirrored else fitted.map
                yield Candidate(image_id, guess, query.whole, "keypoints")

    def _most_votes(self, seen: list[Keypoints], most: int) -> list[tuple[int, int]]:
        """(Picture, 1 for the mirrored query) with the most keypoints like those seen.

        Each keypoint has one vote, divided among all that are like it.
        """
        queries = [descriptor_words(each.descriptors[:VOTERS]) for each in seen]
        found = self._catalog.feature_index(KEYPOINTS).within(
            "hash", np.concatenate(queries), KEYPOINT_RADIUS
        )
        weights = 1 / np.bincount(found.queries)[found.queries]
        pairs = np.stack([found.image_ids, found.queries >= len(queries[0])], axis=1)
        chosen, place = np.unique(pairs, axis=0, return_inverse=True)
        votes = np.bincount(place.ravel(), weights, minlength=len(chosen))
        best = np.argsort(-votes, kind="stable")[:most]
        return [(int(image_id), int(mirrored)) for image_id, mirrored in chosen[best]]


def _rows(found: Found, most: int | None = None) -> Iterator[tuple[int, int, int, int]]:
    """(Picture, place, query, distance), the nearest first, at most so many."""
    return zip(*(column[:most].tolist() for column in found))


def _nearest(found: Iterable[Near], most: int) -> list[Near]:
    """The first entry of each of so many pictures; then those of theirs that are as near."""
    first: dict[int, Near] = {}
    ties = []
    for entry in found:
        nearest = first.setdefault(entry.image_id, entry)
        if entry is not nearest and entry.distance == nearest.distance:
            ties.append(entry)
    chosen = dict(islice(first.items(), most))
    return [*chosen.values(), *(entry for entry in ties if entry.image_id in chosen)]


def _from_query(part: Box, target: Box, number: int) -> Affine:
    """To `target` from the part of a query that, turned by EXIF orientation `number`, shows it."""
    return box_to_box(target, part, number).inverse()


def _stretch(map: Affine) -> float:
    sides = np.linalg.svd(map.matrix[:2, :2], compute_uv=False)
    return float(sides[0] / sides[1])
