"""Search in two stages: candidates by hashes, windows and keypoints; then each laid over the query.

No answer comes from hashes alone: a candidate counts once its luma, aligned, agrees with the
query's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from streamresize.fingerprint import Fingerprint
from streamresize.matching.affine import scaling
from streamresize.matching.agreement import Aligned, Plane, agreement, has_detail
from streamresize.matching.alignment import align
from streamresize.matching.candidates import Candidate, Gallery
from streamresize.matching.distances import histogram_distance, mse, ssim
from streamresize.matching.query import Query
from streamresize.matching.relation import Relation, relation

SURE = 0.85  # agreement at which no further stage is asked about a picture
MATCH = 0.75  # agreement from which two pictures show the same: docs/matching.md
STAGES = ("hash", "window", "keypoints")


@dataclass(frozen=True, slots=True)
class Match:
    """A picture of a catalog that shows what a query shows.

    image_id: its number in the catalog. score: 0 to 1, the agreement of both where they overlap.
    found_by: "hash", "window" or "keypoints". mse, ssim, histogram: second opinions, of the
    aligned luma of what both show.
    """

    image_id: int
    score: float
    relation: Relation
    found_by: str
    mse: float
    ssim: float
    histogram: float

    def to_dict(self) -> dict[str, Any]:
        """JSON-able values."""
        return {
            "score": self.score,
            "found_by": self.found_by,
            "relation": str(self.relation),
            **self.relation.to_dict(),
            "mse": self.mse,
            "ssim": self.ssim,
            "histogram": self.histogram,
        }


def search(
    query: Fingerprint,
    gallery: Gallery,
    *,
    least: float = MATCH,
    stages: Sequence[str] = STAGES,
    check: Callable[[], None] = lambda: None,
) -> list[Match]:
    """The pictures of a catalog that show what the query shows, the best score first.

    least: score below which a picture is none of them. stages: any of "hash", "window" (of
    pictures that were added with windows) and "keypoints" (with keypoints); a stage is asked about
    what those before it have not found for sure. check: called before each stage and candidate;
    what it raises ends the search. Raises ModuleNotFoundError for keypoints where OpenCV is not
    installed.
    """
    found: dict[int, Match] = {}
    for candidate in _candidates(Query(query), gallery, stages, check):
        check()
        known = found.get(candidate.image_id)
        picture = gallery.find(candidate.image_id)
        if picture is not None and (known is None or known.score < SURE):
            match = verify(query, picture, candidate)
            if match is not None and (known is None or match.score > known.score):
                found[candidate.image_id] = match
    matches = [match for match in found.values() if match.score >= least]
    return sorted(matches, key=lambda match: -match.score)


def _candidates(
    query: Query, gallery: Gallery, stages: Sequence[str], check: Callable[[], None]
) -> Iterator[Candidate]:
    if not has_detail(query.fingerprint.luma):
        return
    asked = (gallery.by_hash, gallery.by_windows, gallery.by_keypoints)
    for name, candidates in zip(STAGES, asked):
        if name in stages:
            check()
            yield from candidates(query)


def verify(query: Fingerprint, picture: Fingerprint, candidate: Candidate) -> Match | None:
    """Lay a candidate over the query. None where they have nothing in common."""
    aligned = align(query.luma, picture.luma, candidate.part, candidate.guess)
    if aligned is None or abs(aligned.map.determinant) < 1e-6:
        return None
    first, second = _common_rectangle(aligned)
    return Match(
        candidate.image_id,
        agreement(aligned),
        _relation(query, picture, aligned),
        candidate.found_by,
        mse(first, second),
        ssim(first, second),
        histogram_distance(first, second),
    )


def _relation(query: Fingerprint, picture: Fingerprint, aligned: Aligned) -> Relation:
    """The relation of the pictures from that of their luma."""
    to_luma, from_luma = _luma_scale(query), _luma_scale(picture)
    map = scaling(1 / from_luma[0], 1 / from_luma[1]).after(aligned.map).after(scaling(*to_luma))
    return relation(map, (query.width, query.height), (picture.width, picture.height))


def _luma_scale(fingerprint: Fingerprint) -> tuple[float, float]:
    """Samples of the luma for each pixel."""
    height, width = fingerprint.luma.shape
    return width / fingerprint.width, height / fingerprint.height


def _common_rectangle(aligned: Aligned) -> tuple[Plane, Plane]:
    """Both pictures over the rows and columns that hold anything in common."""
    rows = np.flatnonzero(aligned.common.any(axis=1))
    columns = np.flatnonzero(aligned.common.any(axis=0))
    part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    first = np.where(aligned.common, aligned.first, 0)
    return first[part], aligned.second[part]
