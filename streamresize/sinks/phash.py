"""Fingerprint computed from the strips that the thumbnails are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamresize.color import PLANES_USED, to_luma, to_picture
from streamresize.fingerprint import PHASH_SIDE, phash
from streamresize.geometry import AVERAGING, Span
from streamresize.info import ImageInfo
from streamresize.resample import LANCZOS
from streamresize.sinks.base import CollectingSink, PlaneRequest

if TYPE_CHECKING:
    from imagehash import ImageHash


# The transform of the 32 x 32 samples keeps low frequencies alone: a coarse scale will do.
REDUCER = LANCZOS._replace(residual=AVERAGING)


class PhashSink(CollectingSink):
    """Keeps 32 x 32 samples and yields the hash of the picture as stored, not turned upright."""

    def __init__(self, info: ImageInfo) -> None:
        used = 1 if info.color == "ycbcr" else PLANES_USED[info.color]
        x = Span(0.0, float(info.width), PHASH_SIDE)
        y = Span(0.0, float(info.height), PHASH_SIDE)
        super().__init__(tuple(PlaneRequest(i, x, y, REDUCER) for i in range(used)))
        self._info = info

    def finish(self) -> ImageHash:
        if len(self.planes) == 1:
            return phash(self.planes[0])
        info = self._info
        return phash(to_luma(to_picture(self.planes, info.color, inverted=info.has_adobe)))
