"""The public functions."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, cast

from streamresize.decoders import SourceDecoder
from streamresize.errors import StreamResizeError
from streamresize.info import ImageInfo
from streamresize.limits import Limits
from streamresize.pipeline import Result, run
from streamresize.plan import kept_plan
from streamresize.processors import decoding_threads, processors
from streamresize.request import (
    Options,
    Pass,
    PassOptions,
    Size,
    kept_pass,
    kept_size,
    split_options,
)
from streamresize.sources import Chunk, Source, open_source
from streamresize.strips import DeepSamples, Samples, Strip
from streamresize.targets import Destinations, destinations

if TYPE_CHECKING:
    from typing_extensions import Unpack


def probe(source: Source, *, limits: Limits | None = None) -> ImageInfo:
    """Read the headers of a picture and nothing more; WebP, AVIF and HEIC are read to their end.

    source: path, URL (a str with `scheme://`, read with fsspec), bytes-like object, binary file
    object (seekable or not) or iterator of chunks.
    Raises MalformedJPEG, UnsupportedJPEG, MalformedImage, UnsupportedFormat, LimitExceeded,
    SourceError.
    """
    with open_source(source) as opened, closing(SourceDecoder(limits, opened.store)) as decoder:
        return _read_header(decoder, opened.chunks)


def thumbnail(
    source: Source, size: tuple[int | None, int | None], **options: Unpack[Options]
) -> bytes:
    """A thumbnail as an encoded file.

    size: (width, height) of the box in pixels, one of which may be None. options: the keywords of
    `Size` and `Pass`. Raises what `process` raises, and ValueError for format="array".
    """
    of_size, of_pass = split_options(options)
    wanted = kept_size(*size, **of_size)
    if wanted.format == "array":
        raise ValueError("thumbnail gives a file; use resize for an array")
    return cast(bytes, process(source, [wanted], **of_pass).images[0].data)


def resize(
    source: Source,
    *,
    width: int | None = None,
    height: int | None = None,
    **options: Unpack[Options],
) -> Samples:
    """The picture at another size: uint8 (height, width, 3) RGB, or (height, width) for gray.

    options: the keywords of `Size` and `Pass`. Raises what `process` raises, and TypeError for a
    format.
    """
    if "format" in options:
        raise TypeError("resize gives an array; use thumbnail for a file")
    of_size, of_pass = split_options({**options, "format": "array"})
    wanted = kept_size(width, height, **of_size)
    return cast(Samples, process(source, [wanted], **of_pass).images[0].data)


def process(
    source: Source,
    sizes: Sequence[Size],
    *,
    fingerprint: bool | Literal["exact"] = False,
    to: Destinations = None,
    **options: Unpack[PassOptions],
) -> Result:
    """Any number of sizes, and a perceptual hash, from one pass over the source.

    sizes: at least one, unless a fingerprint is asked for. fingerprint: also
    compute the fingerprint, from luma in small, or from every pixel ("exact").
    to: where the files go: a path or something writable, or a list with one (or None, to keep the
    file) for each size. Large JPEG, PNG and raw files are written while the source is read. A path
    gets its file when everything is done, and none after an error; missing folders are made.
    options: the keywords of `Pass`.

    Raises MalformedJPEG, UnsupportedJPEG, MalformedImage, UnsupportedFormat, LimitExceeded,
    SourceError, EncodeError; OSError, or what else the writable raises, when a file cannot be
    written; ValueError when nothing is asked for, or no thread, or `to` does not fit the sizes;
    TypeError for an unknown keyword.
    """
    require_work(sizes, fingerprint)
    goals = destinations(to, [size.format for size in sizes])
    return run(source, sizes, kept_pass(**options), fingerprint=fingerprint, destinations=goals)


def process_many(
    sources: Iterable[str | os.PathLike[str]],
    sizes: Sequence[Size],
    *,
    fingerprint: bool | Literal["exact"] = False,
    jobs: int | None = None,
    together: int = 16,
    **options: Unpack[PassOptions],
) -> Iterator[Result | StreamResizeError]:
    """`process` for many files, in several processes; the results come in the files' order.

    What `process` raises for a file is given in place of its result. sources may be endless: only
    as many are taken as keep the processes busy. jobs: processes, this one among them, as many as
    processors by default; each takes about 35 MB and what `estimate_memory` says. together: files
    that a process is given at a time. threads: one, if not given.

    The other processes import the main module: what is called there belongs under
    `if __name__ == "__main__"`, as with `multiprocessing`. Raises ValueError when nothing is asked
    for, BrokenProcessPool when a process dies.
    """
    from streamresize.batch import map_in_processes

    require_work(sizes, fingerprint)
    alike: PassOptions = {"threads": 1, "limits": Limits.from_environment(), **options}
    work = partial(_attempt, sizes=sizes, fingerprint=fingerprint, **alike)
    return map_in_processes(work, sources, jobs=jobs or processors(), together=together)


def output_size(info: ImageInfo, size: Size, **options: Unpack[PassOptions]) -> tuple[int, int]:
    """Width and height, in pixels, of what `process` makes of a picture.

    options: the keywords of `Pass`. Raises RegionError, EncodeError.
    """
    (output,) = kept_plan(info, (size,), Pass(**options)).outputs
    return output.picture.frame.size


def _attempt(source: Source, **request: Any) -> Result | StreamResizeError:
    try:
        return process(source, **request)
    except StreamResizeError as error:
        return error


def decode_planes(
    source: Source,
    scale: int | Sequence[int] = 1,
    *,
    strict: bool = False,
    threads: int | None = None,
    limits: Limits | None = None,
) -> list[Samples | DeepSamples]:
    """The component planes at their own sampling: a list of uint8 (h, w).

    Pictures with 12 bits a sample give uint16, 0 to 4095.

    scale: 1, 2, 4 or 8, or one of these for each component. Plane i at scale s has
    ceil(ceil(width * h_i / h_max) / s) columns (T.81 A.1.1). At scale 1 the samples are those of
    the accurate integer inverse DCT; at 2, 4 and 8 those of the N-point transform, N = 8 / s. Of a
    source that is no JPEG, a sample is the mean of s x s samples, and transparent parts are white.

    Raises what `process` raises, and ValueError for other scales.
    """
    with open_source(source) as opened, closing(SourceDecoder(limits, opened.store)) as decoder:
        strips = _strips(decoder, opened.chunks, scale, strict=strict, threads=threads, whole=True)
        return list(next(strips).planes)


def strips(
    source: Source,
    scale: int | Sequence[int] = 8,
    *,
    strict: bool = False,
    threads: int | None = None,
    limits: Limits | None = None,
) -> Iterator[Strip]:
    """The component planes as strips of rows, top to bottom, as they are decoded.

    Every strip has arrays of its own. scale, errors: as in `decode_planes`.
    """
    with open_source(source) as opened, closing(SourceDecoder(limits, opened.store)) as decoder:
        yield from _strips(decoder, opened.chunks, scale, strict=strict, threads=threads)


def require_work(sizes: Sequence[Size], fingerprint: object) -> None:
    """Raise ValueError where nothing is asked for."""
    if not sizes and not fingerprint:
        raise ValueError("nothing to do: no sizes and no fingerprint")


def _feed(decoder: SourceDecoder, chunks: Iterator[Chunk]) -> None:
    chunk = next(chunks, None)
    if chunk is None:
        decoder.finish()
    else:
        decoder.feed(chunk)


def _read_header(decoder: SourceDecoder, chunks: Iterator[Chunk]) -> ImageInfo:
    while (info := decoder.info) is None:
        _feed(decoder, chunks)
    return info


def _strips(
    decoder: SourceDecoder,
    chunks: Iterator[Chunk],
    scale: int | Sequence[int],
    *,
    strict: bool,
    threads: int | None,
    whole: bool = False,
) -> Iterator[Strip]:
    info = _read_header(decoder, chunks)
    scales = [scale] * info.components if isinstance(scale, int) else list(scale)
    decoder.start(scales, strict=strict, threads=decoding_threads(info, threads), whole=whole)
    while not decoder.complete:
        yield from decoder.strips()
        if not decoder.complete:
            _feed(decoder, chunks)


__all__ = [
    "decode_planes",
    "output_size",
    "probe",
    "process",
    "resize",
    "strips",
    "thumbnail",
]
