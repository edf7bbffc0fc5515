"""What a picture is of another: which part, how large, mirrored, turned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from streamresize.fingerprint.borders import Box
from streamresize.matching.affine import Affine

WHOLE = 0.97  # of a side that counts as all of it
SAME_SCALE = 0.02
UPRIGHT = 0.5  # degrees


class Part(NamedTuple):
    """Left, top, right, bottom as parts of the sides, 0 to 1."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def is_whole(self) -> bool:
        return min(self.right - self.left, self.bottom - self.top) >= WHOLE

    @property
    def area(self) -> float:
        return (self.right - self.left) * (self.bottom - self.top)


@dataclass(frozen=True, slots=True)
class Relation:
    """How a query and a picture that shows the same lie to each other, as both are stored.

    map: from pixels of the query to pixels of the picture. query_part, picture_part: what encloses
    that which both show. scale: pixels of the picture for one of the query, across and down the
    query. rotation: degrees clockwise from the query to the picture. mirrored: left and right,
    before it is turned.
    """

    map: Affine
    query_part: Part
    picture_part: Part

    @property
    def scale(self) -> tuple[float, float]:
        return self.map.scale

    @property
    def rotation(self) -> float:
        return self.map.rotation

    @property
    def mirrored(self) -> bool:
        return self.map.mirrored

    @property
    def detail(self) -> float:
        """Pixels that the picture has for each pixel of the query of what both show."""
        return abs(self.map.determinant)

    def __str__(self) -> str:
        """In words: what the query is of the picture."""
        words = [_part_in_words(self.query_part, self.picture_part)]
        across, down = (1 / factor for factor in self.scale)
        if abs(across / down - 1) > 2 * SAME_SCALE:
            words.append(f"scale {across:.2f} x {down:.2f}")
        elif abs(across - 1) > SAME_SCALE:
            words.append(f"scale {across:.2f}")
        if self.mirrored:
            words.append("mirrored")
        if abs(self.rotation) > UPRIGHT:
            words.append(f"turned {_shortest(-self.rotation):.0f} degrees")
        return ", ".join(words)

    def to_dict(self) -> dict[str, Any]:
        """JSON-able values."""
        return {
            "map": list(self.map),
            "query_part": list(self.query_part),
            "picture_part": list(self.picture_part),
            "scale": list(self.scale),
            "rotation": self.rotation,
            "mirrored": self.mirrored,
        }


def relation(map: Affine, query: tuple[int, int], picture: tuple[int, int]) -> Relation:
    """query, picture: (width, height) in pixels."""
    return Relation(map, _covered(map.inverse(), picture, query), _covered(map, query, picture))


def _covered(map: Affine, source: tuple[int, int], target: tuple[int, int]) -> Part:
    left, top, right, bottom = map.box(Box(0, 0, *source))
    width, height = target
    return Part(
        max(0.0, left / width),
        max(0.0, top / height),
        min(1.0, right / width),
        min(1.0, bottom / height),
    )


def _part_in_words(query: Part, picture: Part) -> str:
    if picture.is_whole:
        return "whole" if query.is_whole else f"whole, on {1 - query.area:.0%} of background"
    part = f"{picture.area:.0%} of it"
    return part if query.is_whole else f"{part}, and something else"


def _shortest(degrees: float) -> float:
    return (degrees + 180) % 360 - 180
