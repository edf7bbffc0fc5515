"""Pictures of any size to arrays of one size, for machine learning."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from math import ceil
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypedDict, cast, get_args

import numpy as np
from numpy.typing import NDArray

from streamresize.background import RGB, Background, background_rgb
from streamresize.errors import EncodeError, StreamResizeError
from streamresize.geometry import Fit
from streamresize.info import ImageInfo
from streamresize.pipeline import run
from streamresize.plan import view_of
from streamresize.processors import processors
from streamresize.request import Pass, PassOptions, Size
from streamresize.sources import Source
from streamresize.strips import Samples

if TYPE_CHECKING:
    from typing_extensions import Unpack

Mode = Literal["pad", "crop", "stretch", "windows"]
Layout = Literal["NCHW", "NHWC"]
DType = Literal["uint8", "float16", "float32", "float64"]
Array: TypeAlias = NDArray[Any]

FIT_OF_MODE: dict[Mode, Fit] = {"pad": "pad", "crop": "cover", "stretch": "fill"}
BLACK: RGB = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Standard:
    """What pictures are brought to: the keywords of `standardize` as a value.

    Raises ValueError for values out of range.
    """

    size: tuple[int, int]
    mode: Mode = "pad"
    dtype: DType = "float32"
    layout: Layout = "NCHW"
    mean: Sequence[float] | None = None
    std: Sequence[float] | None = None
    background: Background = BLACK
    across: float = 2.0
    overlap: float = 0.25
    most_windows: int = 256

    def __post_init__(self) -> None:
        _check_choice("mode", self.mode, get_args(Mode))
        _check_choice("dtype", self.dtype, get_args(DType))
        _check_choice("layout", self.layout, get_args(Layout))
        if min(self.size) < 1:
            raise ValueError(f"a side must be at least 1 pixel, not {min(self.size)}")
        background_rgb(self.background)
        _check_normalisation(self.mean, self.std, self.dtype)
        _check_windows(self.across, self.overlap)

    def sizes(self, info: ImageInfo, options: Pass) -> list[Size]:
        """The one size that a picture is read at. Raises EncodeError for too many windows."""
        if self.mode != "windows":
            fit, ground = FIT_OF_MODE[self.mode], self.background
            size = Size(*self.size, fit=fit, background=ground, format="array", enlarge=True)
            return [size]
        width, height = self._size_for_windows(view_of(info, options).size)
        columns, rows = (len(offsets) for offsets in self._offsets((width, height)))
        if columns * rows > self.most_windows:
            raise EncodeError(f"{columns} x {rows} windows: most_windows is {self.most_windows}")
        return [Size(width, height, fit="fill", format="array", enlarge=True)]

    def values(self, picture: Samples) -> Array:
        """Of a picture at that size, uint8 (h, w) or (h, w, 3): all arrays (n, ...) of it."""
        if picture.ndim == 2:
            picture = np.repeat(picture[:, :, None], 3, axis=2)
        tiles = self._tiles(picture)
        numbers = tiles if self.dtype == "uint8" else self._normalised(tiles)
        if self.layout == "NCHW":
            numbers = np.moveaxis(numbers, 3, 1)
        return np.ascontiguousarray(numbers)

    def _tiles(self, picture: Samples) -> Samples:
        width, height = self.size
        if self.mode != "windows":
            return picture[None]
        columns, rows = self._offsets((picture.shape[1], picture.shape[0]))
        return np.stack([picture[y : y + height, x : x + width] for y, x in product(rows, columns)])

    def _normalised(self, tiles: Samples) -> Array:
        mean = np.asarray(self.mean if self.mean is not None else (0.0,), np.float64)
        std = np.asarray(self.std if self.std is not None else (1.0,), np.float64)
        working = np.float64 if self.dtype == "float64" else np.float32
        numbers = tiles * (1 / (255 * std)).astype(working)
        numbers -= (mean / std).astype(working)
        return cast(Array, numbers.astype(self.dtype, copy=False))

    def _size_for_windows(self, upright: tuple[int, int]) -> tuple[int, int]:
        least = [ceil(side * self.across) for side in self.size]
        scale = max(side / own for side, own in zip(least, upright))
        width, height = (max(side, round(own * scale)) for side, own in zip(least, upright))
        return width, height

    def _offsets(self, scaled: tuple[int, int]) -> tuple[list[int], list[int]]:
        """Where the windows begin, across and down."""
        columns, rows = (spread(side, tile, self.overlap) for side, tile in zip(scaled, self.size))
        return columns, rows


def _check_choice(name: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, not {value!r}")


def _check_normalisation(
    mean: Sequence[float] | None, std: Sequence[float] | None, dtype: DType
) -> None:
    given = [values for values in (mean, std) if values is not None]
    if given and dtype == "uint8":
        raise ValueError("mean and std are for floating-point arrays")
    if any(len(values) != 3 for values in given) or not all(std or (1.0,)):
        raise ValueError("mean and std are three numbers each, and no std is 0")


def _check_windows(across: float, overlap: float) -> None:
    if not across >= 1:
        raise ValueError(f"across must be at least 1, not {across}")
    if not 0 <= overlap < 1:
        raise ValueError(f"overlap must be from 0 to below 1, not {overlap}")


def spread(side: int, tile: int, overlap: float) -> list[int]:
    """Offsets of as few tiles as cover `side` samples and overlap by that share at least.

    The first is 0, the last ends with the side, the distances differ by 1 at most.
    """
    stride = max(1, int(tile * (1 - overlap)))
    gaps = ceil((side - tile) / stride)
    return [round(i * (side - tile) / gaps) for i in range(gaps + 1)] if gaps else [0]


class StandardOptions(TypedDict, total=False):
    """The keywords of `Standard`."""

    mode: Mode
    dtype: DType
    layout: Layout
    mean: Sequence[float] | None
    std: Sequence[float] | None
    background: Background
    across: float
    overlap: float
    most_windows: int


class Options(StandardOptions, PassOptions, total=False):
    """The keywords of `standardize`."""


def _split(size: tuple[int, int], options: Options, defaults: PassOptions) -> tuple[Standard, Pass]:
    names = PassOptions.__annotations__
    of_standard = {name: value for name, value in options.items() if name not in names}
    of_pass = {**defaults, **{name: value for name, value in options.items() if name in names}}
    standard = Standard(size, **cast(StandardOptions, of_standard))
    return standard, Pass(**cast(PassOptions, of_pass))


def _arrays(source: Source, standard: Standard, options: Pass) -> Array:
    sizes = partial(standard.sizes, options=options)
    return standard.values(cast(Samples, run(source, sizes, options).images[0].data))


def standardize(source: Source, size: tuple[int, int], **options: Unpack[Options]) -> Array:
    """A picture as an array of a given size, from one pass: nothing larger is held.

    size: (width, height). Gray becomes three equal channels. The array is (3, height, width), with
    layout="NHWC" (height, width, 3); with mode="windows" (n, ...).

    mode: "pad": the whole picture in the middle of `background`. "crop": the middle of it fills the
    size. "stretch": the whole picture, its aspect ratio given up. "windows": the picture, its
    aspect ratio kept, is made as small as `across` windows of that size beside and below each other
    still fit; then as few windows as overlap by the share `overlap` of their sides cover it evenly,
    from edge to edge, row by row. Small pictures are enlarged.
    dtype: "float32", "float16", "float64": 0 to 1, minus `mean`, divided by `std` (for red, green
    and blue each). "uint8": 0 to 255.
    most_windows: a longer picture is refused. Other options: the keywords of `Pass`.

    Raises what `process` raises, EncodeError for too many windows, ValueError for an option out of
    range.
    """
    arrays = _arrays(source, *_split(size, options, {}))
    return arrays if options.get("mode") == "windows" else cast(Array, arrays[0])


@dataclass(frozen=True, slots=True)
class Batch:
    """What `standardize_many` gives.

    arrays: (n, 3, height, width), or (n, height, width, 3). positions: int (n,), which source each
    array is of. failures: what was wrong with the other sources, by position.
    """

    arrays: Array
    positions: NDArray[np.intp]
    failures: dict[int, StreamResizeError] = field(default_factory=dict)


def standardize_many(
    sources: Iterable[Source],
    size: tuple[int, int],
    *,
    jobs: int | None = 1,
    **options: Unpack[Options],
) -> Batch:
    """`standardize` for many pictures; one that fails is reported and left out.

    jobs: processes, this one alone by default, with None as many as processors; what is said at
    `process_many` holds for more than one. size, options: as in `standardize`. threads: one, if not
    given. Memory: twice that of the arrays. Raises ValueError, BrokenProcessPool.
    """
    from streamresize.batch import map_in_processes

    standard, of_pass = _split(size, options, {"threads": 1})
    work = partial(_attempt, standard=standard, options=of_pass)
    outcomes = map_in_processes(work, sources, jobs=jobs or processors(), together=16)
    arrays: list[Array] = [_none(standard)]
    positions: list[int] = []
    failures = {}
    for position, outcome in enumerate(outcomes):
        if isinstance(outcome, StreamResizeError):
            failures[position] = outcome
        else:
            arrays.append(outcome)
            positions += [position] * len(outcome)
    return Batch(np.concatenate(arrays), np.array(positions, np.intp), failures)


def _attempt(source: Source, standard: Standard, options: Pass) -> Array | StreamResizeError:
    try:
        return _arrays(source, standard, options)
    except StreamResizeError as error:
        return error


def _none(standard: Standard) -> Array:
    """No array, of the right shape and type."""
    width, height = standard.size
    shape = (3, height, width) if standard.layout == "NCHW" else (height, width, 3)
    return np.empty((0, *shape), standard.dtype)
