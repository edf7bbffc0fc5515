"""A fingerprint from luma."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from streamresize._native import FloatTaps, SmallHasher
from streamresize.fingerprint.borders import Box, content_box
from streamresize.fingerprint.hashes import (
    average_hash,
    dhash,
    pdq,
    pdq_basis,
    phash,
    phash_basis,
)
from streamresize.fingerprint.record import Fingerprint
from streamresize.fingerprint.reduction import (
    PDQ_SIDE,
    Part,
    PillowReduction,
    Plane,
    RowReduction,
    joined_taps,
    lanczos_taps,
    pdq_taps,
    plane_samples,
)
from streamresize.fingerprint.symmetric import coefficients
from streamresize.strips import Samples

# (width, height) that imagehash reduces a picture to.
IMAGEHASH_SIZES = {"phash": (32, 32), "phash256": (64, 64), "dhash": (9, 8), "average": (8, 8)}
LARGEST = IMAGEHASH_SIZES["phash256"][0]


class Hashes(NamedTuple):
    """See `Fingerprint`."""

    phash: bytes
    phash256: bytes
    dhash: bytes
    average: bytes
    pdq: bytes
    pdq_quality: int


class HashReducer:
    """Known hashes of a luma plane with every pixel, row by row.

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

    def hashes(self) -> Hashes:
        """Once every row has come."""
        small, large, differences, average = (part.samples() for part in self._imagehash)
        imagehash = phash(small), phash(large), dhash(differences), average_hash(average)
        return Hashes(*imagehash, *pdq(self._pdq.samples()))


def small_hashes(luma: Samples, plane: Plane) -> Hashes:
    """The same from luma in small, uint8 (h, w), the samples of `plane`.

    The smaller ones of imagehash come from what its largest has left, which moves a bit or two.
    """
    return Hashes(*hasher().hashes(luma, *_taps(plane)))


@lru_cache(maxsize=1)
def hasher() -> SmallHasher:
    """The tables that all pictures share."""
    across, down = zip(*(size for size in IMAGEHASH_SIZES.values() if max(size) < LARGEST))
    return SmallHasher(
        joined_taps(LARGEST, across),
        joined_taps(LARGEST, down),
        phash_basis(IMAGEHASH_SIZES["phash"][0]),
        phash_basis(LARGEST),
        pdq_basis(PDQ_SIDE),
    )


def small_bytes(plane: Plane) -> int:
    """Memory that `small_hashes` takes, with the tables that it leaves."""
    width = plane_samples(plane.width, plane.across)
    return 2 * 4 * PDQ_SIDE * width + sum(taps.nbytes for taps in _taps(plane))


def _taps(plane: Plane) -> tuple[FloatTaps, FloatTaps, FloatTaps, FloatTaps]:
    """Across and down, to the largest samples of imagehash, and to those of PDQ."""
    width, across, height, down = plane.width, plane.across, plane.height, plane.down
    largest = lanczos_taps(width, across, LARGEST), lanczos_taps(height, down, LARGEST)
    return *largest, pdq_taps(width, across), pdq_taps(height, down)


def make_fingerprint(plane: Plane, hashes: Hashes, luma: Samples, extent: Part) -> Fingerprint:
    """luma: the picture in small. extent: where the picture ends, within the last samples of it."""
    whole = Box(0, 0, luma.shape[1], luma.shape[0])
    content = content_box(luma)
    symmetric = symmetric_part(luma, extent)
    trimmed = symmetric if content == whole else symmetric_part(luma, content)
    return Fingerprint(
        plane.width,
        plane.height,
        plane.across,
        *hashes,
        symmetric=symmetric,
        trimmed=trimmed,
        luma=luma,
    )


def symmetric_part(luma: Samples, part: Part) -> bytes:
    """Coefficients of the symmetric hash of part of a picture, in their stored form."""
    return coefficients(luma, part).tobytes()
