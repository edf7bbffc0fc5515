"""What every sink offers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from streamresize.blur import NO_BLUR, Sigma
from streamresize.color import RowColor
from streamresize.geometry import Orientation, Placement, Span
from streamresize.metadata import NO_METADATA, Metadata
from streamresize.resample import BOX, Filter
from streamresize.sinks.formats import Encoding
from streamresize.strips import Samples
from streamresize.targets import Target
from streamresize.transfer import Transfer


class PlaneRequest(NamedTuple):
    """Component number `component` of the source, resampled to y.samples rows of x.samples.

    scale: the coarsest DCT scale that serves, where it does not follow from the reduction.
    sigma: of a Gaussian blur of the outcome.
    """

    component: int
    x: Span
    y: Span
    filter: Filter = BOX
    scale: int | None = None
    sigma: Sigma = NO_BLUR

    @property
    def shape(self) -> tuple[int, int]:
        return self.y.samples, self.x.samples


class Merging(NamedTuple):
    """How components are merged before they are averaged.

    color: what makes gray or RGB of them. transfer: what these are weighed as.
    """

    color: RowColor
    transfer: Transfer


class Sink(Protocol):
    """Takes resampled rows and makes something of them: begin, rows, rows, ..., finish.

    requests: the planes it wants; channels of the merged picture, if `merging` is not None.
    nbytes: memory it takes, its result included, at its peak.
    """

    requests: tuple[PlaneRequest, ...]
    merging: Merging | None

    @property
    def nbytes(self) -> int: ...

    def begin(self) -> None:
        """Take memory."""

    def rows(self, request: int, first: int, rows: Samples) -> None:
        """Rows first, first + 1, ... of requests[request]; every row comes once, in order."""

    def finish(self) -> Any:
        """The result, once every row has come."""


class CollectingSink:
    """Base of the sinks that need their planes whole: `planes`, one for each request."""

    merging: Merging | None = None

    def __init__(self, requests: tuple[PlaneRequest, ...]) -> None:
        self.requests = requests
        self.planes: list[Samples] = []

    @property
    def nbytes(self) -> int:
        return sum(height * width for height, width in (r.shape for r in self.requests))

    def begin(self) -> None:
        self.planes = [np.empty(request.shape, np.uint8) for request in self.requests]

    def rows(self, request: int, first: int, rows: Samples) -> None:
        self.planes[request][first : first + len(rows)] = rows


class Frame(NamedTuple):
    """What is known of a picture once its size is.

    placement: as stored. orientation: how it is turned upright. color: what makes gray or RGB of
    the source's components, if no profile tells more. transfer: where they are merged first, what
    is averaged then; the planes are gray, or red, green and blue. blur: standard deviation in
    pixels. reason: for the choice of the format, where it has been made already.
    """

    placement: Placement
    orientation: Orientation
    encoding: Encoding
    color: RowColor
    filter: Filter = BOX
    transfer: Transfer | None = None
    blur: float = 0.0
    reason: str | None = None

    def merging(self, color: RowColor) -> Merging | None:
        """color: as that of the file."""
        return Merging(color, self.transfer) if self.transfer else None

    def to_picture(self, color: RowColor, planes: Sequence[Samples]) -> Samples:
        """Finished planes, uint8 (h, w), to gray (h, w) or RGB (h, w, 3).

        color: as that of the file.
        """
        if self.transfer is None:
            return color(planes)
        return planes[0] if len(planes) == 1 else np.stack(planes, axis=-1)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, upright, in pixels; of the canvas, if there is one."""
        x, y, canvas, window = self.placement
        if canvas is not None:
            return canvas.width, canvas.height
        return window or self.orientation.turned((x.samples, y.samples))

    @property
    def channels(self) -> int:
        """Of the picture, its ground included: 1 or 3."""
        canvas = self.placement.canvas
        return self.color.channels if canvas is None or canvas.is_gray else 3

    @property
    def width(self) -> int:
        return self.size[0]

    @property
    def height(self) -> int:
        return self.size[1]

    @property
    def pixels(self) -> int:
        return self.width * self.height


class File(NamedTuple):
    """What becomes of one source's picture.

    target: where it goes. color: as that of its frame, with the source's profile. make_metadata:
    what it carries.
    """

    target: Target
    color: RowColor
    make_metadata: Callable[[], Metadata] = lambda: NO_METADATA

    @property
    def metadata(self) -> Metadata:
        return self.make_metadata()


class Picture(NamedTuple):
    """What became of a picture.

    encoding: as it was written in the end. array: what was not written to the file's target.
    reason: for the choice of the format, if that was left open.
    """

    encoding: Encoding
    array: Samples | None = None
    reason: str | None = None


class PictureSink(Sink, Protocol):
    """Ends in a picture: written to the file's target, or as an array.

    encode_seconds: that encoding has taken before `finish`.
    """

    frame: Frame
    file: File
    encode_seconds: float

    def finish(self) -> Picture: ...


class PicturePlan(NamedTuple):
    """The sink of a picture, but for what its source decides.

    requests: of the sink. sink: makes one.
    """

    frame: Frame
    requests: tuple[PlaneRequest, ...]
    sink: Callable[[File], PictureSink]
