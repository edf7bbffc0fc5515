"""One pass from source to results: header, plan, strips, sinks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from time import perf_counter
from typing import Literal, NamedTuple, TypeAlias

from streamresize.background import background_rgb
from streamresize.blur import BlurredResampler, blurred
from streamresize.color import RowColor
from streamresize.decoders import SourceDecoder
from streamresize.fingerprint import Fingerprint
from streamresize.geometry import (
    ORIENTATIONS,
    View,
    choose_scale,
    make_view,
    place,
)
from streamresize.info import ImageInfo
from streamresize.merging import Merger, Need, channel_resamplers, decoded_requests, merged_info
from streamresize.metadata import NO_METADATA, Metadata, for_output, of_source
from streamresize.padding import margins
from streamresize.processors import decoding_threads
from streamresize.request import Pass, Size
from streamresize.resample import FILTERS, Resampler, component_axis, make_resampler
from streamresize.sinks import (
    FingerprintSink,
    Format,
    Frame,
    Picture,
    PictureSink,
    PlaneRequest,
    Sink,
    picture_sink,
)
from streamresize.sources import Chunk, Source, Store, open_source
from streamresize.strips import Samples
from streamresize.targets import Destination, MemoryTarget, Target, open_targets
from streamresize.transfer import TRANSFERS, Transfer


@dataclass(frozen=True, slots=True)
class OutputImage:
    """One output.

    width, height: in pixels, upright. format: what it was written as. data: the encoded file, or
    uint8 (h, w) or (h, w, 3); None where it went elsewhere. size: bytes of the file or array.
    quality: 1 to 100 where the format has one. reason: why this format, where it was left open.
    """

    width: int
    height: int
    format: Format
    data: bytes | Samples | None
    size: int
    quality: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What one pass gave.

    images: one for each size, in order. fingerprint: of the stored picture, if asked for. warnings:
    one line for each damaged place, and for a colour profile that could not be used. bytes_read:
    compressed bytes needed. encode_seconds: of the time that the pass took, what encoders took.
    """

    info: ImageInfo
    images: tuple[OutputImage, ...]
    fingerprint: Fingerprint | None
    warnings: tuple[str, ...]
    bytes_read: int
    encode_seconds: float = field(default=0.0, compare=False)


class Branch(NamedTuple):
    """A sink and the resamplers that feed it, one for each of its requests.

    watch: also gets the rows of the first component as they are decoded.
    """

    sink: Sink
    resamplers: tuple[Resampler | BlurredResampler, ...]
    watch: Callable[[Samples, int], None] | None = None

    @property
    def nbytes(self) -> int:
        """Memory held between strips."""
        return sum(resampler.nbytes for resampler in self.resamplers)

    @property
    def needs(self) -> list[Need]:
        """What is needed of the planes."""
        return [
            Need(request.component, resampler.rows, resampler.columns)
            for request, resampler in zip(self.sink.requests, self.resamplers)
        ]

    def take(self, planes: Sequence[Samples], starts: Sequence[int]) -> None:
        """Rows of every component, as a strip has them."""
        if self.watch is not None:
            self.watch(planes[0], starts[0])
        for number, (request, resampler) in enumerate(zip(self.sink.requests, self.resamplers)):
            component = request.component
            for first, rows in resampler.feed(planes[component], starts[component]):
                self.sink.rows(number, first, rows)


class MergedBranch(NamedTuple):
    """A sink, and what merges and resamples the channels that it asks for."""

    sink: Sink
    merger: Merger
    transfer: Transfer
    resamplers: tuple[Resampler | BlurredResampler, ...]

    @property
    def nbytes(self) -> int:
        """Memory held between strips."""
        return self.merger.nbytes + sum(resampler.nbytes for resampler in self.resamplers)

    @property
    def needs(self) -> list[Need]:
        """What is needed of the planes: all, since they are merged in turn."""
        return self.merger.needs

    def take(self, planes: Sequence[Samples], starts: Sequence[int]) -> None:
        """Rows of every component, as a strip has them."""
        for start, channels in self.merger.feed(planes, starts):
            for number, (request, resampler) in enumerate(zip(self.sink.requests, self.resamplers)):
                for first, rows in resampler.feed(channels[request.component], start):
                    self.sink.rows(number, first, self.transfer.from_deep[rows])


def all_requests(info: ImageInfo, sinks: Sequence[Sink]) -> tuple[PlaneRequest, ...]:
    """What all sinks together need of the decoder."""
    return tuple(request for sink in sinks for request in decoded_requests(info, sink))


@lru_cache(maxsize=64)
def choose_scales(info: ImageInfo, requests: tuple[PlaneRequest, ...]) -> tuple[int, ...]:
    """The coarsest DCT scale of each component that serves all its requests; 8 if there is none.

    What is decoded whole is taken as it is.
    """
    if info.decoder == "pillow":
        return (1,) * info.components
    return tuple(
        min(
            (_scale_for(info, request) for request in requests if request.component == component),
            default=8,
        )
        for component in range(info.components)
    )


