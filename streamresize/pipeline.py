"""One pass from source to results: header, plan, strips, sinks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from time import perf_counter
from typing import TypeAlias

from streamresize.branches import Branch, MergedBranch
from streamresize.decoders import SourceDecoder
from streamresize.fingerprint import Fingerprint
from streamresize.info import ImageInfo
from streamresize.metadata import NO_METADATA, of_source
from streamresize.plan import Hashing, kept_plan
from streamresize.processors import decoding_threads
from streamresize.request import Pass, Size
from streamresize.sinks import FingerprintSink, Format, Picture, PictureSink, Sink
from streamresize.sources import Chunk, Source, Store, open_source
from streamresize.strips import Samples
from streamresize.targets import Destination, Target, open_targets


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
        fingerprint: Hashing = False,
        store: Store | None = None,
        destinations: Sequence[Destination | None] = (),
    ) -> None:
        self._sizes = sizes if callable(sizes) else tuple(sizes)
        self._options = options
        self._fingerprint = fingerprint
        self._destinations = destinations
        self._targets: list[Target] = []
        self._decoder = SourceDecoder(options.limits, store, matte=options.matte)
        self._pictures: list[PictureSink] = []
        self._metadata = NO_METADATA
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
                return
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
        of_color = (warning for sink in self._pictures for warning in sink.file.color.warnings)
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
        sizes = self._sizes(info) if callable(self._sizes) else self._sizes
        if sizes:
            self._metadata = of_source(self._decoder.segments)
        open_targets(self._destinations or [None] * len(sizes), self._targets)
        plan = kept_plan(info, tuple(sizes), options, self._fingerprint)
        self._pictures = [
            output.sink(target, self._metadata)
            for output, target in zip(plan.outputs, self._targets)
        ]
        self._hashes = plan.hashes() if plan.hashes else None
        sinks: list[Sink] = [*self._pictures, *([self._hashes] if self._hashes else [])]
        branches = plan.connect(sinks)
        self._decoder.start(
            plan.scales,
            rows=[need.rows for need in plan.needs],
            columns=[need.columns for need in plan.needs],
            strict=options.strict,
            preview=plan.preview,
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
    fingerprint: Hashing = False,
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


def output_image(sink: PictureSink, picture: Picture) -> OutputImage:
    """What a sink made, its target committed."""
    target, encoding, array = sink.file.target, picture.encoding, picture.array
    data = target.commit()
    return OutputImage(
        *sink.frame.size,
        encoding.format,
        data if array is None else array,
        target.written if array is None else array.nbytes,
        encoding.quality if encoding.has_quality else None,
        picture.reason,
    )
