"""The extension module: the C++ decoder and the compiled row kernels."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Sample = TypeVar("Sample", np.uint8, np.uint16)

def environment_variable(name: str) -> str | None: ...

class Limits:
    def __init__(
        self,
        *,
        width: int,
        height: int,
        pixels: int,
        source_bytes: int,
        metadata_bytes: int,
        scans: int,
        blocks: int,
        blocks_per_byte: int,
    ) -> None: ...

class Header:
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def sof(self) -> int: ...
    @property
    def precision(self) -> int: ...
    @property
    def mcu_columns(self) -> int: ...
    @property
    def mcu_rows(self) -> int: ...
    @property
    def restart_interval(self) -> int: ...
    @property
    def multi_scan(self) -> bool: ...
    @property
    def components(self) -> list[tuple[int, int, int, int, int]]:
        """(id, horizontal factor, vertical factor, width, height) of each."""
    @property
    def segments(self) -> list[tuple[int, bytes]]:
        """(marker, payload) of the APP0, APP1, APP2, APP13 and APP14 segments."""

class Decoder:
    def __init__(self, limits: Limits) -> None: ...
    def append(self, chunk: bytes | bytearray | memoryview) -> None: ...
    def finish_input(self) -> None: ...
    def read_header(self) -> bool:
        """False while more input is needed."""
    @property
    def header(self) -> Header: ...
    def expect_bytes(self, count: int) -> None: ...
    def start(
        self,
        scales: Sequence[int],
        strict: bool,
        preview: bool,
        threads: int,
        wanted: Sequence[tuple[int, int, int]],
    ) -> None:
        """wanted: of each plane, first column, last column + 1, first row; none for all."""
    def read_scans(self) -> bool:
        """False while more input is needed."""
    def open_file(self, descriptor: int, start: int) -> None: ...
    def open_buffer(self, buffer: bytes | bytearray | memoryview) -> None: ...
    def close(self) -> None:
        """End what other threads do; no row can be decoded any more."""
    def planes(self) -> list[tuple[int, int, int]]:
        """(width, height, rows in an MCU row) of each component at its scale."""
    def decode_mcu_rows(
        self, planes: Sequence[NDArray[np.uint8] | NDArray[np.uint16]], done: int, wanted: int
    ) -> int:
        """Decode MCU rows `done` to `wanted` - 1 of a strip; return how many it now holds."""
    @property
    def bytes_consumed(self) -> int: ...
    @property
    def warning_count(self) -> int: ...
    @property
    def warnings(self) -> list[tuple[str, int, int]]:
        """(what, byte offset, MCU) of the first damaged places."""

def resample_strip(
    strip: NDArray[Sample],
    strip_row: int,
    row_first: NDArray[np.int32],
    row_count: NDArray[np.int32],
    row_weights: NDArray[np.float32],
    col_first: NDArray[np.int32],
    col_weights: NDArray[np.float32],
    accumulators: NDArray[np.float32],
    scratch: NDArray[np.float32],
    out_row: int,
    window_row: int,
    out: NDArray[Sample],
) -> int:
    """See streamresize.kernels.resampling. Raises ValueError for tables out of range."""

def look_up_channels(
    picture: NDArray[np.uint8], table: NDArray[np.uint16], light: NDArray[np.uint16]
) -> None: ...
def reduce_strip_fixed(
    strip: NDArray[np.uint8],
    strip_row: int,
    row_first: NDArray[np.int32],
    row_count: NDArray[np.int32],
    row_weights: NDArray[np.int32],
    col_first: NDArray[np.int32],
    col_count: NDArray[np.int32],
    col_weights: NDArray[np.int32],
    line: NDArray[np.int32],
    sums: NDArray[np.int32],
) -> None:
    """See streamresize.kernels.reduction. Raises ValueError for tables out of range."""

def reduce_rows(
    strip: NDArray[np.uint8],
    strip_row: int,
    first: NDArray[np.int32],
    count: NDArray[np.int32],
    weights: NDArray[np.float32],
    sums: NDArray[np.float32],
) -> None:
    """See streamresize.kernels.reduction. Raises ValueError for tables out of range."""

def reduce_columns(
    columns: NDArray[np.float32],
    first: NDArray[np.int32],
    count: NDArray[np.int32],
    weights: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """See streamresize.kernels.reduction. Raises ValueError for tables out of range."""

def reduce_plane(
    plane: NDArray[np.uint8],
    row_first: NDArray[np.int32],
    row_count: NDArray[np.int32],
    row_weights: NDArray[np.float32],
    col_first: NDArray[np.int32],
    col_count: NDArray[np.int32],
    col_weights: NDArray[np.float32],
    sums: NDArray[np.float32],
    turned: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """See streamresize.kernels.reduction. Raises ValueError for tables out of range."""

def reduce_plane_fixed(
    plane: NDArray[np.uint8],
    row_first: NDArray[np.int32],
    row_count: NDArray[np.int32],
    row_weights: NDArray[np.int32],
    col_first: NDArray[np.int32],
    col_count: NDArray[np.int32],
    col_weights: NDArray[np.int32],
    turned: NDArray[np.uint8],
    sums: NDArray[np.int32],
    lines: NDArray[np.uint8],
    out: NDArray[np.uint8],
) -> None:
    """See streamresize.kernels.reduction. Raises ValueError for tables out of range."""

def weigh_areas(
    low: float,
    high: float,
    first: NDArray[np.int32],
    count: NDArray[np.int32],
    weights: NDArray[np.float32],
) -> None:
    """See streamresize.kernels.reduction. Raises ValueError for arrays or axes out of range."""

def round_turned(columns: NDArray[np.float32], samples: NDArray[np.uint8]) -> None:
    """See streamresize.kernels.reduction. Raises ValueError for samples of another size."""

def find_content(luma: NDArray[np.uint8], box: NDArray[np.int64]) -> None:
    """See streamresize.kernels.hashing. Raises ValueError for an empty picture."""

def total_steps(picture: NDArray[np.float32]) -> int:
    """See streamresize.kernels.hashing."""

def above_median(
    values: NDArray[np.float64], lower: bool, room: NDArray[np.float64], bits: NDArray[np.uint8]
) -> None:
    """See streamresize.kernels.hashing. Raises ValueError for other numbers of values."""

def low_frequencies(
    picture: NDArray[np.float64],
    begin: int,
    basis: NDArray[np.float64],
    lines: NDArray[np.float64],
    turned: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """See streamresize.kernels.reduction. Raises ValueError for arrays of other shapes."""

def frequency_hash(
    picture: NDArray[np.uint8] | NDArray[np.float32],
    begin: int,
    basis: NDArray[np.float64],
    lower: bool = False,
    backwards: bool = False,
) -> bytes:
    """`above_median` of `low_frequencies` of a picture, (2^n, 2^n), perhaps the last one first.

    Raises ValueError for other pictures, and for frequencies that fill no bytes.
    """

def ycbcr_to_rgb(
    y: NDArray[np.uint8], cb: NDArray[np.uint8], cr: NDArray[np.uint8], rgb: NDArray[np.uint8]
) -> None: ...
def cmyk_to_rgb(
    c: NDArray[np.uint8],
    m: NDArray[np.uint8],
    y: NDArray[np.uint8],
    k: NDArray[np.uint8],
    inverted: bool,
    rgb: NDArray[np.uint8],
) -> None: ...
def ycck_to_rgb(
    y: NDArray[np.uint8],
    cb: NDArray[np.uint8],
    cr: NDArray[np.uint8],
    k: NDArray[np.uint8],
    inverted: bool,
    rgb: NDArray[np.uint8],
) -> None: ...
def hamming_nearest(
    hashes: NDArray[np.uint64],
    queries: NDArray[np.uint64],
    distances: NDArray[np.uint16],
    numbers: NDArray[np.uint16],
) -> None: ...
def hamming_within_64(
    hashes: NDArray[np.uint64],
    queries: NDArray[np.uint64],
    radius: int,
    rows: NDArray[np.int64],
    numbers: NDArray[np.int64],
    distances: NDArray[np.int64],
) -> int: ...
def hamming_within_256(
    hashes: NDArray[np.uint64],
    queries: NDArray[np.uint64],
    radius: int,
    rows: NDArray[np.int64],
    numbers: NDArray[np.int64],
    distances: NDArray[np.int64],
) -> int: ...
def probe_within(
    hashes: NDArray[np.uint64],
    order: NDArray[np.uint32],
    starts: NDArray[np.uint32],
    masks: NDArray[np.uint16],
    mask_counts: NDArray[np.int64],
    query: NDArray[np.uint64],
    radius: int,
    rows: NDArray[np.int64],
    distances: NDArray[np.int64],
) -> int: ...
