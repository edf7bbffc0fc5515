"""Margins around a finished picture."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

# All sides; vertical and horizontal; or top, right, bottom and left, as in CSS. In pixels.
Padding: TypeAlias = int | tuple[int, int] | tuple[int, int, int, int]


class Margins(NamedTuple):
    """Pixels on each side."""

    top: int = 0
    right: int = 0
    bottom: int = 0
    left: int = 0


def margins(padding: Padding) -> Margins:
    """The four sides. Raises ValueError for what is not 1, 2 or 4 whole numbers from 0 on."""
    sides = padding if isinstance(padding, tuple) else (padding,)
    if len(sides) not in (1, 2, 4) or not all(isinstance(n, int) and n >= 0 for n in sides):
        raise ValueError(f"padding must be 1, 2 or 4 numbers of pixels from 0 on, not {padding!r}")
    return Margins(*sides * (4 // len(sides)))
