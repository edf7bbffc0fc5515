"""From strips to output rows: weights and row buffers.

A filter is a table of weights: each output sample is a weighted sum of neighbouring input samples.
Vertical sums are collected in a few open rows; a row is finished horizontally when its last input
row has come. Tables are made for the outputs that a strip touches, so that nothing here grows with
the height of the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from math import ceil, floor
from typing import Literal, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from streamresize import _native
from streamresize.geometry import AVERAGING, FAITHFUL, Residual, Span, plane_length
from streamresize.kernels.resampling import LANES

Sample = TypeVar("Sample", np.uint8, np.uint16)
Positions: TypeAlias = NDArray[np.float64]

LANCZOS_LOBES = 3.0
MIN_TAPS = 3  # the kernel is fastest with three; tables of fewer are padded with zeros
BLOCK_SAMPLES = 512  # inputs of a row that the kernel takes at a time
WINDOW_WEIGHTS = 1 << 14  # made at once: many strips' worth, yet no more for a higher picture


class Taps(NamedTuple):
    """Weights of consecutive outputs: `lengths[i]` inputs from `first[i]` on.

    first, lengths: int32 (n,). weights: float32 (n, taps), rows sum to 1, zero behind the length.
    """

    first: NDArray[np.int32]
    lengths: NDArray[np.int32]
    weights: NDArray[np.float32]


class Columns(NamedTuple):
    """The weights of all outputs of a row.

    seen: the inputs that they need. first: int32 (n,), of those. weights: as in `Taps`.
    """

    seen: slice
    first: NDArray[np.int32]
    weights: NDArray[np.float32]


class Filter(NamedTuple):
    """How an output sample weighs its inputs, and what must be left to it.

    support: half the width of the window, in output steps or input samples, whichever is larger.
    weigh: (input positions, output centres, output step), all in input samples -> weights.
    residual: smallest reductions left to it at each DCT scale.
    sharpen: 0 to 1, an unsharp mask on the outputs, in each direction (-k, 1 + 2 k, -k) with
    k = sharpen / 8. At 1, what alternates from output to output is raised by a half.
    """

    support: float
    weigh: Callable[[Positions, Positions, float], Positions]
    residual: Residual = AVERAGING
    sharpen: float = 0.0


def _weigh_box(inputs: Positions, centres: Positions, step: float) -> Positions:
    """Length of the overlap of each input sample with the output's interval."""
    low = np.maximum(inputs, centres - step / 2)
    high = np.minimum(inputs + 1, centres + step / 2)
    overlap: Positions = np.maximum(high - low, 0.0)
    return overlap


def _sampled(
    kernel: Callable[[Positions], Positions],
) -> Callable[[Positions, Positions, float], Positions]:
    """Weights by a kernel's values at the centres of the inputs.

    The kernel is stretched by the step, as Pillow (`Resample.c`, `precompute_coeffs`) and libvips
    (`reduceh`, `reducev`) do it; it is never narrower than at a step of one input.
    """

    def weigh(inputs: Positions, centres: Positions, step: float) -> Positions:
        return kernel((inputs + 0.5 - centres) / max(step, 1.0))

    return weigh


def _triangle(x: Positions) -> Positions:
    height: Positions = np.maximum(1.0 - np.abs(x), 0.0)
    return height


def _hamming(x: Positions) -> Positions:
    """One lobe of sinc under R. W. Hamming's window (0.54, 0.46), as Pillow's `HAMMING`."""
    return np.where(np.abs(x) < 1.0, np.sinc(x) * (0.54 + 0.46 * np.cos(np.pi * x)), 0.0)


def _cubic(b: float, c: float) -> Callable[[Positions], Positions]:
    """D. P. Mitchell, A. N. Netravali, "Reconstruction filters in computer graphics", 1988, (8)."""
    near = np.array([12 - 9 * b - 6 * c, -18 + 12 * b + 6 * c, 0, 6 - 2 * b]) / 6
    far = np.array([-b - 6 * c, 6 * b + 30 * c, -12 * b - 48 * c, 8 * b + 24 * c]) / 6

    def kernel(x: Positions) -> Positions:
        x = np.abs(x)
        return np.where(x < 1.0, np.polyval(near, x), np.where(x < 2.0, np.polyval(far, x), 0.0))

    return kernel


def _lanczos(x: Positions) -> Positions:
    """C. E. Duchon, "Lanczos filtering in one and two dimensions", 1979; three lobes."""
    return np.where(np.abs(x) < LANCZOS_LOBES, np.sinc(x) * np.sinc(x / LANCZOS_LOBES), 0.0)


BOX = Filter(0.5, _weigh_box)
TRIANGLE = Filter(1.0, _sampled(_triangle), FAITHFUL)
LANCZOS = Filter(LANCZOS_LOBES, _sampled(_lanczos), FAITHFUL)

