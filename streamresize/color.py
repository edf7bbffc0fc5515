"""Finished component planes to RGB."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from streamresize import _native
from streamresize.info import Color
from streamresize.strips import Samples

PLANES_USED: dict[Color, int] = {
    "gray": 1,
    "unknown": 1,
    "ycbcr": 3,
    "rgb": 3,
    "cmyk": 4,
    "ycck": 4,
}


def to_picture(planes: Sequence[Samples], color: Color, *, inverted: bool) -> Samples:
    """Planes of one size, uint8 (h, w), to gray (h, w) or RGB (h, w, 3).

    inverted: CMYK as Adobe stores it, 255 for no ink. Of two components the first is shown.
    YCbCr by T.871 clause 7; CMYK by simple subtraction, without a profile.
    """
    if PLANES_USED[color] == 1:
        return planes[0]
    if color == "rgb":
        return np.stack(planes, axis=-1)
    rgb = np.empty((*planes[0].shape, 3), np.uint8)
    if color == "ycbcr":
        y, cb, cr = planes
        _native.ycbcr_to_rgb(y, cb, cr, rgb)
        return rgb
    first, second, third, black = planes
    convert = _native.cmyk_to_rgb if color == "cmyk" else _native.ycck_to_rgb
    convert(first, second, third, black, inverted, rgb)
    return rgb


def to_luma(picture: Samples) -> Samples:
    """Gray or RGB (h, w, 3) to luma (h, w), rounded as Pillow's "L" conversion does."""
    if picture.ndim == 2:
        return picture
    weighted = picture.astype(np.uint32) @ np.array([19595, 38470, 7471], np.uint32)
    luma: Samples = ((weighted + 32768) >> 16).astype(np.uint8)
    return luma
