"""Pixels without a container."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from streamresize.color import to_luma
from streamresize.sinks.formats import CHROMA_FACTORS, Format, Subsampling
from streamresize.strips import Samples
from streamresize.targets import Target

NEUTRAL = 128
PART_PIXELS = 1 << 17


def parts(picture: Samples) -> Iterator[Samples]:
    """Rows at a time, so that what is computed from them takes little memory."""
    step = max(1, PART_PIXELS // picture.shape[1])
    return (picture[start : start + step] for start in range(0, len(picture), step))


def rgb(picture: Samples) -> Samples:
    """Gray (h, w) or RGB (h, w, 3) to RGB."""
    return picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)


def rgb565(picture: Samples) -> Samples:
    """5 bits of red, 6 of green, 5 of blue in 16-bit little-endian words: uint8 (h, w, 2).

    Each sample is rounded to the nearest that 5 or 6 bits can hold.
    """
    wide = rgb(picture).astype(np.uint16)
    red, green, blue = ((wide[..., i] * most + 127) // 255 for i, most in enumerate((31, 63, 31)))
    words = ((red << 11) | (green << 5) | blue).astype("<u2")
    return words.view(np.uint8).reshape(*words.shape, 2)


PIXELS: dict[Format, Callable[[Samples], Samples]] = {
    "rgb": rgb,
    "rgb565": rgb565,
    "gray": to_luma,
}


class RawRows:
    """Takes bands of rows, gray or RGB, and writes their pixels."""

    def __init__(self, target: Target, format: Format) -> None:
        self._target = target
        self._pixels = PIXELS[format]

    def add(self, band: Samples) -> None:
        self._target.write(self._pixels(band).tobytes())

    def finish(self) -> None:
        """Nothing is left to write."""


def gray_to_ycbcr(planes: list[Samples], subsampling: Subsampling) -> list[Samples]:
    """The first plane as Y, and neutral Cb and Cr."""
    luma = planes[0]
    across, down = CHROMA_FACTORS[subsampling]
    shape = -(-luma.shape[0] // down), -(-luma.shape[1] // across)
    return [luma, *(np.full(shape, NEUTRAL, np.uint8) for _ in "br")]


def picture_to_ycbcr(picture: Samples, subsampling: Subsampling) -> list[Samples]:
    """Gray, or RGB (h, w, 3), to Y, Cb and Cr by Pillow; chroma averaged, edges repeated."""
    if picture.ndim == 2:
        return gray_to_ycbcr([picture], subsampling)
    from PIL import Image

    luma, *chroma = (np.asarray(p) for p in Image.fromarray(picture).convert("YCbCr").split())
    factors = CHROMA_FACTORS[subsampling]
    return [luma, *(_averaged(plane, *factors) for plane in chroma)]


def _averaged(plane: Samples, across: int, down: int) -> Samples:
    height, width = plane.shape
    padded = np.pad(plane, ((0, -height % down), (0, -width % across)), mode="edge")
    cells = padded.reshape(len(padded) // down, down, -1, across).astype(np.uint16)
    count = across * down
    mean: Samples = ((cells.sum((1, 3)) + count // 2) // count).astype(np.uint8)
    return mean


def joined(planes: Sequence[Samples]) -> bytes:
    """One plane behind the other."""
    return b"".join(plane.tobytes() for plane in planes)
