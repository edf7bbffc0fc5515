"""Finished pictures on a larger ground."""

from __future__ import annotations

import numpy as np

from streamresize.geometry import Canvas
from streamresize.sinks.bands import Bands, whole
from streamresize.sinks.stream import RowEncoder
from streamresize.strips import Samples


def canvas_bytes(canvas: Canvas | None, *, gray: bool) -> int:
    """What the ground for a gray or RGB picture takes."""
    if canvas is None:
        return 0
    return canvas.width * canvas.height * (1 if gray and canvas.is_gray else 3)


def on_canvas(picture: Samples, canvas: Canvas) -> Samples:
    """Gray (h, w) or RGB (h, w, 3) with the background around it: uint8, of the canvas's size.

    Gray stays gray where the background is gray, too.
    """
    height, width = picture.shape[:2]
    if picture.ndim == 2 and canvas.is_gray:
        ground = np.full((canvas.height, canvas.width), canvas.background[0], np.uint8)
    else:
        ground = np.empty((canvas.height, canvas.width, 3), np.uint8)
        ground[:] = canvas.background
        picture = picture[..., None] if picture.ndim == 2 else picture
    rows = slice(canvas.top, canvas.top + height)
    columns = slice(canvas.left, canvas.left + width)
    ground[rows, columns] = picture
    return ground


class CanvasRows:
    """Takes bands of a picture, and gives an encoder bands of its canvas, of `rows` rows."""

    def __init__(self, encoder: RowEncoder[Samples], canvas: Canvas, rows: int) -> None:
        self._encoder = encoder
        self._canvas = canvas
        self._rows = rows
        self._bands = Bands([(canvas.height, canvas.width)], [rows])
        self._left = canvas.height
        self._no_rows: Samples = np.empty((0, 0), np.uint8)

    def add(self, band: Samples) -> None:
        if self._left == self._canvas.height:
            self._no_rows = band[:0].copy()
            self._paint(self._canvas.top)
        self._put(band, len(band))

    def finish(self) -> None:
        self._paint(self._left)
        self._encoder.finish()

    def _paint(self, count: int) -> None:
        """Rows of the background alone."""
        for start in range(0, count, self._rows):
            self._put(self._no_rows, min(self._rows, count - start))

    def _put(self, picture: Samples, count: int) -> None:
        self._left -= count
        self._bands.add(0, on_canvas(picture, self._canvas._replace(top=0, height=count)))
        for (pieces,) in self._bands.complete():
            self._encoder.add(whole(pieces))
