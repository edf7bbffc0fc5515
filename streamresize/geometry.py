"""Sizes, fit modes, orientation and the choice of DCT scale: pure arithmetic."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from streamresize.background import RGB, WHITE
from streamresize.gravity import SMART, Gravity, focal_point, share_offset, window_offset
from streamresize.lengths import Length, Part, Region, in_pixels, resolve, rounded
from streamresize.padding import Margins

Fit = Literal["contain", "cover", "fill", "pad", "inside", "outside"]
FITS: tuple[str, ...] = get_args(Fit)
Rotation = Literal[0, 90, 180, 270]
Mirror = Literal["horizontal", "vertical"]

SCALES = (1, 2, 4, 8)
NO_MARGINS = Margins()


class Residual(NamedTuple):
    """Smallest reductions that must be left to a filter after decoding at a DCT scale.

    half, quarter, eighth: of luma at scale 2, 4 and 8. chroma: at any of them.
    """

    half: float
    quarter: float
    eighth: float
    chroma: float

    def at(self, scale: int, *, chroma: bool) -> float:
        if scale == 1:
            return 0.0
        if chroma:
            return self.chroma
        return {2: self.half, 4: self.quarter, 8: self.eighth}[scale]


# For 40 dB against area averaging of the full decode. Chroma passes at any reduction its plane
# still covers; the margin absorbs rounded sizes. Measured: benchmarks/residual.py.
AVERAGING = Residual(1.75, 1.85, 3.0, chroma=0.99)
# For at most half a decibel less, the mean of photos, than what decoding at scale 1 gives.
FAITHFUL = Residual(2.5, 3.5, 5.0, chroma=2.5)


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

    def within(self, start: int, length: int, *, mirrored: bool) -> Span:
        """The same span where its axis is the part [start, start + length) of another, which may
        run the other way.
        """
        if mirrored:
            return Span(start + length - self.high, start + length - self.low, self.samples)
        return Span(start + self.low, start + self.high, self.samples)


class Canvas(NamedTuple):
    """An upright output of (width, height) in which the picture lies at (left, top).

    background: red, green and blue of what is around it, 0 to 255.
    """

    width: int
    height: int
    left: int
    top: int
    background: RGB

    @property
    def is_gray(self) -> bool:
        return len(set(self.background)) == 1


class Placement(NamedTuple):
    """Which part of the source, as stored, becomes how many output pixels, as stored.

    canvas: what the picture is put on when it has been turned upright, if anything. window: (width,
    height), upright, of what is cut out of these output pixels where they draw the eye, if they
    are.
    """

    x: Span
    y: Span
    canvas: Canvas | None = None
    window: tuple[int, int] | None = None

    @property
    def pixels(self) -> int:
        """Of the picture, without the canvas."""
        width, height = self.window or (self.x.samples, self.y.samples)
        return width * height


class Orientation(NamedTuple):
    """How stored rows and columns become the upright picture (EXIF tag 0x0112, values 1 to 8).

    The stored picture is first mirrored, then transposed. The eight of them are the symmetries of a
    square: a group, with `then`.
    """

    mirror_x: bool
    mirror_y: bool
    transpose: bool

    def then(self, other: Orientation) -> Orientation:
        """What comes of applying `other` to the outcome."""
        mirror_x, mirror_y = other.mirror_x, other.mirror_y
        if self.transpose:
            mirror_x, mirror_y = mirror_y, mirror_x
        return Orientation(
            self.mirror_x != mirror_x,
            self.mirror_y != mirror_y,
            self.transpose != other.transpose,
        )

    def turned(self, size: tuple[int, int]) -> tuple[int, int]:
        """(width, height) afterwards; also beforehand, given those afterwards."""
        return size[::-1] if self.transpose else size


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
ROTATIONS = {0: ORIENTATIONS[1], 90: ORIENTATIONS[6], 180: ORIENTATIONS[3], 270: ORIENTATIONS[8]}
MIRRORS = {None: ORIENTATIONS[1], "horizontal": ORIENTATIONS[2], "vertical": ORIENTATIONS[4]}


class View(NamedTuple):
    """What is shown: a part of the stored picture, turned by `orientation`."""

    part: Part
    orientation: Orientation

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) as shown."""
        return self.orientation.turned((self.part.width, self.part.height))

    def stored(self, x: Span, y: Span) -> tuple[Span, Span]:
        """Spans of the picture as shown, as those of the stored picture."""
        if self.orientation.transpose:
            x, y = y, x
        part = self.part
        return (
            x.within(part.left, part.width, mirrored=self.orientation.mirror_x),
            y.within(part.top, part.height, mirrored=self.orientation.mirror_y),
        )


def make_view(
    stored: tuple[int, int],
    exif: Orientation = ORIENTATIONS[1],
    *,
    region: Region | None = None,
    rotate: Rotation = 0,
    mirror: Mirror | None = None,
) -> View:
    """A view of a picture that is stored with (width, height) pixels.

    `exif` turns it upright; of that, `region` is seen, rotated clockwise by `rotate` degrees, then
    mirrored. Raises RegionError for a region outside the picture.
    """
    upright = exif.turned(stored)
    part = resolve(region, upright) if region else Part(0, 0, *upright)
    x, y = View(Part(0, 0, *stored), exif).stored(
        Span(part.left, part.left + part.width, part.width),
        Span(part.top, part.top + part.height, part.height),
    )
    return View(
        Part(int(x.low), int(y.low), x.samples, y.samples),
        exif.then(ROTATIONS[rotate]).then(MIRRORS[mirror]),
    )


