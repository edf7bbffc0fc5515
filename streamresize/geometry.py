"""Sizes, fit modes, orientation and the choice of DCT scale: pure arithmetic."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

Fit = Literal["contain", "cover", "fill"]
FITS: tuple[str, ...] = get_args(Fit)

SCALES = (1, 2, 4, 8)

# Smallest reduction that must be left to area averaging after decoding at a DCT scale, for a
# PSNR of 40 dB against area averaging of the full decode. Measured: benchmarks/quality.py.
MIN_RESIDUAL = {1: 0.0, 2: 1.75, 4: 1.85, 8: 3.0}
# Chroma passes at any reduction its plane still covers; the margin absorbs rounded sizes.
MIN_CHROMA_RESIDUAL = 0.99


class Span(NamedTuple):
    """`samples` output samples over the interval [low, high) of the source axis, in pixels."""

    low: float
    high: float
    samples: int

    @property
    def step(self) -> float:
        """Source pixels for each output sample."""
        return (self.high - self.low) / self.samples

    def subsampled(self, factor: int, *, mirrored: bool = False) -> Span:
        """The span of a plane with one sample for every `factor` of these.

        Where that leaves a remainder the last sample reaches over the end of the interval; over its
        beginning when the axis is going to be mirrored.
        """
        samples = -(-self.samples // factor)
        excess = (samples * factor - self.samples) * self.step
        if mirrored:
            return Span(self.low - excess, self.high, samples)
        return Span(self.low, self.high + excess, samples)


class Placement(NamedTuple):
    """Which part of the source, as stored, becomes how many output pixels, as stored."""

    x: Span
    y: Span


class Orientation(NamedTuple):
    """How stored rows and columns become the upright picture (EXIF tag 0x0112, values 1 to 8).

    The stored picture is first mirrored, then transposed.
    """

    mirror_x: bool
    mirror_y: bool
    transpose: bool


ORIENTATIONS = {
    1: Orientation(False, False, False),
    2: Orientation(True, False, False),
    3: Orientation(True, True, False),
    4: Orientation(False, True, False),
    5: Orientation(False, False, True),
    6: Orientation(False, True, True),
    7: Orientation(True, True, True),
    8: Orientation(True, False, True),
}


def _rounded(value: float) -> int:
    return max(1, int(value + 0.5))


def _box(
    source: tuple[int, int], width: int | None, height: int | None, fit: Fit
) -> tuple[float, float, Fit]:
    """The asked box with a missing side taken from the aspect ratio."""
    if width is not None and height is not None:
        return float(width), float(height), fit
    if width is not None:
        return float(width), source[1] * width / source[0], "contain"
    if height is not None:
        return source[0] * height / source[1], float(height), "contain"
    raise ValueError("a width or a height is needed")


def check_box(width: int | None, height: int | None, fit: str) -> None:
    """Raise ValueError for an unknown fit, a side below 1, or when both sides are missing."""
    if fit not in FITS:
        raise ValueError(f"fit must be one of {', '.join(FITS)}, not {fit!r}")
    if width is None and height is None:
        raise ValueError("a width or a height is needed")
    for side in (width, height):
        if side is not None and side < 1:
            raise ValueError(f"a side must be at least 1 pixel, not {side}")


def place(
    source: tuple[int, int],
    width: int | None,
    height: int | None,
    *,
    fit: Fit = "contain",
    enlarge: bool = False,
    orientation: Orientation = ORIENTATIONS[1],
) -> Placement:
    """Place a source of (width, height) pixels in a box.

    contain: the whole picture within the box. cover: the box filled, what sticks out is cut off
    evenly. fill: the box filled, the aspect ratio given up. The box is meant for the upright
    picture. Without `enlarge` the result never has more pixels than its part of the source: the
    box shrinks, keeping its shape with `cover`. Sizes round half up and are at least 1.

    Raises ValueError for an unknown fit, a side below 1, or when both sides are missing.
    """
    check_box(width, height, fit)
    if orientation.transpose:
        upright = place((source[1], source[0]), width, height, fit=fit, enlarge=enlarge)
        return Placement(upright.y, upright.x)
    box_width, box_height, fit = _box(source, width, height, fit)
    ratios = (box_width / source[0], box_height / source[1])
    if fit == "contain":
        ratio = min(ratios) if enlarge else min(*ratios, 1.0)
        return _whole(source, _rounded(source[0] * ratio), _rounded(source[1] * ratio))
    if fit == "fill":
        if not enlarge:
            box_width, box_height = min(box_width, source[0]), min(box_height, source[1])
        return _whole(source, _rounded(box_width), _rounded(box_height))
    shrink = max(1.0, *ratios) if not enlarge else 1.0
    return _centred(source, _rounded(box_width / shrink), _rounded(box_height / shrink))


def _whole(source: tuple[int, int], width: int, height: int) -> Placement:
    return Placement(Span(0.0, float(source[0]), width), Span(0.0, float(source[1]), height))


def _centred(source: tuple[int, int], width: int, height: int) -> Placement:
    """The largest centred part of the source that has the shape of width x height."""
    step = min(source[0] / width, source[1] / height)
    left = (source[0] - step * width) / 2
    top = (source[1] - step * height) / 2
    return Placement(
        Span(left, source[0] - left, width),
        Span(top, source[1] - top, height),
    )


def choose_scale(reduction: float, *, chroma: bool = False) -> int:
    """The coarsest DCT scale (1, 2, 4 or 8) for a plane that shrinks by `reduction`.

    `reduction` is in samples of the component at full size for each output sample, the smaller of
    both directions.
    """
    return max(
        scale
        for scale in SCALES
        if scale == 1
        or reduction / scale >= (MIN_CHROMA_RESIDUAL if chroma else MIN_RESIDUAL[scale])
    )


def plane_length(pixels: int, ratio: tuple[int, int], scale: int) -> int:
    """Samples of a plane in one direction: ceil(ceil(pixels * h / h_max) / scale) (T.81 A.1.1).

    ratio: the component's sampling factor and the largest of the frame.
    """
    factor, most = ratio
    samples = -(-pixels * factor // most)
    return -(-samples // scale)