FilterName = Literal["box", "triangle", "hamming", "mitchell", "catmullrom", "lanczos3"]
FILTERS: dict[FilterName, Filter] = {
    "box": BOX,
    "triangle": TRIANGLE,
    "hamming": Filter(1.0, _sampled(_hamming), FAITHFUL),
    "mitchell": Filter(2.0, _sampled(_cubic(1 / 3, 1 / 3)), FAITHFUL),
    "catmullrom": Filter(2.0, _sampled(_cubic(0.0, 0.5)), FAITHFUL),
    "lanczos3": LANCZOS,
}


@lru_cache(maxsize=16)
def _sharpened(filter: Filter) -> Filter:
    """The filter and the unsharp mask on its outputs, in one table."""
    k = filter.sharpen / 8

    def weigh(inputs: Positions, centres: Positions, step: float) -> Positions:
        at, before, after = (
            filter.weigh(inputs, centres + shift * max(step, 1.0), step) for shift in (0, -1, 1)
        )
        return (1 + 2 * k) * at - k * (before + after)

    return Filter(filter.support + 1.0, weigh)


class Grid(NamedTuple):
    """Where the outputs of an axis lie among its inputs.

    length: samples of the plane in this direction. extent: real-valued end of the picture, at most
    `length` and above length - 1; what lies behind it is padding and has no weight when shrinking.
    span: what becomes span.samples outputs. reach: half the width of a window, in inputs.
    """

    length: int
    extent: float
    span: Span
    filter: Filter
    reach: float


def make_taps(grid: Grid, start: int, stop: int) -> Taps:
    """The weights of outputs start .. stop - 1; nothing may be written to them."""
    step = grid.span.step
    centres = grid.span.low + (np.arange(start, stop, dtype=np.float64) + 0.5) * step
    # Rounding keeps an interval that ends on a sample's edge from touching the next sample.
    low = np.floor(np.round(centres - grid.reach, 6)).clip(0, grid.length - 1)
    high = np.ceil(np.round(centres + grid.reach, 6)).clip(low + 1, grid.length)
    count = high - low
    offsets = np.arange(count.max(initial=MIN_TAPS))
    inputs = low[:, None] + offsets
    weights = grid.filter.weigh(inputs, centres[:, None], step)
    if step >= 1.0:
        weights *= np.clip(grid.extent - inputs, 0.0, 1.0)
    weights[offsets >= count[:, None]] = 0.0
    weights = _normalised(weights, offsets == np.floor(centres - low).clip(0, count - 1)[:, None])
    taps = Taps(low.astype(np.int32), count.astype(np.int32), weights.astype(np.float32))
    for column in taps:
        column.flags.writeable = False
    return taps


def _needed_inputs(grid: Grid) -> range:
    """From the first tap of the first output to the last of the last, as `make_taps` has them."""
    half, (low, high, _) = grid.span.step / 2, grid.span
    first = floor(round(low + half - grid.reach, 6))
    stop = ceil(round(high - half + grid.reach, 6))
    return range(min(max(first, 0), grid.length - 1), min(max(stop, 1), grid.length))


def _normalised(weights: Positions, nearest: NDArray[np.bool_]) -> Positions:
    """Rows that sum to 1: the nearest input alone where none has a weight."""
    total = weights.sum(axis=1, keepdims=True)
    return np.where(total > 0.0, weights / np.where(total > 0.0, total, 1.0), nearest)


