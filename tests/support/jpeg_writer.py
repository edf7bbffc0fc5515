"""A small sequential JPEG encoder in plain Python (ITU-T T.81), for files nobody else writes.

It takes component planes at their own sampling and writes one interleaved scan. Clarity over
speed: meant for pictures of some thousand samples.
"""

from __future__ import annotations

import math
import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .huffman import (
    CHROMINANCE_AC,
    CHROMINANCE_DC,
    LUMINANCE_AC,
    LUMINANCE_DC,
    HuffmanTable,
    optimal_table,
)

Plane = NDArray[np.uint8]
Blocks = NDArray[np.int32]  # (block rows, blocks per row, 64), zigzag order

ZIGZAG = sorted(
    range(64), key=lambda k: (k // 8 + k % 8, k // 8 if (k // 8 + k % 8) % 2 else k % 8)
)
LARGEST_AC = 1023  # 10 bits in the baseline process (F.1.2.2.1)
ICC_CHUNK = 65_519  # bytes of a profile that fit in one APP2 segment
DC, AC = 0, 1
STANDARD = {
    (DC, 0): LUMINANCE_DC,
    (AC, 0): LUMINANCE_AC,
    (DC, 1): CHROMINANCE_DC,
    (AC, 1): CHROMINANCE_AC,
}

TableKey = tuple[int, int]  # (DC or AC, destination 0..3)
Symbol = tuple[TableKey, int, str]  # table, symbol, extra bits


@dataclass(frozen=True)
class Options:
    """How a file is to be written; the defaults give a plain JFIF-less baseline file."""

    sof: int = 0
    quantization_step: int = 4
    wide_quantization: bool = False  # 16-bit entries, SOF1 only (B.2.4.1)
    restart_interval: int = 0  # in MCUs
    optimized: bool = False
    ids: tuple[int, ...] = (1, 2, 3, 4)
    destinations: tuple[int, ...] = (0, 1, 1, 0)  # tables of each component
    jfif: bool = False
    adobe_transform: int | None = None
    orientation: int | None = None
    icc_profile: bytes = b""
    icc_chunk: int = ICC_CHUNK
    fill_bytes: int = 0  # 0xFF before every marker but SOI (B.1.1.2)
    trailing: bytes = b""
    omit_tables: bool = False  # no DHT: a decoder takes the tables of K.3
    comment: bytes = b""


def component_shape(
    size: tuple[int, int], sampling: Sequence[tuple[int, int]], index: int
) -> tuple[int, int]:
    """Rows and columns of a component of a picture of (width, height) (A.1.1)."""
    h_max, v_max = (max(factor) for factor in zip(*sampling, strict=True))
    (width, height), (h, v) = size, sampling[index]
    return math.ceil(height * v / v_max), math.ceil(width * h / h_max)


def encode(
    planes: Sequence[Plane],
    size: tuple[int, int],
    sampling: Sequence[tuple[int, int]],
    options: Options | None = None,
) -> bytes:
    """One JPEG file from uint8 component planes, each (ceil(H*v/vmax), ceil(W*h/hmax)).

    Raises ValueError for planes of a wrong shape.
    """
    options = options or Options()
    for index, plane in enumerate(planes):
        if plane.shape != component_shape(size, sampling, index):
            raise ValueError(f"component {index}: wrong shape {plane.shape}")
    step = options.quantization_step
    blocks = [
        _quantized_blocks(p, f, step) for p, f in zip(planes, _padding(sampling), strict=True)
    ]
    intervals = _intervals(blocks, size, sampling, options)
    tables = _tables(intervals, options)
    writer = _Writer(options.fill_bytes)
    _write_metadata(writer, options)
    _write_frame(writer, size, sampling, options)
    _write_tables(writer, tables, options)
    _write_scan(writer, intervals, tables, len(planes), options)
    return writer.finish(options.trailing)


def _padding(sampling: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    """Blocks of an MCU: the sampling factors, or one in a scan of one component (A.2.2)."""
    return sampling if len(sampling) > 1 else [(1, 1)]


# --- samples to coefficients -----------------------------------------------------------------


def dct_matrix(points: int) -> NDArray[np.float64]:
    """The orthonormal DCT-II, (frequency, sample)."""
    sample, frequency = np.arange(points), np.arange(points)[:, None]
    matrix = np.sqrt(2 / points) * np.cos((2 * sample + 1) * frequency * np.pi / (2 * points))
    matrix[0] /= np.sqrt(2)
    return np.asarray(matrix, dtype=np.float64)


def _quantized_blocks(plane: Plane, factors: tuple[int, int], step: int) -> Blocks:
    """Pad to whole MCUs by repeating the edge, transform and quantise (A.3.3, A.3.4)."""
    h, v = factors
    rows, columns = plane.shape
    padding = ((0, -rows % (8 * v)), (0, -columns % (8 * h)))
    padded = np.pad(plane.astype(np.float64) - 128, padding, mode="edge")
    tiles = padded.reshape(padded.shape[0] // 8, 8, -1, 8).swapaxes(1, 2)
    matrix = dct_matrix(8)
    quantized = np.rint(matrix @ tiles @ matrix.T / step).astype(np.int32)
    zigzag = quantized.reshape(*quantized.shape[:2], 64)[:, :, ZIGZAG]
    zigzag[:, :, 1:] = zigzag[:, :, 1:].clip(-LARGEST_AC, LARGEST_AC)
    return np.asarray(zigzag, dtype=np.int32)


# --- coefficients to symbols -----------------------------------------------------------------


def _mcu_blocks(mcu: int, per_row: int, factors: tuple[int, int]) -> list[tuple[int, int]]:
    """Rows and columns of the blocks of one component in an MCU (A.2.3)."""
    h, v = factors
    row, column = mcu // per_row * v, mcu % per_row * h
    return [(row + y, column + x) for y in range(v) for x in range(h)]


def _intervals(
    blocks: Sequence[Blocks],
    size: tuple[int, int],
    sampling: Sequence[tuple[int, int]],
    options: Options,
) -> list[list[Symbol]]:
    """The symbols of each restart interval (E.1.4)."""
    factors = _padding(sampling)
    per_row = blocks[0].shape[1] // factors[0][0]
    total = per_row * (blocks[0].shape[0] // factors[0][1])
    length = options.restart_interval or total
    return [
        list(
            _interval_symbols(
                blocks, factors, per_row, range(start, min(start + length, total)), options
            )
        )
        for start in range(0, total, length)
    ]


def _interval_symbols(
    blocks: Sequence[Blocks],
    factors: Sequence[tuple[int, int]],
    per_row: int,
    mcus: range,
    options: Options,
) -> Iterator[Symbol]:
    predictions = [0] * len(blocks)
    for mcu in mcus:
        for index, array in enumerate(blocks):
            table = options.destinations[index]
            for row, column in _mcu_blocks(mcu, per_row, factors[index]):
                values = array[row, column].tolist()
                yield from _dc_symbols(values[0] - predictions[index], table)
                yield from _ac_symbols(values, table)
                predictions[index] = values[0]


def _extra_bits(value: int) -> str:
    """The bits after the symbol; their count is the symbol's category (F.1.2.1.1)."""
    size = abs(value).bit_length()
    low = value if value > 0 else value + (1 << size) - 1
    return format(low, f"0{size}b") if size else ""


def _dc_symbols(difference: int, table: int) -> Iterator[Symbol]:
    bits = _extra_bits(difference)
    yield (DC, table), len(bits), bits


def _ac_symbols(values: Sequence[int], table: int) -> Iterator[Symbol]:
    """Runs of zeros with the value behind them; ZRL and EOB (F.1.2.2.1)."""
    run = 0
    for value in values[1:]:
        if value == 0:
            run += 1
            continue
        for _ in range(run // 16):
            yield (AC, table), 0xF0, ""
        bits = _extra_bits(value)
        yield (AC, table), run % 16 << 4 | len(bits), bits
        run = 0
    if run:
        yield (AC, table), 0x00, ""


def _tables(
    intervals: Sequence[Sequence[Symbol]], options: Options
) -> dict[TableKey, HuffmanTable]:
    counts: dict[TableKey, Counter[int]] = {}
    for interval in intervals:
        for key, symbol, _ in interval:
            counts.setdefault(key, Counter())[symbol] += 1
    if options.optimized:
        return {key: optimal_table(count) for key, count in counts.items()}
    return {key: STANDARD[key[0], min(key[1], 1)] for key in counts}


def _entropy_coded(interval: Sequence[Symbol], tables: dict[TableKey, HuffmanTable]) -> bytes:
    """Codes and extra bits, filled up with ones, a zero stuffed after each 0xFF (F.1.2.3)."""
    bits = "".join(tables[key].codes[symbol] + extra for key, symbol, extra in interval)
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\x00")


# --- segments --------------------------------------------------------------------------------


class _Writer:
    """Markers and segments one after another (B.1.1)."""

    def __init__(self, fill_bytes: int) -> None:
        self._fill = b"\xff" * fill_bytes
        self._parts = [b"\xff\xd8"]

    def marker(self, code: int) -> None:
        self._parts.append(self._fill + bytes((0xFF, code)))

    def segment(self, code: int, payload: bytes) -> None:
        self.marker(code)
        self._parts.append(struct.pack(">H", len(payload) + 2) + payload)

    def raw(self, data: bytes) -> None:
        self._parts.append(data)

    def finish(self, trailing: bytes) -> bytes:
        self.marker(0xD9)
        return b"".join([*self._parts, trailing])


def _exif(orientation: int) -> bytes:
    """A TIFF header and an IFD of one entry, Orientation (Exif 2.3, 4.6.4 A)."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)


def _write_metadata(writer: _Writer, options: Options) -> None:
    if options.jfif:
        writer.segment(0xE0, b"JFIF\0" + struct.pack(">HBHHBB", 0x0102, 0, 1, 1, 0, 0))
    if options.orientation is not None:
        writer.segment(0xE1, _exif(options.orientation))
    profile, length = options.icc_profile, options.icc_chunk
    chunks = [profile[i : i + length] for i in range(0, len(profile), length)]
    for number, chunk in enumerate(chunks, start=1):
        writer.segment(0xE2, b"ICC_PROFILE\0" + bytes((number, len(chunks))) + chunk)
    if options.adobe_transform is not None:
        writer.segment(0xEE, b"Adobe" + struct.pack(">HHHB", 100, 0, 0, options.adobe_transform))
    if options.comment:
        writer.segment(0xFE, options.comment)


def _write_frame(
    writer: _Writer, size: tuple[int, int], sampling: Sequence[tuple[int, int]], options: Options
) -> None:
    """DQT (B.2.4.1) and SOF0 or SOF1 (B.2.2)."""
    entry = ">64H" if options.wide_quantization else ">64B"
    steps = struct.pack(entry, *[options.quantization_step] * 64)
    writer.segment(0xDB, bytes((options.wide_quantization << 4,)) + steps)
    parts = [bytes((options.ids[i], h << 4 | v, 0)) for i, (h, v) in enumerate(sampling)]
    width, height = size
    head = struct.pack(">BHHB", 8, height, width, len(parts))
    writer.segment(0xC0 + options.sof, head + b"".join(parts))


def _write_tables(writer: _Writer, tables: dict[TableKey, HuffmanTable], options: Options) -> None:
    """DHT (B.2.4.2) and DRI (B.2.4.4)."""
    for (kind, destination), table in [] if options.omit_tables else sorted(tables.items()):
        writer.segment(0xC4, bytes((kind << 4 | destination,)) + table.payload())
    if options.restart_interval:
        writer.segment(0xDD, struct.pack(">H", options.restart_interval))


def _write_scan(
    writer: _Writer,
    intervals: Sequence[Sequence[Symbol]],
    tables: dict[TableKey, HuffmanTable],
    components: int,
    options: Options,
) -> None:
    """SOS (B.2.3) and the entropy-coded data with its restart markers."""
    parts = [bytes((options.ids[i], options.destinations[i] * 0x11)) for i in range(components)]
    writer.segment(0xDA, bytes((components,)) + b"".join(parts) + bytes((0, 63, 0)))
    for index, interval in enumerate(intervals):
        if index:
            writer.marker(0xD0 + (index - 1) % 8)
        writer.raw(_entropy_coded(interval, tables))
