"""Colours that are seen around a picture and through it."""

from __future__ import annotations

from typing import TypeAlias

RGB: TypeAlias = tuple[int, int, int]
Background: TypeAlias = str | RGB

WHITE: RGB = (255, 255, 255)


def background_rgb(background: Background, name: str = "background") -> RGB:
    """Red, green and blue, 0 to 255, of a triple of them, or of a name or code such as "white",
    "#fc0" or "hsl(30, 50%, 50%)".

    Raises ValueError for what is no opaque colour.
    """
    if isinstance(background, str):
        from PIL import ImageColor

        color: tuple[int, ...] = ImageColor.getrgb(background)
    else:
        color = tuple(background)
    if len(color) != 3 or min(color) < 0 or max(color) > 255:
        raise ValueError(f"{name} must be an opaque colour, not {background!r}")
    return color
