"""Which part of a picture matters most."""

from __future__ import annotations

from typing import TypeAlias

# A name of COMPASS, ("fp", x, y) or "fp:x:y", or SMART.
Gravity: TypeAlias = str | tuple[str, float, float]

COMPASS = {
    "centre": (0.5, 0.5),
    "north": (0.5, 0.0),
    "north-east": (1.0, 0.0),
    "east": (1.0, 0.5),
    "south-east": (1.0, 1.0),
    "south": (0.5, 1.0),
    "south-west": (0.0, 1.0),
    "west": (0.0, 0.5),
    "north-west": (0.0, 0.0),
}
SMART = "smart"  # the part that draws the eye, which is known when the picture has been seen
EXPECTED = (
    f'gravity must be one of {", ".join(COMPASS)}, {SMART}, or "fp:x:y" with x and y from 0 to 1'
)


def focal_point(gravity: Gravity) -> tuple[float, float]:
    """(x, y) in the upright picture, from (0, 0) at its upper left to (1, 1) at its lower right.

    Of SMART the middle, where nothing is cut. Raises ValueError for anything else.
    """
    if gravity == SMART:
        return COMPASS["centre"]
    if isinstance(gravity, str) and gravity in COMPASS:
        return COMPASS[gravity]
    parts = gravity.split(":") if isinstance(gravity, str) else gravity
    try:
        prefix, x, y = parts[0], *map(float, parts[1:])
    except ValueError:
        raise ValueError(f"{EXPECTED}, not {gravity!r}") from None
    if prefix != "fp" or not (0 <= x <= 1 and 0 <= y <= 1):
        raise ValueError(f"{EXPECTED}, not {gravity!r}")
    return x, y


def window_offset(focus: float, length: int, window: int) -> int:
    """Where a window within `length` pixels begins, so that the point `focus` (0 to 1) is as near
    to its middle as the edges allow; rounded down.
    """
    return min(max(int(focus * length - window / 2), 0), length - window)


def share_offset(focus: float, free: int) -> int:
    """How much of `free` pixels goes in front of a picture: the share `focus`, rounded down."""
    return int(focus * free)
