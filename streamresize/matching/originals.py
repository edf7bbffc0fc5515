"""Which of the pictures that show what a query shows is its original."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import log2

from streamresize.matching.relation import Part
from streamresize.matching.search import Match
from streamresize.matching.sharpness import Sharpness

CONTAINED = 0.9  # of the query's area that an original shows
STEPS = 2  # of detail for each doubling: what lies in the same one counts as equal
BETTER = 1.2  # times the detail of the query that an original has at least


@dataclass(frozen=True, slots=True)
class Version:
    """A picture that shows the query, and what its file holds.

    detail: resolved pixels for each pixel of the query, over what both show.
    """

    match: Match
    path: str
    bytes: int
    sharpness: Sharpness
    detail: float

    @property
    def rank(self) -> tuple[float, int, float, int]:
        """The more the better: detail, quality of compression, how much is shown, bytes."""
        steps = round(STEPS * log2(max(self.detail, 1e-9)))
        area = _extent(self.match)
        return steps, self.sharpness.quality or 0, area, self.bytes


def find_original(
    query: Sharpness,
    matches: Iterable[Match],
    read: Callable[[Match], tuple[str, int, Sharpness] | None],
) -> Version | None:
    """The best version that shows nearly all of the query and resolves more; None without any.

    query: of the query's file. read: path, bytes and sharpness of a match's file, or None where it
    cannot be read.
    """
    versions = []
    for match in matches:
        if match.relation.query_part.area < CONTAINED:
            continue
        facts = read(match)
        if facts is not None:
            path, size, sharpness = facts
            detail = match.relation.detail * sharpness.fullness
            versions.append(Version(match, path, size, sharpness, detail))
    better = [version for version in versions if version.detail >= BETTER * query.fullness]
    return max(better, key=lambda version: version.rank, default=None)


def _extent(match: Match) -> float:
    """The picture's area for the part that both show: a crop has less."""
    part: Part = match.relation.picture_part
    return round(1 / max(part.area, 1e-3), 1)