def check_box(width: Length | None, height: Length | None, fit: str) -> None:
    """Raise ValueError for an unknown fit, a side below 1 pixel or of 0 %, or both missing."""
    if fit not in FITS:
        raise ValueError(f"fit must be one of {', '.join(FITS)}, not {fit!r}")
    if width is None and height is None:
        raise ValueError("a width or a height is needed")
    for side in (width, height):
        if side is not None and in_pixels(side, 100) <= 0:
            raise ValueError(f"a side must be at least 1 pixel, not {side}")


def place(
    view: View,
    width: Length | None,
    height: Length | None,
    *,
    fit: Fit = "contain",
    gravity: Gravity = "centre",
    background: RGB = WHITE,
    padding: Margins = NO_MARGINS,
    dpr: float = 1.0,
    enlarge: bool = False,
) -> Placement:
    """Place what a view shows in a box. docs/geometry.md says how sizes are rounded.

    contain, inside: the whole picture within the box. pad: so, and the rest of the box filled with
    the background. outside: the smallest picture that the box fits into. cover: that, cut to the
    box; gravity says what is kept, or "smart" that it is chosen later. fill: the box filled, the
    aspect ratio given up. A missing side follows from the aspect ratio. Percent are of the view,
    and dpr multiplies box and padding. Without `enlarge` no picture is made larger than the view,
    the canvas of `pad` excepted.
    padding: around all that, of the background.
    """
    box = (
        _box_side(width, view.size[0], dpr),
        _box_side(height, view.size[1], dpr),
    )
    size = _whole_size(view.size, box, fit, enlarge=enlarge)
    focus = focal_point(gravity)
    window = _window(size, box) if fit == "cover" else size
    is_later = gravity == SMART and window != size
    kept = size if is_later else window
    x = _visible(view.size[0], size[0], kept[0], focus[0])
    y = _visible(view.size[1], size[1], kept[1], focus[1])
    ground = _ground(window, box if fit == "pad" else (None, None), focus)
    around = Margins(*(rounded(margin * dpr) for margin in padding))
    canvas = _canvas(window, ground, around, background)
    return Placement(*view.stored(x, y), canvas, window if is_later else None)


def _box_side(side: Length | None, whole: int, dpr: float) -> int | None:
    return None if side is None else max(1, rounded(in_pixels(side, whole) * dpr))


def _whole_size(
    source: tuple[int, int], box: tuple[int | None, int | None], fit: Fit, *, enlarge: bool
) -> tuple[int, int]:
    """The size of the whole picture."""
    shrinks = [length / side for length, side in zip(source, box) if side is not None]
    if fit != "fill" or len(shrinks) == 1:
        shrinks = 2 * [min(shrinks) if fit in ("cover", "outside") else max(shrinks)]
    if not enlarge:
        shrinks = [max(1.0, shrink) for shrink in shrinks]
    return _shrunk(source[0], shrinks[0]), _shrunk(source[1], shrinks[1])


def _shrunk(length: int, shrink: float) -> int:
    """In libvips' order of operations, which decides what becomes of halves."""
    scale = 1.0 / shrink
    return max(1, rounded(length / (1.0 / scale) if scale < 1.0 else length * scale))


def _window(size: tuple[int, int], box: tuple[int | None, int | None]) -> tuple[int, int]:
    """What of the whole picture lies within the box."""
    width, height = (own if side is None else min(side, own) for side, own in zip(box, size))
    return width, height


def _visible(length: int, scaled: int, window: int, focus: float) -> Span:
    """What of `length` source pixels is seen, if of `scaled` output pixels a window is cut out."""
    if window == scaled:
        return Span(0.0, float(length), scaled)
    first = window_offset(focus, scaled, window)
    return Span(first * length / scaled, (first + window) * length / scaled, window)


def _ground(
    size: tuple[int, int], box: tuple[int | None, int | None], focus: tuple[float, float]
) -> Part:
    """The box, and where in it a picture lies; a side that is None is as long as the picture's."""
    width, height = (side or own for side, own in zip(box, size))
    left = share_offset(focus[0], width - size[0])
    top = share_offset(focus[1], height - size[1])
    return Part(left, top, width, height)


def _canvas(size: tuple[int, int], ground: Part, around: Margins, background: RGB) -> Canvas | None:
    """The ground and what is around it, unless the picture fills them."""
    width = around.left + ground.width + around.right
    height = around.top + ground.height + around.bottom
    if (width, height) == size:
        return None
    return Canvas(width, height, around.left + ground.left, around.top + ground.top, background)


def choose_scale(reduction: float, *, chroma: bool = False, residual: Residual = AVERAGING) -> int:
    """The coarsest DCT scale (1, 2, 4 or 8) for a plane that shrinks by `reduction`.

    `reduction` is in samples of the component at full size for each output sample, the smaller of
    both directions. residual: what the filter needs.
    """
    return max(scale for scale in SCALES if reduction / scale >= residual.at(scale, chroma=chroma))


def plane_length(pixels: int, ratio: tuple[int, int], scale: int) -> int:
    """Samples of a plane in one direction: ceil(ceil(pixels * h / h_max) / scale) (T.81 A.1.1).

    ratio: the component's sampling factor and the largest of the frame.
    """
    factor, most = ratio
    samples = -(-pixels * factor // most)
    return -(-samples // scale)