def _scale_for(info: ImageInfo, request: PlaneRequest) -> int:
    if request.scale is not None:
        return request.scale
    (h, h_max), (v, v_max) = info.sampling_ratio(request.component)
    reduction = min(request.x.step * h / h_max, request.y.step * v / v_max)
    chroma = info.is_chroma(request.component)
    return choose_scale(reduction, chroma=chroma, residual=request.filter.residual)


def all_needs(info: ImageInfo, branches: Sequence[Branch | MergedBranch]) -> list[Need]:
    """What any of the branches needs of each component's plane."""
    needs = [need for branch in branches for need in branch.needs]
    components = range(info.components)
    return [_joined(i, [need for need in needs if need.component == i]) for i in components]


def _joined(component: int, needs: Sequence[Need]) -> Need:
    rows, columns = [n.rows for n in needs], [n.columns for n in needs]
    return Need(component, _hull(rows), _hull(columns))


def _hull(ranges: Sequence[range]) -> range:
    """The smallest range that holds all; an empty one for none."""
    return range(
        min((r.start for r in ranges), default=0), max((r.stop for r in ranges), default=0)
    )


def make_branch(info: ImageInfo, sink: Sink, scales: Sequence[int]) -> Branch | MergedBranch:
    """Connect a sink to the planes that the decoder gives at these scales.

    Planes of the same sampling share their axes, and so the tables of weights.
    """
    if sink.merging is not None:
        merger = Merger(info, scales, sink.merging)
        channels = channel_resamplers(info, sink.requests, scales)
        return MergedBranch(sink, merger, sink.merging.transfer, channels)
    largest = max(max(request.shape) for request in sink.requests)
    axis = _shared_axis if largest <= SHARED_OUTPUTS else cache(component_axis)
    resamplers = []
    for request in sink.requests:
        scale = scales[request.component]
        across, down = info.sampling_ratio(request.component)
        horizontal = axis(info.width, across, scale, request.x, request.filter)
        vertical = axis(info.height, down, scale, request.y, request.filter)
        resampler = make_resampler(horizontal, vertical)
        resamplers.append(blurred(resampler, request.shape, request.sigma))
    watch = sink.luma_rows if isinstance(sink, FingerprintSink) and sink.watches else None
    return Branch(sink, tuple(resamplers), watch)


# Pictures of one camera ask for the same axes. Larger ones cost little beside their pictures.
SHARED_OUTPUTS = 512
_shared_axis = lru_cache(maxsize=64)(component_axis)

Sizes: TypeAlias = Sequence[Size] | Callable[[ImageInfo], Sequence[Size]]


class Job:
    """Thumbnails and fingerprint from one source, whose bytes are pushed in.

    Take the `steps` of each chunk until `complete` or out of bytes, then `last_steps`; or
    `all_steps`. Then ask for the `result`, and `close`. sizes: as
    a function, called when the header is known. destinations: where each file goes, None for
    memory.
    """

    def __init__(
        self,
        sizes: Sizes,
        options: Pass,
        *,
        fingerprint: bool | Literal["exact"] = False,
        store: Store | None = None,
        destinations: Sequence[Destination | None] = (),
    ) -> None:
        self._sizes = sizes if callable(sizes) else tuple(sizes)
        self._options = options
        self._fingerprint = fingerprint
        self._destinations = destinations
        self._targets: list[Target] = []
        self._decoder = SourceDecoder(options.limits, store, matte=background_rgb(options.matte))
        self._pictures: list[PictureSink] = []
        self._metadata = Metadata()
        self._hashes: FingerprintSink | None = None
        self._branches: list[Branch | MergedBranch] = []

    @property
    def complete(self) -> bool:
        return self._decoder.complete

    def close(self) -> None:
        """Give back what is kept of the source, and leave no incomplete file behind.

        To be called in any case.
        """
        self._decoder.close()
        for target in self._targets:
            target.abort()

    def steps(self, chunk: Chunk) -> Iterator[None]:
        """What there is to do for a chunk, one strip at a time."""
        self._decoder.feed(chunk)
        yield from self._advance()

    def last_steps(self) -> Iterator[None]:
        """What is left to do once all bytes have come, one strip at a time.

        Raises MalformedJPEG if the source ended inside its headers.
        """
        self._decoder.finish()
        yield from self._advance()

    def all_steps(self, chunks: Iterable[Chunk]) -> Iterator[None]:
        """What there is to do for all the chunks that are needed, one strip at a time."""
        for chunk in chunks:
            yield from self.steps(chunk)
            if self.complete:
                break
        yield from self.last_steps()

    def result(self) -> Result:
        """Write what is left of the files, and commit them. Raises EncodeError."""
        info = self._decoder.info
        if info is None:
            raise AssertionError("a header that cannot be completed has raised")
        start = perf_counter()
        pictures = [sink.finish() for sink in self._pictures]
        images = [output_image(sink, picture) for sink, picture in zip(self._pictures, pictures)]
        finishing = perf_counter() - start
        return Result(
            info=info,
            images=tuple(images),
            fingerprint=self._hashes.finish() if self._hashes else None,
            warnings=self._warnings(),
            bytes_read=self._decoder.bytes_consumed,
            encode_seconds=finishing + sum(sink.encode_seconds for sink in self._pictures),
        )

    def _warnings(self) -> tuple[str, ...]:
        of_color = (warning for sink in self._pictures for warning in sink.frame.color.warnings)
        about_files = dict.fromkeys([*self._metadata.warnings, *of_color])
        return (*self._decoder.warnings, *about_files)

    def _advance(self) -> Iterator[None]:
        info = self._decoder.info
        if info is None:
            return
        if not self._branches:
            self._plan(info)
        for strip in self._decoder.strips():
            planes = strip.in_8_bits()
            for branch in self._branches:
                branch.take(planes, strip.starts)
            yield

    def _plan(self, info: ImageInfo) -> None:
        options = self._options
        self._metadata = of_source(self._decoder.segments)
        sizes = self._sizes(info) if callable(self._sizes) else self._sizes
        self._targets = open_targets(self._destinations or [None] * len(sizes))
        self._pictures = picture_sinks(info, sizes, options, self._metadata, self._targets)
        preview = options.preview and info.progressive
        sinks: list[Sink] = [*self._pictures]
        if self._fingerprint:
            exact = self._fingerprint == "exact" and not preview
            self._hashes = FingerprintSink(info, exact=exact)
            sinks.append(self._hashes)
        requests = all_requests(info, sinks)
        scales = (8,) * info.components if preview else choose_scales(info, requests)
        branches = [make_branch(info, sink, scales) for sink in sinks]
        needs = all_needs(info, branches)
        self._decoder.start(
            scales,
            rows=[need.rows for need in needs],
            columns=[need.columns for need in needs],
            strict=options.strict,
            preview=preview,
            threads=decoding_threads(info, options.threads),
            reuse=True,
        )
        for sink in sinks:
            sink.begin()
        self._branches = branches


