"""Finished pictures on a larger ground."""

from __future__ import annotations

import numpy as np

from streamresize.background import RGB
from streamresize.geometry import Canvas
from streamresize.strips import Samples


def canvas_bytes(canvas: Canvas | None, *, gray: bool) -> int:
    """What the ground for a gray or RGB picture takes."""
    if canvas is None:
        return 0
    return canvas.width * canvas.height * (1 if gray and _is_gray(canvas.background) else 3)


def on_canvas(picture: Samples, canvas: Canvas) -> Samples:
    """Gray (h, w) or RGB (h, w, 3) with the background around it: uint8, of the canvas's size.

    Gray stays gray where the background is gray, too.
    """
    height, width = picture.shape[:2]
    if picture.ndim == 2 and _is_gray(canvas.background):
        ground = np.full((canvas.height, canvas.width), canvas.background[0], np.uint8)
    else:
        ground = np.empty((canvas.height, canvas.width, 3), np.uint8)
        ground[:] = canvas.background
        picture = picture.reshape(height, width, -1)
    rows = slice(canvas.top, canvas.top + height)
    columns = slice(canvas.left, canvas.left + width)
    ground[rows, columns] = picture
    return ground


def _is_gray(background: RGB) -> bool:
    return len(set(background)) == 1
