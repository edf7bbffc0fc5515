"""The extension module: the C++ decoder and the compiled row kernels."""

from collections.abc import Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Sample = TypeVar("Sample", np.uint8, np.uint16)
Weight = TypeVar("Weight", np.float32, np.int32)

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

class _Taps(Generic[Weight]):
    """What each output sample of an axis is made of: lengths[i] inputs from first[i] on.

    Raises ValueError for taps out of range. At run time there are its two kinds alone.
    """

    def __init__(
        self,
        first: NDArray[np.int32],
        lengths: NDArray[np.int32],
        weights: NDArray[Weight],
    ) -> None: ...
    @property
    def first(self) -> NDArray[np.int32]: ...
    @property
    def lengths(self) -> NDArray[np.int32]: ...
    @property
    def weights(self) -> NDArray[Weight]:
        """(outputs, taps): all arrays are read-only, their memory that of the taps."""
    @property
    def nbytes(self) -> int: ...

class FloatTaps(_Taps[np.float32]): ...

class FixedTaps(_Taps[np.int32]):
    """In fixed point."""

def area_taps(low: float, high: float, outputs: int) -> FloatTaps:
    """See `weigh_areas` in streamresize.kernels.reduction. Raises ValueError for another axis."""

def reduce_strip_fixed(
    strip: NDArray[np.uint8],
    strip_row: int,
    rows: FixedTaps,
    columns: FixedTaps,
    line: NDArray[np.int32],
    sums: NDArray[np.int32],
) -> None:
    """See streamresize.kernels.reduction. Raises ValueError for taps out of range."""

def reduce_rows(
    strip: NDArray[np.uint8], strip_row: int, rows: FloatTaps, sums: NDArray[np.float32]
) -> None:
    """See streamresize.kernels.reduction. Raises ValueError for sums of another size."""

def reduce_columns(
    plane: NDArray[np.float32], columns: FloatTaps, out: NDArray[np.float32]
) -> None:
    """See streamresize.kernels.reduction. Raises ValueError for taps or `out` that do not fit."""

def reduce_plane(
    plane: NDArray[np.uint8], rows: FloatTaps, columns: FloatTaps, out: NDArray[np.float32]
) -> None:
    """See streamresize.kernels.reduction. Raises ValueError for taps or `out` that do not fit."""

def reduce_plane_fixed(
    plane: NDArray[np.uint8], rows: FixedTaps, columns: FixedTaps, out: NDArray[np.uint8]
) -> None:
    """See streamresize.kernels.reduction. Raises ValueError for taps or `out` that do not fit."""

def round_turned(columns: NDArray[np.float32], samples: NDArray[np.uint8]) -> None:
    """See streamresize.kernels.reduction. Raises ValueError for samples of another size."""

def find_content(luma: NDArray[np.uint8], box: NDArray[np.int64]) -> None:
    """See streamresize.kernels.hashing. Raises ValueError for an empty picture."""

def total_steps(picture: NDArray[np.float32]) -> int:
    """See streamresize.kernels.hashing."""

def above_median(values: NDArray[np.float64], lower: bool) -> bytes:
    """See streamresize.kernels.hashing. Raises ValueError for values that fill no bytes."""

def low_frequencies(
    picture: NDArray[np.float64],
    begin: int,
    basis: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Frequencies begin, begin + 1, ... of a square picture, the rows of `basis`.

    See streamresize.kernels.reduction. Raises ValueError for arrays of other shapes.
    """

def phash(luma: NDArray[np.uint8], basis: NDArray[np.float64]) -> bytes:
    """Which of the frequencies of `basis`, the first of which is 0, lie above their median.

    Raises ValueError for luma of another size, and for frequencies that fill no bytes.
    """

def dhash(luma: NDArray[np.uint8]) -> bytes:
    """Which samples are above their left neighbours."""

def average_hash(luma: NDArray[np.uint8]) -> bytes:
    """Which samples are above the mean."""

def pdq(luma: NDArray[np.float32], basis: NDArray[np.float64]) -> tuple[bytes, int]:
    """Bits and quality. Raises ValueError as `phash` does; the first frequency is 1."""

def area_frequencies(
    luma: NDArray[np.uint8],
    left: float,
    top: float,
    right: float,
    bottom: float,
    begin: int,
    basis: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """`low_frequencies` of area averages of a part, the largest made 1; 0 if it is blank.

    Raises ValueError for a part that is not within the luma, and for arrays of other shapes.
    """

class SmallHasher:
    """The known hashes of luma in small. See streamresize.fingerprint.maker."""

    def __init__(
        self,
        columns: FixedTaps,
        rows: FixedTaps,
        phash: NDArray[np.float64],
        phash256: NDArray[np.float64],
        pdq: NDArray[np.float64],
    ) -> None:
        """Taps from the largest samples to all others; the rows of the DCTs."""
    def hashes(
        self,
        luma: NDArray[np.uint8],
        columns: FloatTaps,
        rows: FloatTaps,
        pdq_columns: FloatTaps,
        pdq_rows: FloatTaps,
    ) -> tuple[bytes, bytes, bytes, bytes, bytes, int]:
        """phash, phash256, dhash, average, PDQ and its quality.

        Raises ValueError for taps that do not lead from this luma to 64 x 64 samples.
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