class Axis:
    """One direction of a plane: `span` of it, in its own samples, becomes span.samples outputs.

    length: inputs. extent: as in `Grid`. samples: outputs. inputs: those that the outputs need.
    `BOX` turns into linear interpolation where the outputs are closer than the inputs. Threads may
    share an axis.
    """

    def __init__(self, length: int, extent: float, span: Span, filter: Filter = BOX) -> None:
        if filter.weigh is BOX.weigh and span.step < 1.0:
            filter = TRIANGLE._replace(sharpen=filter.sharpen)
        if filter.sharpen:
            filter = _sharpened(filter)
        self._grid = Grid(length, extent, span, filter, filter.support * max(span.step, 1.0))
        self._step = span.step
        self.length = length
        self.samples = span.samples
        self.inputs = _needed_inputs(self._grid)
        self._window: tuple[range, Taps] | None = None

    @property
    def is_small(self) -> bool:
        """All its weights are one table, which takes little to keep."""
        return self.samples * self._taps_room <= WINDOW_WEIGHTS

    @property
    def _taps_room(self) -> int:
        """Upper bound on the inputs of an output."""
        return int(2 * self._grid.reach + 2)

    @cached_property
    def open_outputs(self) -> int:
        """Upper bound on how many outputs one input sample contributes to."""
        return ceil((2 * self._grid.reach + 1) / self._step) + 1

    @cached_property
    def copies(self) -> bool:
        """Every output is one input, and outputs follow each other as the inputs do."""
        length, _, (low, high, _), filter, _ = self._grid
        averages = filter.weigh is BOX.weigh and self._step == 1.0
        return averages and low >= 0 and high <= length and float(low).is_integer()

    def outputs_before(self, sample: int) -> int:
        """How many outputs have their first tap before `sample`, or a few more."""
        outputs = (sample + self._grid.reach - self._grid.span.low) / self._step + 1
        return int(min(max(outputs, 0), self.samples))

    def taps(self, start: int, stop: int) -> Taps:
        """The weights of outputs start .. stop - 1: part of a table of the outputs from there on.

        Planes that share an axis ask in turn.
        """
        window = self._window
        if window is None or not window[0].start <= start <= stop <= window[0].stop:
            begin = 0 if self.is_small else start
            end = min(max(stop, begin + WINDOW_WEIGHTS // self._taps_room), self.samples)
            window = range(begin, end), make_taps(self._grid, begin, end)
            self._window = window
        outputs, taps = window
        if outputs == range(start, stop):
            return taps
        first, lengths, weights = taps
        chosen = slice(start - outputs.start, stop - outputs.start)
        return Taps(first[chosen], lengths[chosen], weights[chosen])

    @cached_property
    def columns(self) -> Columns:
        """The weights of all outputs, for rows cut to the inputs that are needed."""
        first, _, weights = self.taps(0, self.samples)
        seen = slice(self.inputs.start, self.inputs.stop)
        return Columns(seen, first - np.int32(seen.start), weights)


def component_axis(
    pixels: int,
    ratio: tuple[int, int],
    scale: int,
    span: Span,
    filter: Filter = BOX,
) -> Axis:
    """The axis of a component's plane at a DCT scale: `span` of it, in pixels, becomes outputs.

    pixels: the picture's length. ratio: the component's sampling factor and the frame's largest.
    """
    samples_per_pixel = ratio[0] / (ratio[1] * scale)
    low, high = span.low * samples_per_pixel, span.high * samples_per_pixel
    return Axis(
        plane_length(pixels, ratio, scale),
        pixels * samples_per_pixel,
        Span(low, high, span.samples),
        filter,
    )


def make_scratch(inputs: int, taps: int) -> NDArray[np.float32]:
    """What the kernel works in, for rows of so many inputs and columns of so many taps."""
    return np.zeros((3, LANES * max(min(inputs, BLOCK_SAMPLES), taps)), np.float32)


class PlaneResampler:
    """Resamples one plane that comes in strips, top to bottom; of each row what it needs."""

    def __init__(self, horizontal: Axis, vertical: Axis) -> None:
        self._vertical = vertical
        self._columns = horizontal.columns
        width = len(horizontal.inputs)
        self._scratch = make_scratch(width, self._columns.weights.shape[1])
        self._accumulators = np.empty((vertical.open_outputs, width), np.float32)
        self._next = 0

    @property
    def nbytes(self) -> int:
        """Memory held between strips."""
        columns = self._columns.first.nbytes + self._columns.weights.nbytes
        return self._accumulators.nbytes + self._scratch.nbytes + columns + 4 * WINDOW_WEIGHTS

    def feed(self, strip: NDArray[Sample], start: int) -> Iterator[tuple[int, NDArray[Sample]]]:
        """Take rows start, start + 1, ... of the plane; give (first output row, rows) if any.

        strip: uint8 or uint16 (rows, width of the plane). The rows given are so, too: (n, outputs).
        """
        stop = self._vertical.outputs_before(start + len(strip))
        if stop <= self._next:
            return
        first = self._next
        rows = self._vertical.taps(first, stop)
        columns = self._columns
        finished = np.empty((stop - first + LANES - 1, len(columns.first)), strip.dtype)
        count = _native.resample_strip(
            strip[:, columns.seen],
            start,
            *rows,
            columns.first,
            columns.weights,
            self._accumulators,
            self._scratch,
            self._next,
            self._next,
            finished,
        )
        if count:
            self._next += count
            yield first, finished[:count]


class PlaneCopy:
    """Instead of a `PlaneResampler`, where both axes copy."""

    nbytes = 0

    def __init__(self, horizontal: Axis, vertical: Axis) -> None:
        self._rows = vertical.inputs
        self._seen = slice(horizontal.inputs.start, horizontal.inputs.stop)

    def feed(self, strip: NDArray[Sample], start: int) -> Iterator[tuple[int, NDArray[Sample]]]:
        """As that of `PlaneResampler`."""
        first = max(self._rows.start, start)
        stop = min(self._rows.stop, start + len(strip))
        if first < stop:
            yield first - self._rows.start, strip[first - start : stop - start, self._seen].copy()


Resampler: TypeAlias = PlaneResampler | PlaneCopy


def make_resampler(horizontal: Axis, vertical: Axis) -> Resampler:
    copies = horizontal.copies and vertical.copies
    return (PlaneCopy if copies else PlaneResampler)(horizontal, vertical)
