"""Pictures written while their rows come: nothing of them is held but a band."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Generic, Protocol, TypeVar

from streamresize.sinks.bands import Bands
from streamresize.sinks.base import File, Frame, Picture, PlaneRequest
from streamresize.sinks.formats import CHROMA_FACTORS, Encoding
from streamresize.sinks.jpeg_strips import MOST_MCUS, StripJoiner
from streamresize.strips import Samples

BAND_SAMPLES = 3 << 18  # of the largest plane in a band; at least one row of MCUs
BAND_COPIES = 16  # queued, joined, turned into a picture, encoded: in samples of three planes
CANVAS_COPIES = 6  # widened, joined
BLOCK = 8

Band = TypeVar("Band")


def can_stream(frame: Frame, encoding: Encoding) -> bool:
    """The first rows of the source must be the first of the result."""
    orientation = frame.orientation
    in_order = not (orientation.mirror_y or orientation.transpose)
    return in_order and frame.placement.window is None and encoding.streams


class RowEncoder(Protocol[Band]):  # type: ignore[misc]
    """Writes a file from bands of rows, top to bottom."""

    def add(self, band: Band, /) -> None: ...

    def finish(self) -> None: ...


class JpegRows(Generic[Band]):
    """Bands become strips of one JPEG.

    encode: a band to a file. mcus: in every band but the last.
    """

    def __init__(self, file: File, height: int, encode: Callable[[Band], bytes], mcus: int) -> None:
        self._encode = encode
        self._joiner = StripJoiner(file.target, height, mcus, file.metadata)

    def add(self, band: Band) -> None:
        self._joiner.add(self._encode(band))

    def finish(self) -> None:
        self._joiner.finish()


class Mcus:
    """The MCUs of a JPEG of so many columns: `rows` of pixels in a band, with `count` MCUs."""

    def __init__(self, width: int, *, gray: bool, encoding: Encoding) -> None:
        factors = (1, 1) if gray else CHROMA_FACTORS[encoding.subsampling]
        mcu_width, mcu_height = (BLOCK * factor for factor in factors)
        across = -(-width // mcu_width)
        mcu_rows = max(1, min(BAND_SAMPLES // (width * mcu_height), MOST_MCUS // across))
        self.rows = mcu_rows * mcu_height
        self.count = mcu_rows * across


def raster_rows(width: int) -> int:
    """Rows of a band where nothing else decides."""
    return max(1, BAND_SAMPLES // width)


class StreamSink(Generic[Band]):
    """Makes bands of the rows, `convert`s their planes and hands them to the encoder.

    rows: of the first plane in a band; the others have their part of it.
    """

    def __init__(
        self,
        requests: tuple[PlaneRequest, ...],
        frame: Frame,
        file: File,
        encoder: RowEncoder[Band],
        convert: Callable[[Sequence[list[Samples]]], Band],
        rows: int,
    ) -> None:
        self.requests = requests
        self.frame = frame
        self.file = file
        self.merging = frame.merging(file.color)
        self._encoder = encoder
        self._convert = convert
        self._rows = rows
        self._bands = Bands([], [])
        self.encode_seconds = 0.0

    @property
    def nbytes(self) -> int:
        frame = self.frame
        file = frame.encoding.work_bytes(frame.pixels) if self.file.target.keeps else 0
        copies = BAND_COPIES + (CANVAS_COPIES if frame.placement.canvas else 0)
        rows = min(self._rows, frame.height)
        return copies * frame.width * rows + frame.color.nbytes + file

    def begin(self) -> None:
        shapes = [request.shape for request in self.requests]
        tallest = shapes[0][0]
        # At 4:2:0, planes of 25 and 13 rows: 16 rows of the one are 8 of the other.
        down = [round(tallest / height) for height, _ in shapes]
        self._bands = Bands(shapes, [self._rows // factor for factor in down])

    def rows(self, request: int, first: int, rows: Samples) -> None:  # noqa: ARG002 - in order
        self._bands.add(request, rows)
        for band in self._bands.complete():
            start = perf_counter()
            self._encoder.add(self._convert([self._mirrored(pieces) for pieces in band]))
            self.encode_seconds += perf_counter() - start

    def _mirrored(self, pieces: list[Samples]) -> list[Samples]:
        return [p[:, ::-1] for p in pieces] if self.frame.orientation.mirror_x else pieces

    def finish(self) -> Picture:
        self._encoder.finish()
        return Picture(self.frame.encoding, reason=self.frame.reason)
