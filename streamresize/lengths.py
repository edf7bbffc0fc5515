"""Lengths in pixels or percent, and regions made of them."""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias

from streamresize.errors import RegionError

Length: TypeAlias = int | str
Region: TypeAlias = tuple[Length, Length, Length, Length]

PERCENT = re.compile(r"(\d+(?:\.\d*)?|\.\d+)%", re.ASCII)


class Part(NamedTuple):
    """A rectangle of whole pixels."""

    left: int
    top: int
    width: int
    height: int


def rounded(value: float) -> int:
    """To the nearest whole pixel; halves up."""
    return int(value + 0.5)


def in_pixels(length: Length, whole: int) -> float:
    """The length in pixels, not rounded; "25%" is a quarter of `whole`.

    Raises ValueError for what is neither a number of pixels from 0 on nor a percentage.
    """
    if isinstance(length, str):
        match = PERCENT.fullmatch(length)
        if match is None:
            raise ValueError(f'a length is a number of pixels or a percentage, not "{length}"')
        return whole * float(match[1]) / 100
    if length < 0:
        raise ValueError(f"a length must be at least 0 pixels, not {length}")
    return float(length)


def check_region(region: Region) -> None:
    """Raise ValueError unless it has four lengths, of which width and height are above 0."""
    if len(region) != 4:
        raise ValueError(f"a region is (x, y, width, height), not {region!r}")
    _, _, width, height = (in_pixels(length, 100) for length in region)
    if not (width > 0 and height > 0):
        raise ValueError(f"a region must have a width and a height, not {region!r}")


def resolve(region: Region, size: tuple[int, int]) -> Part:
    """The region of a picture of `size` (width, height); what lies outside of it is cut off.

    Each edge is rounded by itself, so that regions that adjoin in percent do so in pixels.
    Raises RegionError where nothing is left.
    """
    x, y, width, height = region
    left, right = _edges(x, width, size[0])
    top, bottom = _edges(y, height, size[1])
    if left >= right or top >= bottom:
        raise RegionError(region, size)
    return Part(left, top, right - left, bottom - top)


def _edges(start: Length, length: Length, whole: int) -> tuple[int, int]:
    low = in_pixels(start, whole)
    # Sums of percentages come out a little off the halves that they mean.
    high = round(low + in_pixels(length, whole), 6)
    return min(rounded(round(low, 6)), whole), min(rounded(high), whole)
