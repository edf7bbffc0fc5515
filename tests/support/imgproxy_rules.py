"""An oracle for imgproxy's sizes, in exact arithmetic, and the sizes that its own tests expect.

Written from docs.imgproxy.net ("Processing an image"); the numbers of SIZES are those of
imgproxy's processing tests, for a picture of 200 x 100.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any, NamedTuple

Pair = tuple[int, int]

BOXES = ((50, 50), (50, 20), (20, 50), (300, 300), (300, 125), (250, 300), (0, 50), (50, 0),
         (0, 200), (300, 0), (300, 50), (100, 300))  # fmt: skip
_SMALL = ((100, 50), (50, 25))
_LARGE = ((400, 200), (300, 150))
# (resizing type, enlarge, extend) -> the result for each of BOXES; None where theirs has no case
SIZES: dict[tuple[str, bool, bool], tuple[Pair | None, ...]] = {
    ("fit", False, False): ((50, 25), (40, 20), (20, 10), (200, 100), (200, 100), (200, 100),
                            *_SMALL, (200, 100), (200, 100), (100, 50), (100, 50)),
    ("fit", True, False): ((50, 25), (40, 20), (20, 10), (300, 150), (250, 125), (250, 125),
                           *_SMALL, *_LARGE, None, None),
    ("fit", False, True): (*BOXES[:6], *_SMALL, (200, 200), (300, 100), None, None),
    ("fill", False, False): (*BOXES[:3], (200, 100), (200, 100), (200, 100), *_SMALL,
                             (200, 100), (200, 100), (200, 50), (100, 100)),
    ("fill", True, False): (*BOXES[:6], *_SMALL, *_LARGE, None, None),
    ("fill", False, True): (*BOXES[:6], *_SMALL, (200, 200), (300, 100), (300, 50), (100, 300)),
    ("fill-down", False, False): (*BOXES[:3], (100, 100), (200, 83), (83, 100), *_SMALL,
                                  (200, 100), (200, 100), None, None),
    ("fill-down", True, False): (*BOXES[:6], *_SMALL, *_LARGE, None, None),
    ("fill-down", False, True): (*BOXES[:6], *_SMALL, (200, 200), (300, 100), (300, 50),
                                 (100, 300)),
}  # fmt: skip


class Undecided(Exception):
    """A side lies on a half of a pixel, where rounding in floating point may go either way."""


class Wanted(NamedTuple):
    """Options as in a URL; dpr as text."""

    kind: str = "fit"
    width: int = 0
    height: int = 0
    min_width: int = 0
    min_height: int = 0
    dpr: str = "1"
    enlarge: bool = False
    extend: bool = False
    crop: tuple[str, str] = ("0", "0")
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)


def final_size(picture: Pair, wanted: Wanted) -> Pair:
    """(width, height) of the result, for a picture as seen after rotation."""
    source = cropped(picture, wanted)
    zoom = zooms(source, wanted)
    dpr = Fraction(wanted.dpr)
    if not wanted.enlarge:
        beyond = max(*zoom, Fraction(1))
        zoom = [z / beyond for z in zoom]
        dpr = min(dpr * (1 if wanted.extend else beyond), 1 / max(zoom))
    for axis, least in enumerate((wanted.min_width, wanted.min_height)):
        lack = Fraction(least, source[axis]) / zoom[axis]
        zoom = [z * max(lack, Fraction(1)) for z in zoom]
    scaled = [max(1, nearest(s * z * dpr)) for s, z in zip(source, zoom)]
    box = [nearest(side * dpr) for side in (wanted.width, wanted.height)]
    top, right, bottom, left = (round(side * dpr) for side in wanted.padding)
    width, height = canvas(scaled, box, wanted)
    return width + left + right, height + top + bottom


def cropped(picture: Pair, wanted: Wanted) -> Pair:
    width, height = (
        side if Fraction(part) == 0
        else min(side, floor(Fraction(part))) if Fraction(part) >= 1
        else max(1, nearest(side * Fraction(part)))
        for side, part in zip(picture, wanted.crop)
    )  # fmt: skip
    return width, height


def zooms(source: Pair, wanted: Wanted) -> list[Fraction]:
    """How much larger each axis is to become, for a pixel ratio of 1."""
    asked = [Fraction(box, side) for box, side in zip((wanted.width, wanted.height), source) if box]
    if not asked:
        return [Fraction(1), Fraction(1)]
    kind = wanted.kind
    if kind == "auto":
        box = wanted.width or source[0], wanted.height or source[1]
        alike = (source[0] < source[1]) == (box[0] < box[1])
        kind = "fill" if alike else "fit"
    if kind == "force":
        return [Fraction(b or s, s) for b, s in zip((wanted.width, wanted.height), source)]
    return 2 * [min(asked) if kind == "fit" else max(asked)]


def canvas(scaled: list[int], box: list[int], wanted: Wanted) -> Pair:
    cut = list(box)
    if wanted.kind == "fill-down" and not wanted.enlarge and all(box):
        over = max(Fraction(b, s) for b, s in zip(box, scaled))
        if over > 1:
            cut = [
                s if Fraction(b, s) == over else nearest(Fraction(b) / over)
                for b, s in zip(box, scaled)
            ]
    size = [min(s, c or s) for s, c in zip(scaled, cut)]
    if wanted.extend:
        size = [max(s, b) for s, b in zip(size, box)]
    return size[0], size[1]


def nearest(value: Fraction) -> int:
    if abs(value % 1 - Fraction(1, 2)) < Fraction(1, 10**6):
        raise Undecided
    return floor(value + Fraction(1, 2))


def sizing_fields(wanted: Wanted) -> dict[str, Any]:
    """The fields of `Sizing` that need no translation."""
    return {
        "resizing_type": wanted.kind,
        "width": wanted.width,
        "height": wanted.height,
        "min_width": wanted.min_width,
        "min_height": wanted.min_height,
        "dpr": float(wanted.dpr),
        "enlarge": wanted.enlarge,
    }
