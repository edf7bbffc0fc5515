"""Pictures of few colours: k-means compression of the histogram.

Lloyd's iteration (S. Lloyd, "Least squares quantization in PCM", 1982), begun at the colours that
Pillow's octree finds: nearer to the best than those of its median cut, and sooner found. It works
on the mean colours of the occupied cells of a histogram, so that its cost is bounded whatever the
picture; it draws no random numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from streamresize.sinks.formats import MOST_COLORS
from streamresize.sinks.raw import parts, rgb
from streamresize.strips import Samples

if TYPE_CHECKING:
    from PIL import Image

BITS = 6  # a channel, of the histogram's cells; all of a cell gets the same colour
CELLS = 1 << (3 * BITS)
MOST_ITERATIONS = 16
TOGETHER = 4096  # cells whose distances are computed at a time

Colors = NDArray[np.float32]  # (n, 3), 0 to 255
Numbers = NDArray[np.intp]
Weights = NDArray[np.float64]


def to_palette(picture: Samples, colors: int = MOST_COLORS) -> Image.Image:
    """A Pillow image of mode "P" with at most `colors` colours, 2 to 256.

    picture: uint8 (h, w) or (h, w, 3). Exact where the picture has no more colours; otherwise every
    pixel gets the nearest of the palette (of its cell of 4 x 4 x 4 values), without dithering.
    """
    from PIL import Image

    picture = rgb(picture)
    image = Image.fromarray(picture)
    present = image.getcolors(colors)
    if present is not None:
        palette, indices = _exact(picture, [cast(tuple[int, int, int], c) for _, c in present])
    else:
        start = image.quantize(colors, Image.Quantize.FASTOCTREE).getpalette() or []
        palette, indices = _clustered(picture, np.array(start, np.float32).reshape(-1, 3))
    result = Image.fromarray(indices)
    result.putpalette(palette.tobytes())
    return result


def _packed(colors: NDArray[np.uint8]) -> NDArray[np.uint32]:
    wide = colors.astype(np.uint32)
    return cast(NDArray[np.uint32], wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2])


def _exact(picture: Samples, present: list[tuple[int, int, int]]) -> tuple[Samples, Samples]:
    palette = np.array(sorted(present), np.uint8)
    known = _packed(palette)
    found = [np.searchsorted(known, _packed(rows)).astype(np.uint8) for rows in parts(picture)]
    return palette, np.concatenate(found)


def _clustered(picture: Samples, start: Colors) -> tuple[Samples, Samples]:
    occupied, counts, means = _histogram(picture)
    palette = np.rint(k_means(means, counts, start)).astype(np.uint8)
    colors = np.zeros(CELLS, np.uint8)
    colors[occupied] = nearest(means, palette.astype(np.float32))
    return palette, np.concatenate([colors[_cells(rows)] for rows in parts(picture)])


def _cells(picture: Samples) -> NDArray[np.int32]:
    """The number of the cell that each pixel falls into."""
    high = (picture >> (8 - BITS)).astype(np.int32)
    return cast(NDArray[np.int32], high[..., 0] << (2 * BITS) | high[..., 1] << BITS | high[..., 2])


def _histogram(picture: Samples) -> tuple[Numbers, Weights, Colors]:
    """Of the occupied cells: their numbers, counts and mean colours."""
    counts = np.zeros(CELLS)
    sums = np.zeros((CELLS, 3))
    for rows in parts(picture):
        cells = _cells(rows).ravel()
        counts += np.bincount(cells, minlength=CELLS)
        for channel in range(3):
            sums[:, channel] += np.bincount(cells, rows[..., channel].ravel(), CELLS)
    occupied = np.flatnonzero(counts)
    weights = counts[occupied]
    return occupied, weights, (sums[occupied] / weights[:, None]).astype(np.float32)


def k_means(points: Colors, weights: Weights, centres: Colors) -> Colors:
    """Move the centres to the weighted means of the points nearest to them, until they stay.

    At most `MOST_ITERATIONS` times. A centre that no point is nearest to stays where it is.
    """
    assigned = nearest(points, centres)
    for _ in range(MOST_ITERATIONS):
        totals = np.bincount(assigned, weights, minlength=len(centres))
        sums = [np.bincount(assigned, weights * points[:, i], len(centres)) for i in range(3)]
        used = totals > 0
        centres = centres.copy()
        centres[used] = (np.stack(sums, axis=1)[used] / totals[used, None]).astype(np.float32)
        before, assigned = assigned, nearest(points, centres)
        if np.array_equal(before, assigned):
            break
    return centres


def nearest(points: Colors, centres: Colors) -> Numbers:
    """For each point the number of the nearest centre; of equally near ones the first."""
    # |p - c|^2 without |p|^2, which is the same for all centres.
    squares = np.square(centres).sum(axis=1)
    chosen = [
        np.argmin(squares - 2 * (points[start : start + TOGETHER] @ centres.T), axis=1)
        for start in range(0, len(points), TOGETHER)
    ]
    return np.concatenate(chosen)
