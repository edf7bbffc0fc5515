"""Where a picture draws the eye, by what its pixels are: edges, strong colours, skin.

The features are those of libvips' `smartcrop` and of smartcrop.js; measure and choice are this
project's own. Nothing is learned, nothing is random.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streamresize.lengths import rounded
from streamresize.strips import Samples

Reals = NDArray[np.float64]

SIDE = 64  # pixels, the longer one, of the picture that is looked at
COLOURFULNESS = 0.2  # levels of a luma edge for one of chroma
SKIN = 10.0  # levels of a luma edge
# D. Chai, K. N. Ngan, "Face segmentation using skin-color map in videophone applications", 1999:
# Cb from 77 to 127, Cr from 133 to 173.
SKIN_CB, SKIN_CR = (-51, -1), (5, 45)
YCBCR = np.array(  # T.871 clause 7, without the offset of chroma
    [[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]]
)
SAME = 1e-9  # of the best score: those that differ by less are as good


def attention(picture: Samples) -> Reals:
    """How much each pixel of a small gray (h, w) or RGB (h, w, 3) picture stands out, from 0 on.

    The square of the luma gradient, colourfulness and skin together: what stands out a little
    everywhere, as foliage does, counts less than what stands out much in one place.
    """
    if picture.ndim == 2:
        picture = np.stack([picture] * 3, axis=-1)
    luma, cb, cr = np.moveaxis(picture @ YCBCR.T, -1, 0)
    skin = _within(cb, *SKIN_CB) & _within(cr, *SKIN_CR)
    seen: Reals = np.square(_edges(luma) + COLOURFULNESS * np.hypot(cb, cr) + SKIN * skin)
    return seen


def _edges(luma: Reals) -> Reals:
    """Differences of neighbours across and down, in levels a pixel."""
    padded = np.pad(luma, 1, "edge")
    across = padded[1:-1, 2:] - padded[1:-1, :-2]
    down = padded[2:, 1:-1] - padded[:-2, 1:-1]
    edges: Reals = (np.abs(across) + np.abs(down)) / 2
    return edges


def _within(values: Reals, low: float, high: float) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (values >= low) & (values <= high)
    return inside


def best_window(
    picture: Samples, size: tuple[int, int], window: tuple[int, int]
) -> tuple[int, int]:
    """(left, top) of the window (width, height) that shows most, in a picture of `size`.

    picture: the same, small. Where nothing stands out, the middle.
    """
    seen = attention(picture)
    left, top = (
        best_offset(seen.sum(axis=down), length, part)
        for down, length, part in zip((0, 1), size, window)
    )
    return left, top


def best_offset(profile: Reals, length: int, window: int) -> int:
    """Where a window within `length` pixels begins.

    profile: attention along these. Within the window it is weighed by a parabola, 1 in the middle
    and 0 at the ends, so that what matters is not cut. Of the best the nearest to the middle.
    """
    share = max(1, min(len(profile), round(window / length * len(profile))))
    places = len(profile) - share
    weights = 1 - np.square((np.arange(share) + 0.5) / share * 2 - 1)
    scores = np.correlate(profile, weights, "valid")
    if np.ptp(scores) <= SAME * scores.max():
        return (length - window) // 2
    best = np.flatnonzero(scores >= scores.max() * (1 - SAME))
    chosen = int(best[np.argmin(np.abs(best - places / 2))])
    return rounded(chosen / places * (length - window))
