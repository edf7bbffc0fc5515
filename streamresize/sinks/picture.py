"""Sinks that end in a picture: an encoded file or an array."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from streamresize.attention import best_window
from streamresize.color import PLANES_USED, RowColor
from streamresize.geometry import ORIENTATIONS, Canvas, Orientation
from streamresize.info import ImageInfo
from streamresize.metadata import Metadata
from streamresize.resample import Filter
from streamresize.sinks.bands import whole
from streamresize.sinks.base import (
    CollectingSink,
    File,
    Frame,
    Picture,
    PicturePlan,
    PictureSink,
    PlaneRequest,
)
from streamresize.sinks.canvas import CanvasRows, canvas_bytes, on_canvas
from streamresize.sinks.choice import as_jpeg, choose, choose_large
from streamresize.sinks.encode import file_from_picture, jpeg_from_yuv
from streamresize.sinks.formats import CHROMA_FACTORS, Encoding, Subsampling
from streamresize.sinks.glance import glance_requests
from streamresize.sinks.max_bytes import Encoded, encode_to_fit
from streamresize.sinks.png_rows import PngRows
from streamresize.sinks.raw import PIXELS, RawRows, gray_to_ycbcr, joined, picture_to_ycbcr
from streamresize.sinks.stream import (
    JpegRows,
    Mcus,
    RowEncoder,
    StreamSink,
    can_stream,
    raster_rows,
)
from streamresize.sinks.yuv import YuvBuffer, YuvLayout
from streamresize.strips import Samples

UPRIGHT = ORIENTATIONS[1]
WHOLE_PIXELS = 3 << 20  # larger pictures are not collected where the format streams

Converter = Callable[[RowColor, Sequence[Samples]], Samples]
ToPlanes = Callable[[list[Samples], Subsampling], list[Samples]]
Requests = tuple[PlaneRequest, ...]
Window = tuple[slice, slice]  # rows and columns
WHOLE: Window = (slice(None), slice(None))


def _full_requests(info: ImageInfo, frame: Frame) -> Requests:
    """Every plane that the format needs, at the size of the output."""
    used = 1 if _luma_is_enough(info, frame) else PLANES_USED[info.color]
    placement, filter = frame.placement, frame.filter
    filters = [_plain(filter) if info.is_chroma(i) else filter for i in range(used)]
    sigma = (frame.blur, frame.blur)
    return tuple(
        PlaneRequest(i, placement.x, placement.y, each, sigma=sigma)
        for i, each in enumerate(filters)
    )


def _plain(filter: Filter) -> Filter:
    """Chroma is not sharpened."""
    return filter._replace(sharpen=0.0)


def _luma_is_enough(info: ImageInfo, frame: Frame) -> bool:
    return frame.encoding.format == "gray" and info.color == "ycbcr" and frame.color.identity


def _subsampled_requests(frame: Frame) -> Requests:
    """Y at the size of the output, Cb and Cr as its subsampling has them."""
    placement, orientation = frame.placement, frame.orientation
    across, down = CHROMA_FACTORS[frame.encoding.subsampling]
    if orientation.transpose:
        across, down = down, across
    x = placement.x.subsampled(across, mirrored=orientation.mirror_x)
    y = placement.y.subsampled(down, mirrored=orientation.mirror_y)
    plain, blur = _plain(frame.filter), frame.blur
    of_chroma = (blur / across, blur / down)
    return (
        PlaneRequest(0, placement.x, placement.y, frame.filter, sigma=(blur, blur)),
        PlaneRequest(1, x, y, plain, sigma=of_chroma),
        PlaneRequest(2, x, y, plain, sigma=of_chroma),
    )


def upright(plane: Samples, orientation: Orientation, window: Window = WHOLE) -> Samples:
    """Mirror, then transpose, then cut."""
    mirrored = plane[:: -1 if orientation.mirror_y else 1, :: -1 if orientation.mirror_x else 1]
    return np.ascontiguousarray((mirrored.T if orientation.transpose else mirrored)[window])


class WholePictureSink(CollectingSink):
    """Collects planes, turns them upright and cuts them.

    glance: small planes of the same picture, by which the window is chosen.
    """

    encode_seconds = 0.0  # nothing is encoded before `finish`

    def __init__(self, requests: Requests, frame: Frame, glance: Requests, file: File) -> None:
        super().__init__(requests + glance)
        self.frame = frame
        self.file = file
        self.merging = frame.merging(file.color)
        self.shown = len(requests)

    @property
    def copied(self) -> bool:
        """The planes that are shown are not those collected."""
        placement = self.frame.placement
        return self.frame.orientation != UPRIGHT or placement.window is not None

    @property
    def work_bytes(self) -> int:
        return self.frame.encoding.work_bytes(self.frame.pixels)

    def upright(self) -> list[Samples]:
        """The planes that are shown, upright."""
        window = self._window()
        orientation = self.frame.orientation
        return [upright(plane, orientation, window) for plane in self.planes[: self.shown]]

    def _window(self) -> Window:
        """What is kept of the upright picture."""
        orientation = self.frame.orientation
        x, y, _, window = self.frame.placement
        if window is None:
            return WHOLE
        glance = [upright(plane, orientation) for plane in self.planes[self.shown :]]
        small = self.frame.to_picture(self.file.color, glance)
        size = orientation.turned((x.samples, y.samples))
        left, top = best_window(small, size, window)
        return slice(top, top + window[1]), slice(left, left + window[0])

    def written(self, encoded: Encoded, reason: str | None = None) -> Picture:
        """Write the file to where it goes."""
        self.file.target.write(encoded.data)
        return Picture(encoded.encoding, reason=reason)


class JpegSink(WholePictureSink):
    """A JPEG file straight from gray or YCbCr planes.

    The planes lie in the encoder's own layout, so that an upright picture is never copied.
    """

    def __init__(self, requests: Requests, frame: Frame, layout: YuvLayout, file: File) -> None:
        super().__init__(requests, frame, (), file)
        self._layout = layout

    @property
    def nbytes(self) -> int:
        return (2 if self.copied else 1) * super().nbytes + self.work_bytes

    def begin(self) -> None:
        self._yuv = YuvBuffer(self._layout)
        self.planes = self._yuv.planes

    def finish(self) -> Picture:
        encoding = self.frame.encoding
        yuv = self._yuv
        if self.copied:
            yuv = YuvBuffer.of([[plane] for plane in self.upright()], encoding.subsampling)
        metadata = self.file.metadata
        return self.written(
            encode_to_fit(lambda tried: jpeg_from_yuv(yuv, tried, metadata), encoding)
        )


class RasterSink(WholePictureSink):
    """Gray (h, w) or RGB (h, w, 3), uint8: as an array, or as a file made from it."""

    def __init__(
        self,
        requests: Requests,
        frame: Frame,
        converter: Converter,
        glance: Requests,
        file: File,
    ) -> None:
        super().__init__(requests, frame, glance, file)
        self._to_picture = partial(converter, file.color)

    @property
    def nbytes(self) -> int:
        frame, gray = self.frame, self.shown == 1
        copies = self.shown * frame.placement.pixels if self.copied else 0
        picture = 0 if gray else 3 * frame.placement.pixels
        ground = canvas_bytes(frame.placement.canvas, gray=gray)
        return super().nbytes + copies + picture + frame.color.nbytes + ground + self.work_bytes

    def finish(self) -> Picture:
        encoding = self.frame.encoding
        picture = self._to_picture(self.upright())
        if encoding.format == "array":
            return Picture(encoding, picture)
        if encoding.format == "auto":
            return self._in_chosen_format(picture)
        return self.written(_encoded(picture, encoding, self.file.metadata))

    def _in_chosen_format(self, picture: Samples) -> Picture:
        asked = self.frame.encoding
        encoding, reason = choose(picture, asked)
        metadata = self.file.metadata
        encoded = _encoded(picture, encoding, metadata)
        if asked.max_bytes is not None and len(encoded.data) > asked.max_bytes:
            reason += f"; but {len(encoded.data)} bytes as {encoding.format}"
            encoded = _encoded(picture, as_jpeg(asked), metadata)
        return self.written(encoded, reason)


def _encoded(picture: Samples, encoding: Encoding, metadata: Metadata) -> Encoded:
    return encode_to_fit(lambda tried: file_from_picture(picture, tried, metadata), encoding)


class PlanarSink(WholePictureSink):
    """The Y plane, behind it Cb and Cr, without padding."""

    def __init__(
        self,
        requests: Requests,
        frame: Frame,
        to_planes: ToPlanes,
        glance: Requests,
        file: File,
    ) -> None:
        super().__init__(requests, frame, glance, file)
        self._to_planes = to_planes

    @property
    def nbytes(self) -> int:
        return 2 * super().nbytes + self.work_bytes

    def finish(self) -> Picture:
        encoding = self.frame.encoding
        planes = self._to_planes(self.upright(), encoding.subsampling)
        return self.written(Encoded(joined(planes), encoding))


def plan_picture(info: ImageInfo, frame: Frame) -> PicturePlan:
    """The sink for a format; JPEG from gray and YCbCr as they are needs no RGB on the way.

    info: of the source, or of the merged picture, gray or RGB. Raises EncodeError where the format
    cannot hold the picture.
    """
    width, height = frame.size
    frame.encoding.check_size(height, width)
    is_large = height * width > WHOLE_PIXELS
    frame = _chosen_beforehand(frame) if is_large else frame
    streams = (is_large or frame.encoding.format in PIXELS) and can_stream(frame, frame.encoding)
    if _keeps_planes(frame):
        return _planar_plan(info, frame, streams=streams)
    requests, glance = _full_requests(info, frame), glance_requests(info, frame.placement)
    converter = _converter(info, frame)
    if streams:
        return PicturePlan(frame, requests, partial(_raster_stream, requests, frame, converter))
    converter = _painted(converter, frame.placement.canvas)
    make = _ycbcr_sink if frame.encoding.format == "ycbcr" else RasterSink
    sink = partial(make, requests, frame, converter, glance)
    return PicturePlan(frame, requests + glance, sink)


def _chosen_beforehand(frame: Frame) -> Frame:
    """Of a large picture, "auto" is decided before anything is seen, if that lets it stream."""
    encoding = frame.encoding
    if encoding.format != "auto" or not can_stream(frame, as_jpeg(encoding)):
        return frame
    chosen, reason = choose_large(encoding)
    return frame._replace(encoding=chosen, reason=reason)


def _keeps_planes(frame: Frame) -> bool:
    """The planes of the source are those of the file: no RGB on the way."""
    is_planar = frame.encoding.format in ("jpeg", "ycbcr") and frame.transfer is None
    _, _, canvas, window = frame.placement
    return is_planar and frame.color.identity and canvas is None and window is None


def _planar_plan(info: ImageInfo, frame: Frame, *, streams: bool) -> PicturePlan:
    is_gray = info.color != "ycbcr"
    requests = _full_requests(info, frame) if is_gray else _subsampled_requests(frame)
    if frame.encoding.format == "ycbcr":
        to_planes = gray_to_ycbcr if is_gray else _as_they_are
        return PicturePlan(frame, requests, partial(PlanarSink, requests, frame, to_planes, ()))
    if streams:
        return PicturePlan(frame, requests, partial(_planar_stream, requests, frame))
    layout = YuvLayout([request.shape for request in requests], frame.encoding.subsampling)
    return PicturePlan(frame, requests, partial(JpegSink, requests, frame, layout))


def _as_they_are(planes: list[Samples], _: Subsampling) -> list[Samples]:
    return planes


def _planar_stream(requests: Requests, frame: Frame, file: File) -> PictureSink:
    encoding = frame.encoding
    mcus = Mcus(frame.width, gray=len(requests) == 1, encoding=encoding)

    def encode(planes: Sequence[Sequence[Samples]]) -> bytes:
        return jpeg_from_yuv(YuvBuffer.of(planes, encoding.subsampling), encoding)

    strips = JpegRows(file, frame.height, encode, mcus.count)
    return StreamSink(requests, frame, file, strips, list, mcus.rows)


def _converter(info: ImageInfo, frame: Frame) -> Converter:
    """Planes of one size to gray or RGB, or to the gray that is all that the format takes."""
    if _luma_is_enough(info, frame):
        return lambda _, planes: planes[0]
    return frame.to_picture


def _painted(convert: Converter, canvas: Canvas | None) -> Converter:
    """The same, and puts the picture on its ground."""
    if canvas is None:
        return convert
    return lambda color, planes: on_canvas(convert(color, planes), canvas)


def _ycbcr_sink(
    requests: Requests, frame: Frame, converter: Converter, glance: Requests, file: File
) -> PictureSink:
    convert = partial(converter, file.color)
    return PlanarSink(requests, frame, lambda p, s: picture_to_ycbcr(convert(p), s), glance, file)


def _raster_stream(
    requests: Requests, frame: Frame, converter: Converter, file: File
) -> PictureSink:
    encoder, rows = _raster_encoder(frame, file)
    canvas = frame.placement.canvas
    if canvas is not None:
        encoder = CanvasRows(encoder, canvas, rows)

    def convert(planes: Sequence[Sequence[Samples]]) -> Samples:
        return converter(file.color, [np.ascontiguousarray(whole(pieces)) for pieces in planes])

    return StreamSink(requests, frame, file, encoder, convert, rows)


def _raster_encoder(frame: Frame, file: File) -> tuple[RowEncoder[Samples], int]:
    """What takes bands of gray or RGB, and how many rows each of them has."""
    encoding, target, height = frame.encoding, file.target, frame.height
    if encoding.format == "jpeg":
        mcus = Mcus(frame.width, gray=frame.channels == 1, encoding=encoding)
        strips = JpegRows[Samples](
            file, height, lambda p: file_from_picture(p, encoding), mcus.count
        )
        return strips, mcus.rows
    rows = raster_rows(frame.width)
    if encoding.format != "png":
        return RawRows(target, encoding.format), rows
    compression, metadata = encoding.compression, file.metadata
    png = PngRows(target, height, frame.width, compression=compression, metadata=metadata)
    return png, rows
