"""Sinks that end in a picture: an encoded file or an array."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from streamresize.color import PLANES_USED, RowColor
from streamresize.geometry import ORIENTATIONS, Orientation, Placement
from streamresize.info import ImageInfo
from streamresize.metadata import Metadata, into_jpeg, with_profile
from streamresize.resample import BOX, Filter
from streamresize.sinks.base import CollectingSink, PlaneRequest
from streamresize.sinks.canvas import canvas_bytes, on_canvas
from streamresize.sinks.encode import (
    Format,
    check_size,
    encoded_bytes,
    file_from_picture,
    jpeg_from_yuv,
)
from streamresize.sinks.yuv import YuvBuffer
from streamresize.strips import Samples
from streamresize.transfer import Transfer

MetadataOf: TypeAlias = Callable[[int, int], Metadata]
UPRIGHT = ORIENTATIONS[1]


def _full_requests(
    info: ImageInfo, placement: Placement, filter: Filter
) -> tuple[PlaneRequest, ...]:
    """Every plane at the size of the output; chroma is not sharpened."""
    plain = filter._replace(sharpen=0.0)
    filters = [plain if info.is_chroma(i) else filter for i in range(PLANES_USED[info.color])]
    return tuple(PlaneRequest(i, placement.x, placement.y, each) for i, each in enumerate(filters))


def _chroma_halved(
    placement: Placement, orientation: Orientation, filter: Filter
) -> tuple[PlaneRequest, PlaneRequest, PlaneRequest]:
    """Y at the size of the output, Cb and Cr at 4:2:0."""
    plain = filter._replace(sharpen=0.0)
    x = placement.x.subsampled(2, mirrored=orientation.mirror_x)
    y = placement.y.subsampled(2, mirrored=orientation.mirror_y)
    return (
        PlaneRequest(0, placement.x, placement.y, filter),
        PlaneRequest(1, x, y, plain),
        PlaneRequest(2, x, y, plain),
    )


def upright(plane: Samples, orientation: Orientation) -> Samples:
    """Mirror, then transpose."""
    mirrored = plane[:: -1 if orientation.mirror_y else 1, :: -1 if orientation.mirror_x else 1]
    return np.ascontiguousarray(mirrored.T if orientation.transpose else mirrored)


class PictureSink(CollectingSink):
    """Collects planes and turns them upright."""

    def __init__(
        self,
        requests: tuple[PlaneRequest, ...],
        placement: Placement,
        orientation: Orientation,
        format: Format,
        quality: int,
        color: RowColor,
        metadata: MetadataOf,
    ) -> None:
        super().__init__(requests)
        self.format = format
        self.color = color
        self.width, self.height = orientation.turned((placement.x.samples, placement.y.samples))
        if placement.canvas is not None:
            self.width, self.height = placement.canvas.width, placement.canvas.height
        check_size(self.height, self.width, format)
        self._orientation = orientation
        self._quality = quality
        self._metadata_of = metadata

    def _metadata(self) -> Metadata:
        """What the file carries."""
        return with_profile(self._metadata_of(self.width, self.height), self.color.embedded)

    def finish(self) -> bytes | Samples:
        raise NotImplementedError


class JpegSink(PictureSink):
    """A JPEG file straight from gray or YCbCr planes.

    The planes lie in the encoder's own layout, so that an upright picture is never copied.
    """

    @property
    def nbytes(self) -> int:
        buffers = 1 if self._orientation == UPRIGHT else 2
        return buffers * super().nbytes + encoded_bytes(self.width * self.height, self.format)

    def begin(self) -> None:
        self._yuv = YuvBuffer([request.shape for request in self.requests])
        self.planes = self._yuv.planes

    def finish(self) -> bytes:
        if self._orientation != UPRIGHT:
            self._yuv = turned(self._yuv, self._orientation)
        return into_jpeg(jpeg_from_yuv(self._yuv, self._quality), self._metadata())


class RasterSink(PictureSink):
    """Gray (h, w) or RGB (h, w, 3), uint8: as an array, or as a file made from it.

    transfer: of the merged picture; its planes are gray, or red, green and blue.
    """

    def __init__(
        self,
        info: ImageInfo,
        placement: Placement,
        orientation: Orientation,
        format: Format,
        quality: int,
        color: RowColor,
        metadata: MetadataOf,
        *,
        filter: Filter,
        transfer: Transfer | None,
    ) -> None:
        requests = _full_requests(info, placement, filter)
        super().__init__(requests, placement, orientation, format, quality, color, metadata)
        self._canvas = placement.canvas
        self.transfer = transfer

    @property
    def nbytes(self) -> int:
        planes = super().nbytes
        picture = 0 if len(self.requests) == 1 else 3 * planes // len(self.requests)
        copies = 1 if self._orientation == UPRIGHT else 2
        ground = canvas_bytes(self._canvas, gray=len(self.requests) == 1)
        encoded = encoded_bytes(self.width * self.height, self.format)
        return copies * planes + picture + self.color.nbytes + ground + encoded

    def finish(self) -> bytes | Samples:
        picture = self.color([upright(plane, self._orientation) for plane in self.planes])
        if self._canvas is not None:
            picture = on_canvas(picture, self._canvas)
        if self.format == "array":
            return picture
        return file_from_picture(picture, self.format, self._quality, self._metadata())


def turned(yuv: YuvBuffer, orientation: Orientation) -> YuvBuffer:
    """The same picture, upright."""
    planes = [upright(plane, orientation) for plane in yuv.planes]
    result = YuvBuffer([plane.shape for plane in planes])
    for target, plane in zip(result.planes, planes):
        target[:] = plane
    return result


def picture_sink(
    info: ImageInfo,
    placement: Placement,
    orientation: Orientation,
    format: Format,
    quality: int,
    color: RowColor,
    metadata: MetadataOf,
    *,
    filter: Filter = BOX,
    transfer: Transfer | None = None,
) -> PictureSink:
    """The sink for `format`; JPEG from gray and YCbCr as they are needs no RGB on the way.

    metadata: what a file of some width and height carries, beside its profile. transfer: how a
    merged picture is weighed; `info` and `color` then speak of gray or RGB.
    """
    planar = color.identity and placement.canvas is None and transfer is None
    if format != "jpeg" or not planar:
        return RasterSink(
            info, placement, orientation, format, quality, color, metadata,
            filter=filter, transfer=transfer,
        )  # fmt: skip
    is_color = info.color == "ycbcr"
    requests = (
        _chroma_halved(placement, orientation, filter)
        if is_color
        else _full_requests(info, placement, filter)
    )
    return JpegSink(requests, placement, orientation, format, quality, color, metadata)
