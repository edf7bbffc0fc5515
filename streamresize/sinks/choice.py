"""What format="auto" means: the format that suits a picture, and why."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from streamresize.sinks.formats import MOST_COLORS, USUAL_COMPRESSION, Encoding
from streamresize.strips import Samples

PIXELS_OF_A_COLOR = 8  # at least, on average: any small picture has few colours
FLAT_SHARE = 0.5  # of pixels that repeat their neighbour; photographs stay below


class Choice(NamedTuple):
    encoding: Encoding
    reason: str


def choose(picture: Samples, asked: Encoding) -> Choice:
    """JPEG for photographs, PNG for flat graphics, with a palette where the colours are few.

    picture: uint8 (h, w) or (h, w, 3). The options of `asked` that the format has are kept. Gray
    pictures never have many colours, and need no palette.
    """
    few = count_colors(picture) if picture.ndim == 3 else None
    if few is not None:
        encoding = Encoding("png", compression=asked.compression, colors=max(2, few))
        return Choice(encoding, f"few colours: {few}")
    share = flat_share(picture)
    if share >= FLAT_SHARE:
        return Choice(
            Encoding("png", compression=asked.compression),
            f"flat graphics: {share:.0%} of the pixels repeat their neighbour",
        )
    return Choice(as_jpeg(asked), f"photograph: {share:.0%} of the pixels repeat their neighbour")


def count_colors(picture: Samples) -> int | None:
    """Of a picture (h, w, 3); None for more than a palette has, or than is few for its size."""
    from PIL import Image

    most = min(MOST_COLORS, picture.shape[0] * picture.shape[1] // PIXELS_OF_A_COLOR)
    present = Image.fromarray(picture).getcolors(max(1, most))
    return len(present) if present is not None else None


def choose_large(asked: Encoding) -> Choice:
    """The choice for pictures that are not held whole."""
    return Choice(as_jpeg(asked), "too large to be looked at before it is written")


def as_jpeg(asked: Encoding) -> Encoding:
    """The same options; those of other formats do not matter."""
    return replace(asked, format="jpeg", compression=USUAL_COMPRESSION)


def flat_share(picture: Samples) -> float:
    """The share of pixels that are the same as the one to the left, 0 to 1."""
    if picture.shape[1] < 2:
        return 0.0
    same = picture[:, 1:] == picture[:, :-1]
    return float(np.mean(same if picture.ndim == 2 else same.all(axis=2)))