def run(
    source: Source,
    sizes: Sizes,
    options: Pass,
    *,
    fingerprint: bool | Literal["exact"] = False,
    destinations: Sequence[Destination | None] = (),
) -> Result:
    """Push all chunks of a source that are needed through a job."""
    with (
        open_source(source) as opened,
        closing(
            Job(
                sizes,
                options,
                fingerprint=fingerprint,
                store=opened.store,
                destinations=destinations,
            )
        ) as job,
    ):
        for _ in job.all_steps(opened.chunks):
            pass
        return job.result()


def view_of(info: ImageInfo, options: Pass) -> View:
    """What the outputs show of a picture. Raises RegionError."""
    return make_view(
        (info.width, info.height),
        ORIENTATIONS[info.orientation if options.auto_orient else 1],
        region=options.region,
        rotate=options.rotate,
        mirror=options.mirror,
    )


def picture_sinks(
    info: ImageInfo,
    sizes: Sequence[Size],
    options: Pass,
    metadata: Metadata = NO_METADATA,
    targets: Sequence[Target] | None = None,
) -> list[PictureSink]:
    """A sink for each size, which writes to the target of the same number, or keeps the file.

    metadata: of the source. Raises RegionError, EncodeError.
    """
    view = view_of(info, options)
    return [
        _picture_sink(info, size, view, options, metadata, target)
        for size, target in zip(sizes, targets or [MemoryTarget() for _ in sizes])
    ]


def _picture_sink(
    info: ImageInfo, size: Size, view: View, options: Pass, metadata: Metadata, target: Target
) -> PictureSink:
    transfer = TRANSFERS[size.averaging]
    shown = merged_info(info) if transfer else info
    placement = place(
        view,
        size.width,
        size.height,
        fit=size.fit,
        gravity=size.gravity,
        background=background_rgb(size.background),
        padding=margins(size.padding),
        dpr=size.dpr,
        enlarge=size.enlarge,
    )
    canvas = placement.canvas
    colored = not (size.encoding.holds_gray and (canvas is None or canvas.is_gray))
    frame = Frame(
        placement,
        view.orientation,
        size.encoding,
        target,
        RowColor(info, metadata.profile or None, size.icc_use, colored=colored),
        partial(for_output, metadata, size.keep, upright=options.auto_orient),
        FILTERS[size.filter]._replace(sharpen=size.sharpen),
        transfer,
        size.blur,
    )
    return picture_sink(shown, frame)


def output_image(sink: PictureSink, picture: Picture) -> OutputImage:
    """What a sink made, its target committed."""
    frame, encoding, array = sink.frame, picture.encoding, picture.array
    data = frame.target.commit()
    return OutputImage(
        *frame.size,
        encoding.format,
        data if array is None else array,
        frame.target.written if array is None else array.nbytes,
        encoding.quality if encoding.has_quality else None,
        picture.reason,
    )
