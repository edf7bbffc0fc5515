"""Fingerprint computed from the strips that the thumbnails are made of."""

from __future__ import annotations

from streamresize.color import PLANES_USED, to_luma, to_picture
from streamresize.fingerprint import Fingerprint, HashReducer, Plane
from streamresize.geometry import SCALES, Span
from streamresize.info import ImageInfo
from streamresize.sinks.base import CollectingSink, PlaneRequest
from streamresize.strips import Samples

LUMA_SIDE = 384  # the most that is kept for verification
# What the shorter side of the plane must keep: PDQ then moves by a few bits, the others by none.
SHORTEST_SIDE = 128


class FingerprintSink(CollectingSink):
    """Keeps a small luma picture and hashes it.

    exact: instead, the hashes see every sample of a full-size Y plane (`luma_rows`), where the
    picture has one.
    """

    def __init__(self, info: ImageInfo, *, exact: bool = False) -> None:
        has_luma = info.color in ("gray", "ycbcr")
        full_size = all(factor == most for factor, most in info.sampling_ratio(0))
        self.watches = exact and has_luma and full_size
        scale = 1 if self.watches else hash_scale(info)
        factor = max(max(info.width, info.height) / LUMA_SIDE, float(scale))
        x, y = (_axis(side, scale, factor) for side in (info.width, info.height))
        used = 1 if has_luma else PLANES_USED[info.color]
        super().__init__(tuple(PlaneRequest(i, x, y, scale=scale) for i in range(used)))
        self._info = info
        plane = (1.0, 1.0) if self.watches else (x.step, y.step)
        self._hashes = HashReducer(Plane(info.width, info.height, *plane), exact=self.watches)

    @property
    def nbytes(self) -> int:
        height, width = self.requests[0].shape
        return super().nbytes + 3 * height * width + self._hashes.nbytes

    def luma_rows(self, strip: Samples, start: int) -> None:
        """Rows start, start + 1, ... of the Y plane at scale 1, if `watches`."""
        self._hashes.feed(strip, start)

    def finish(self) -> Fingerprint:
        info = self._info
        luma = self.planes[0]
        if len(self.planes) > 1:
            luma = to_luma(to_picture(self.planes, info.color, inverted=info.has_adobe))
        if not self.watches:
            self._hashes.feed(luma, 0)
        return self._hashes.fingerprint(luma)


def hash_scale(info: ImageInfo) -> int:
    """The coarsest DCT scale that leaves enough of the picture for its hashes."""
    shortest = min(info.width, info.height)
    return max(scale for scale in SCALES if scale == 1 or shortest >= scale * SHORTEST_SIDE)


def _axis(pixels: int, scale: int, factor: float) -> Span:
    """A sample for every `factor` pixels; those of the decoder as they are, where they fit."""
    if factor == scale:
        samples = -(-pixels // scale)
        return Span(0.0, float(samples * scale), samples)
    return Span(0.0, float(pixels), max(1, int(pixels / factor)))
