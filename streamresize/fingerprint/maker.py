"""A fingerprint from luma."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streamresize.fingerprint.borders import Box, content_box
from streamresize.fingerprint.hashes import average_hash, dhash, pdq, phash
from streamresize.fingerprint.record import Fingerprint
from streamresize.fingerprint.reduction import (
    PDQ_SIDE,
    Part,
    PillowReduction,
    Plane,
    RowReduction,
    area_averages,
    lanczos_taps,
    pdq_taps,
    pillow_reduced,
    plane_samples,
    reduced,
    rounded,
)
from streamresize.fingerprint.symmetric import SIDE, coefficients
from streamresize.strips import Samples

# (width, height) that imagehash reduces a picture to.
IMAGEHASH_SIZES = {"phash256": (64, 64), "phash": (32, 32), "dhash": (9, 8), "average": (8, 8)}


class Reduced(NamedTuple):
    """The samples that each hash is made of."""

    phash256: Samples
    phash: Samples
    dhash: Samples
    average: Samples
    pdq: NDArray[np.float32]


class HashReducer:
    """Everything that known hashes need of a luma plane with every pixel, row by row.

    Each hash of imagehash has a reduction of its own, as Pillow has it.
    """

    def __init__(self, width: int, height: int) -> None:
        sizes = IMAGEHASH_SIZES.values()
        self._imagehash = [PillowReduction((width, height), outputs) for outputs in sizes]
        self._pdq = RowReduction(pdq_taps(width, 1.0), pdq_taps(height, 1.0), width)

    @property
    def nbytes(self) -> int:
        return self._pdq.nbytes + sum(reduction.nbytes for reduction in self._imagehash)

    def feed(self, strip: Samples, start: int) -> None:
        """Take rows start, start + 1, ... of the plane, uint8 (rows, width)."""
        for reduction in self._imagehash:
            reduction.feed(strip, start)
        self._pdq.feed(strip, start)

    def reduced(self) -> Reduced:
        """Once every row has come."""
        phash256, phash, dhash, average = (part.samples() for part in self._imagehash)
        return Reduced(phash256, phash, dhash, average, self._pdq.samples())


def reduce_small(luma: Samples, plane: Plane) -> Reduced:
    """The same from luma in small, uint8 (h, w), the samples of `plane`.

    The smaller ones of imagehash come from what its largest has left, which moves a bit or two.
    """
    largest, *others = IMAGEHASH_SIZES.values()
    columns = lanczos_taps(plane.width, plane.across, largest[0])
    rows = lanczos_taps(plane.height, plane.down, largest[1])
    samples = rounded(reduced(luma, columns, rows))
    for_pdq = pdq_taps(plane.width, plane.across), pdq_taps(plane.height, plane.down)
    phash, dhash, average = pillow_reduced(samples, tuple(others))
    return Reduced(samples, phash, dhash, average, reduced(luma, *for_pdq))


def small_bytes(plane: Plane) -> int:
    """Memory that `reduce_small` takes, with the tables that it leaves."""
    width = plane_samples(plane.width, plane.across)
    sides = (plane.width, plane.across), (plane.height, plane.down)
    taps = [*(lanczos_taps(*side, 64) for side in sides), *(pdq_taps(*side) for side in sides)]
    tables = sum(array.nbytes for tables in taps for array in tables)
    return 2 * 4 * PDQ_SIDE * width + tables


def make_fingerprint(plane: Plane, samples: Reduced, luma: Samples, extent: Part) -> Fingerprint:
    """luma: the picture in small. extent: where the picture ends, within the last samples of it."""
    pdq_hash = pdq(samples.pdq)
    whole = Box(0, 0, luma.shape[1], luma.shape[0])
    content = content_box(luma)
    symmetric = symmetric_part(luma, extent)
    return Fingerprint(
        width=plane.width,
        height=plane.height,
        scale=plane.across,
        phash=phash(samples.phash),
        phash256=phash(samples.phash256),
        dhash=dhash(samples.dhash),
        average=average_hash(samples.average),
        pdq=pdq_hash.bits,
        pdq_quality=pdq_hash.quality,
        symmetric=symmetric,
        trimmed=symmetric if content == whole else symmetric_part(luma, content),
        luma=luma,
    )


def symmetric_part(luma: Samples, part: Part) -> bytes:
    """Coefficients of the symmetric hash of part of a picture, in their stored form."""
    return coefficients(area_averages(luma, part, SIDE, SIDE)).tobytes()
