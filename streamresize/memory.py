"""How much memory a request takes, known before it starts. docs/memory.md explains the terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, Literal

from streamresize.blur import BATCH_ROWS, reach
from streamresize.color import PLANES_USED, RowColor
from streamresize.decode import STRIP_SAMPLES
from streamresize.geometry import plane_length
from streamresize.info import ImageInfo
from streamresize.merging import finest_samplings
from streamresize.metadata import NO_METADATA
from streamresize.plan import kept_plan
from streamresize.processors import decoding_threads
from streamresize.request import Pass, PassOptions, Size
from streamresize.sinks import Sink, StreamSink
from streamresize.sources import CHUNK_BYTES
from streamresize.targets import MemoryTarget, Outbox, Target

if TYPE_CHECKING:
    from typing_extensions import Unpack

BLOCK = 8
SOURCE_BYTES = 3 * CHUNK_BYTES  # the chunk, its copy in the decoder, room for the copy to grow
DECODER_BYTES = 1 << 18  # window, tables, a group of MCUs
LANES = 3  # in a group, which one thread decodes
SPARE_GROUPS = 3  # besides one for each of several threads
LANE_BYTES = 1 << 18  # what a lane has decoded
DC_LANE_BYTES = 1 << 16  # the same at scale 8
LANES_BYTES = 5 << 16  # a wider window, and tables
SHARED_LANES_BYTES = 9 << 18  # the same for several threads: two windows
LANES_FROM_BLOCKS = 3_000
LARGE_FROM_BLOCKS = 16_000  # which several threads may decode
MOST_OF_BLOCK = 2 * 65  # what a lane has decoded of a block
LANES_SHARE = 3  # of all blocks, the part that a lane has room for
SCAN_BYTES = 9 << 14  # windows and tables of one scan of several
TYPICAL_SCANS = 10
BLOCK_BYTES = 64 * 2 + 1 + 8  # coefficients, the last one's index, the mask of non-zero ones
DC_BYTES = 2 + 1

# Code and data of the libraries that a request loads, once for the process.
LIBRARY_BYTES = {
    "turbojpeg": 1_900_000,
    "pillow": 6_000_000,
    "littlecms": 7_000_000,  # and OpenSSL, whose hash finds transforms again
    "imagehash": 3_600_000,
}


def estimate_memory(
    info: ImageInfo,
    sizes: Sequence[Size],
    *,
    fingerprint: bool | Literal["exact"] = False,
    kept: bool = True,
    **options: Unpack[PassOptions],
) -> int:
    """Bytes that `process` takes at its peak, above a process that has imported streamresize.

    The part that does not grow with the output depends on the width of the source, never on its
    height, unless `info.decoder` is "pillow". Segments kept from the source (EXIF, ICC, at most
    Limits.metadata_bytes) come on top, and the source itself where it is WebP, AVIF, HEIC or TIFF.

    kept: the files stay in memory, as without `to`. options: the keywords of `Pass`. Raises
    RegionError, EncodeError.
    """
    whole = replace(Pass(**options), preview=False)  # which takes no less
    plan = kept_plan(info, tuple(sizes), whole, fingerprint)
    target = MemoryTarget() if kept else Target(Outbox())
    sinks: list[Sink] = [output.sink(target, NO_METADATA) for output in plan.outputs]
    sinks += [plan.hashes()] if plan.hashes else []
    scales = plan.scales
    threads = decoding_threads(info, options.get("threads"))
    return (
        SOURCE_BYTES
        + decoding_bytes(info, scales, threads)
        + sum(branch.nbytes for branch in plan.connect(sinks))
        + sum(merging_bytes(info, scales) for sink in sinks if sink.merging)
        + sum(queued_bytes(info, sink, scales) for sink in sinks if isinstance(sink, StreamSink))
        + sum(sink.nbytes for sink in sinks)
        + library_bytes(info, sizes, bool(fingerprint))
    )


def decoding_bytes(info: ImageInfo, scales: Sequence[int], threads: int) -> int:
    """What the decoder and its strips take."""
    if info.decoder == "pillow":
        from streamresize.pillow_decoder import whole_bytes  # known by then

        return whole_bytes(info)
    return (
        DECODER_BYTES
        + (lanes_bytes(info, scales, threads) if _has_lanes(info) else 0)
        + (scans_bytes(info, scales, threads) if info.multi_scan else 0)
        + strip_bytes(info, scales)
    )


def lanes_bytes(info: ImageInfo, scales: Sequence[int], threads: int) -> int:
    """What the lanes of a single scan take."""
    blocks = count_blocks(info)
    lane = DC_LANE_BYTES if _dc_only(scales) else LANE_BYTES
    if threads == 1 or blocks < LARGE_FROM_BLOCKS:
        return LANES_BYTES + LANES * min(lane, blocks * MOST_OF_BLOCK // LANES_SHARE)
    return SHARED_LANES_BYTES + LANES * (threads + SPARE_GROUPS) * lane


def _dc_only(scales: Sequence[int]) -> bool:
    return all(scale == BLOCK for scale in scales)


def _has_lanes(info: ImageInfo) -> bool:
    return not info.multi_scan and count_blocks(info) >= LANES_FROM_BLOCKS


def count_blocks(info: ImageInfo) -> int:
    """Blocks of all components, without those that pad MCUs."""
    total = 0
    for component in range(info.components):
        across, down = info.sampling_ratio(component)
        total += plane_length(info.width, across, BLOCK) * plane_length(info.height, down, BLOCK)
    return total


def scans_bytes(info: ImageInfo, scales: Sequence[int], threads: int) -> int:
    """What the scans of a file with several take."""
    stages = 2 * threads + 1
    rows = 1 if threads == 1 or _dc_only(scales) else stages + 1
    return rows * coefficient_bytes(info, scales) + TYPICAL_SCANS * SCAN_BYTES


def coefficient_bytes(info: ImageInfo, scales: Sequence[int]) -> int:
    """One MCU row of coefficients; at scale 8 the DC coefficients alone."""
    total = 0
    for component, scale in enumerate(scales):
        across, (v, _) = info.sampling_ratio(component)
        blocks = plane_length(info.width, across, BLOCK) * v
        total += blocks * (DC_BYTES if scale == BLOCK else BLOCK_BYTES)
    return total


def strip_bytes(info: ImageInfo, scales: Sequence[int]) -> int:
    """One strip: rows of every component."""
    return sum(_mcu_row_samples(info, scales)) * strip_mcu_rows(info, scales)


def strip_mcu_rows(info: ImageInfo, scales: Sequence[int]) -> int:
    """MCU rows of a strip: STRIP_SAMPLES of the largest component, or one."""
    return max(1, STRIP_SAMPLES // max(_mcu_row_samples(info, scales)))


def _mcu_row_samples(info: ImageInfo, scales: Sequence[int]) -> list[int]:
    """Samples of an MCU row, of each component."""
    samples = []
    for component, scale in enumerate(scales):
        across, (v, _) = info.sampling_ratio(component)
        samples.append(plane_length(info.width, across, scale) * v * BLOCK // scale)
    return samples


def merging_bytes(info: ImageInfo, scales: Sequence[int]) -> int:
    """What merging a strip takes: the components twice, the picture, and 16 bits a channel."""
    used = PLANES_USED[info.color]
    channels = 1 if used == 1 else 3
    across, down = finest_samplings(info, scales)
    rows = down.ratio[0] * BLOCK // down.scale  # in an MCU row
    samples = plane_length(info.width, *across) * rows * strip_mcu_rows(info, scales)
    return samples * (2 * used + 3 * channels)


def queued_bytes(info: ImageInfo, sink: Sink, scales: Sequence[int]) -> int:
    """The rows that one strip gives, of all planes of a picture that is written as they come."""
    strip_pixels = strip_mcu_rows(info, scales) * BLOCK * max(v for _, v in info.sampling)
    return sum(
        x.samples * min(y.samples, ceil(strip_pixels / y.step) + 1 + _waiting_rows(sigma[1]))
        for _, x, y, _, _, sigma in sink.requests
    )


def _waiting_rows(sigma: float) -> int:
    """The rows that a blur gives when the last one has come, beside that strip's own."""
    return reach(sigma) + BATCH_ROWS if sigma else 0


def library_bytes(info: ImageInfo, sizes: Sequence[Size], fingerprint: bool) -> int:
    """What the first request of its kind loads."""
    formats = {size.format for size in sizes}
    loaded = []
    if "jpeg" in formats:
        loaded.append("turbojpeg")
    converts = any(
        RowColor(info, None, size.icc_use, colored=not size.encoding.holds_gray).nbytes
        for size in sizes
    )
    if info.decoder == "pillow" or any(size.encoding.needs_pillow for size in sizes) or converts:
        loaded.append("pillow")
    if converts:
        loaded.append("littlecms")
    if fingerprint:
        loaded.append("imagehash")
    return sum(LIBRARY_BYTES[name] for name in loaded)
