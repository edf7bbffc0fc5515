"""Fingerprint computed from the strips that the thumbnails are made of."""

from __future__ import annotations

from typing import NamedTuple

from streamresize.color import PLANES_USED, to_luma, to_picture
from streamresize.fingerprint import (
    Fingerprint,
    HashReducer,
    Plane,
    make_fingerprint,
    small_bytes,
    small_hashes,
)
from streamresize.geometry import SCALES, Span
from streamresize.info import ImageInfo
from streamresize.sinks.base import CollectingSink, PlaneRequest
from streamresize.strips import Samples

LUMA_SIDE = 384  # the most that is kept for verification
# What the shorter side of the plane must keep: PDQ then moves by a few bits, the others by none.
SHORTEST_SIDE = 128


class FingerprintPlan(NamedTuple):
    """What the fingerprints of pictures of one kind have in common.

    requests: of the sink. plane: that its hashes come from. watches: these see every sample of a
    full-size Y plane (`luma_rows`).
    """

    info: ImageInfo
    requests: tuple[PlaneRequest, ...]
    plane: Plane
    watches: bool

    def sink(self) -> FingerprintSink:
        return FingerprintSink(self)


def plan_fingerprint(info: ImageInfo, *, exact: bool = False) -> FingerprintPlan:
    """exact: hashes of every sample of a full-size Y plane, where the picture has one."""
    has_luma = info.color in ("gray", "ycbcr")
    full_size = all(factor == most for factor, most in info.sampling_ratio(0))
    watches = exact and has_luma and full_size
    scale = 1 if watches else hash_scale(info)
    factor = max(max(info.width, info.height) / LUMA_SIDE, float(scale))
    x, y = (_axis(side, scale, factor) for side in (info.width, info.height))
    used = 1 if has_luma else PLANES_USED[info.color]
    requests = tuple(PlaneRequest(i, x, y, scale=scale) for i in range(used))
    steps = (1.0, 1.0) if watches else (x.step, y.step)
    return FingerprintPlan(info, requests, Plane(info.width, info.height, *steps), watches)


class FingerprintSink(CollectingSink):
    """Keeps a small luma picture and hashes it, or the plane that it comes from."""

    def __init__(self, plan: FingerprintPlan) -> None:
        super().__init__(plan.requests)
        self._plan = plan
        self._every = HashReducer(*plan.plane[:2]) if plan.watches else None

    @property
    def watches(self) -> bool:
        return self._plan.watches

    @property
    def nbytes(self) -> int:
        height, width = self.requests[0].shape
        hashes = small_bytes(self._plan.plane) if self._every is None else self._every.nbytes
        return super().nbytes + 3 * height * width + hashes

    def luma_rows(self, strip: Samples, start: int) -> None:
        """Rows start, start + 1, ... of the Y plane at scale 1, if `watches`."""
        if self._every is not None:
            self._every.feed(strip, start)

    def finish(self) -> Fingerprint:
        info, plane = self._plan.info, self._plan.plane
        luma = self.planes[0]
        if len(self.planes) > 1:
            luma = to_luma(to_picture(self.planes, info.color, inverted=info.has_adobe))
        if self._every is not None:
            whole = 0, 0, luma.shape[1], luma.shape[0]
            return make_fingerprint(plane, self._every.hashes(), luma, whole)
        extent = 0, 0, round(plane.width / plane.across, 6), round(plane.height / plane.down, 6)
        return make_fingerprint(plane, small_hashes(luma, plane), luma, extent)


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
