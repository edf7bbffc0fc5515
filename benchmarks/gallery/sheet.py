"""Parts of pictures side by side, enlarged and labelled."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

COLUMNS = 5
SIDE = 72  # of a part, in pixels
ZOOM = 2
LABEL = 18  # rows above a tile
GAP = 8
LEFT, TOP = 150, 110  # of the part in the picture
Picture = NDArray[np.uint8]


def tile_corner(number: int) -> tuple[int, int]:
    """(left, top) of a tile on the sheet."""
    row, column = divmod(number, COLUMNS)
    tile = SIDE * ZOOM + GAP
    return GAP + column * tile, LABEL + row * (tile + LABEL)


def part(picture: Picture) -> Picture:
    """What a tile shows, its pixels repeated."""
    cut = picture[TOP : TOP + SIDE, LEFT : LEFT + SIDE]
    return np.repeat(np.repeat(cut, ZOOM, axis=0), ZOOM, axis=1)


def sheet(pictures: Mapping[str, Picture]) -> Image.Image:
    """One tile for each picture, its name above it; gray where all of them are."""
    right = max(tile_corner(number)[0] for number in range(min(COLUMNS, len(pictures))))
    bottom = tile_corner(len(pictures) - 1)[1]
    image = Image.new("RGB", (right + SIDE * ZOOM + GAP, bottom + SIDE * ZOOM + GAP), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(12)
    for number, (name, picture) in enumerate(pictures.items()):
        left, top = tile_corner(number)
        draw.text((left, top - 3), name, fill="black", font=font, anchor="ls")
        image.paste(Image.fromarray(part(picture)), (left, top))
    is_gray = all(np.ptp(part(picture), axis=2).max() == 0 for picture in pictures.values())
    return image.convert("L") if is_gray else image
