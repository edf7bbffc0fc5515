"""A fingerprint from luma rows as they come."""

from __future__ import annotations

import numpy as np

from streamresize.fingerprint.bits import pack
from streamresize.fingerprint.borders import Box, content_box
from streamresize.fingerprint.hashes import average_hash, dhash, pdq, phash
from streamresize.fingerprint.record import Fingerprint
from streamresize.fingerprint.reduction import (
    Part,
    PillowReduction,
    Plane,
    area_averages,
    clamped,
    lanczos_reduction,
    pdq_reduction,
)
from streamresize.fingerprint.symmetric import SIDE, coefficients
from streamresize.strips import Samples

# (width, height) that imagehash reduces a picture to.
IMAGEHASH_SIZES = {"phash256": (64, 64), "phash": (32, 32), "dhash": (9, 8), "average": (8, 8)}


class HashReducer:
    """Everything that known hashes need of a luma plane, row by row.

    exact: each hash of imagehash has a reduction of its own, as Pillow has it,
    and the plane has every pixel; else the smaller
    ones come from what the largest has left, which moves a bit or two.
    """

    def __init__(self, plane: Plane, *, exact: bool = False) -> None:
        self._plane = plane
        largest, *others = IMAGEHASH_SIZES.values()
        size = (plane.width, plane.height)
        self._largest = (
            PillowReduction(size, largest) if exact else lanczos_reduction(plane, largest)
        )
        self._others = [PillowReduction(size if exact else largest, outputs) for outputs in others]
        self._exact = exact
        self._pdq = pdq_reduction(plane)

    @property
    def nbytes(self) -> int:
        return self._pdq.nbytes + sum(r.nbytes for r in (self._largest, *self._others))

    def feed(self, strip: Samples, start: int) -> None:
        """Take rows start, start + 1, ... of the plane, uint8 (rows, width)."""
        self._largest.feed(strip, start)
        self._pdq.feed(strip, start)
        if self._exact:
            self._feed_others(strip, start)

    def _feed_others(self, strip: Samples, start: int) -> None:
        for reduction in self._others:
            reduction.feed(strip, start)

    def fingerprint(self, luma: Samples) -> Fingerprint:
        """Once every row has come. luma: the picture in small."""
        samples = clamped(np.rint(self._largest.samples()))
        if not self._exact:
            self._feed_others(samples, 0)
        for_phash, for_dhash, for_average = (other.samples() for other in self._others)
        pdq_hash = pdq(self._pdq.samples())
        whole = Box(0, 0, luma.shape[1], luma.shape[0])
        content = content_box(luma)
        symmetric = symmetric_part(luma, self._extent(luma))
        return Fingerprint(
            width=self._plane.width,
            height=self._plane.height,
            scale=self._plane.across,
            phash=pack(phash(for_phash)),
            phash256=pack(phash(samples)),
            dhash=pack(dhash(for_dhash)),
            average=pack(average_hash(for_average)),
            pdq=pack(pdq_hash.bits[::-1, ::-1]),
            pdq_quality=pdq_hash.quality,
            symmetric=symmetric,
            trimmed=symmetric if content == whole else symmetric_part(luma, content),
            luma=luma,
        )

    def _extent(self, luma: Samples) -> Part:
        """Where the picture ends, within its last samples."""
        if self._exact:
            return 0, 0, luma.shape[1], luma.shape[0]
        width, height, across, down = self._plane
        return 0, 0, round(width / across, 6), round(height / down, 6)


def symmetric_part(luma: Samples, part: Part) -> bytes:
    """Coefficients of the symmetric hash of part of a picture, in their stored form."""
    return coefficients(area_averages(luma, part, SIDE)).tobytes()
