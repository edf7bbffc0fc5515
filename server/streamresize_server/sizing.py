"""Sizes by imgproxy's rules: what its options ask of a picture, in whole pixels.

Order: crop, scale, cut to the size asked for, extend, pad. A missing side is 0.
Source: docs.imgproxy.net, "Processing an image", and the behaviour of imgproxy 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from streamresize import Fit, Gravity

ResizingType = Literal["fit", "fill", "fill-down", "force", "auto"]
Pair = tuple[int, int]

SMART = "sm"
FOCUS = "fp"
# Where a window is put in front of offsets: at the low end of the axis, in its middle, at its end.
COMPASS: dict[str, Pair] = {
    "nowe": (-1, -1), "no": (0, -1), "noea": (1, -1),
    "we": (-1, 0), "ce": (0, 0), "ea": (1, 0),
    "sowe": (-1, 1), "so": (0, 1), "soea": (1, 1),
}  # fmt: skip


class Window(NamedTuple):
    """A rectangle of whole pixels."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """What to keep of a picture, or where to put it: a name of COMPASS, SMART, or FOCUS.

    x, y: of FOCUS, 0 to 1; else offsets, in pixels from 1 on, below as a share of the picture.
    """

    kind: str = "ce"
    x: float = 0.0
    y: float = 0.0

    def offset(self, outer: Pair, inner: Pair, scale: float = 1.0) -> Pair:
        """(left, top) of `inner` (width, height) within `outer`; scale: of offsets in pixels."""
        if self.kind == FOCUS:
            places = [round(a * f) - i // 2 for a, f, i in zip(outer, (self.x, self.y), inner)]
        else:
            places = [
                _beside(side, a, i, round(shift * (scale if abs(shift) >= 1 else a)))
                for side, a, i, shift in zip(COMPASS[self.kind], outer, inner, (self.x, self.y))
            ]
        left, top = (max(0, min(p, a - i)) for p, a, i in zip(places, outer, inner))
        return left, top


CENTRE = Anchor()


def _beside(side: int, outer: int, inner: int, shift: int) -> int:
    if side < 0:
        return shift
    if side > 0:
        return outer - inner - shift
    return round((outer - inner + 1) / 2) + shift


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of the picture; width, height: below 1 as a share of it, 0 for all of it."""

    width: float
    height: float
    anchor: Anchor

    def window(self, picture: Pair) -> Window:
        width, height = map(_cropped, picture, (self.width, self.height))
        return Window(*self.anchor.offset(picture, (width, height)), width, height)


def _cropped(length: int, wanted: float) -> int:
    if wanted == 0.0:
        return length
    return min(length, int(wanted) if wanted >= 1 else max(1, _rounded(length * wanted)))


class Padding(NamedTuple):
    """Pixels beside a picture."""

    top: int = 0
    right: int = 0
    bottom: int = 0
    left: int = 0


NO_PADDING = Padding()


class Placed(NamedTuple):
    """An output: `window` of the picture becomes (width, height), beside which is `padding`.

    fit: "fill", or "cover" where `gravity` says what of the window is kept.
    """

    window: Window
    width: int
    height: int
    fit: Fit = "fill"
    gravity: Gravity = "centre"
    padding: Padding = NO_PADDING


@dataclass(frozen=True, slots=True)
class Sizing:
    """The options of imgproxy that decide on sizes; the names are theirs.

    extend: where the picture is put on a canvas of the size asked for, None without such.
    """

    resizing_type: ResizingType = "fit"
    width: int = 0
    height: int = 0
    min_width: int = 0
    min_height: int = 0
    dpr: float = 1.0
    enlarge: bool = False
    gravity: Anchor = CENTRE
    crop: Crop | None = None
    extend: Anchor | None = None
    padding: Padding = NO_PADDING

    def place(self, picture: Pair) -> Placed:
        """For a picture of (width, height), upright and rotated."""
        part = self.crop.window(picture) if self.crop else Window(0, 0, *picture)
        source = part.width, part.height
        shrink, dpr = self._shrink(source)
        scaled = _scaled(source[0], shrink[0]), _scaled(source[1], shrink[1])
        target = _rounded(self.width * dpr), _rounded(self.height * dpr)
        window = self._window(scaled, target)
        return self._cut(part, scaled, window, dpr)._replace(
            padding=self._padding(window, target, dpr)
        )

    def _shrink(self, source: Pair) -> tuple[tuple[float, float], float]:
        """How much each axis shrinks, and the pixel ratio that can be had without enlarging."""
        x, y = self._wanted_shrink(source)
        dpr = self.dpr
        if not self.enlarge:
            least = min(x, y)
            if least < 1:
                x, y = x / least, y / least
                dpr = dpr if self.extend else dpr / least
            dpr = min(dpr, x, y)
        x, y = self._at_least(source, x, y)
        return (x / dpr, y / dpr), dpr

    def _wanted_shrink(self, source: Pair) -> tuple[float, float]:
        x = source[0] / (self.width or source[0])
        y = source[1] / (self.height or source[1])
        kind = self._type_for(source)
        if kind == "force" or x == y == 1:
            return x, y
        if not self.width or not self.height:
            only = x if self.width else y
        else:
            only = max(x, y) if kind == "fit" else min(x, y)
        return only, only

    def _type_for(self, source: Pair) -> ResizingType:
        """`auto` fills where picture and size are both upright or both not, else fits."""
        if self.resizing_type != "auto":
            return self.resizing_type
        width, height = self.width or source[0], self.height or source[1]
        return "fill" if (source[0] >= source[1]) == (width >= height) else "fit"

    def _at_least(self, source: Pair, x: float, y: float) -> tuple[float, float]:
        if self.min_width and source[0] / self.min_width < x:
            x, y = source[0] / self.min_width, y * source[0] / self.min_width / x
        if self.min_height and source[1] / self.min_height < y:
            x, y = x * source[1] / self.min_height / y, source[1] / self.min_height
        return x, y

    def _window(self, scaled: Pair, target: Pair) -> Pair:
        """What is left of the scaled picture when it has been cut to the size asked for."""
        if self.resizing_type == "fill-down" and not self.enlarge and all(target):
            lack = target[0] / scaled[0], target[1] / scaled[1]
            if lack[0] > lack[1] and lack[0] > 1:
                target = scaled[0], _rounded(scaled[0] * target[1] / target[0])
            elif lack[1] > lack[0] and lack[1] > 1:
                target = _rounded(scaled[1] * target[0] / target[1]), scaled[1]
        return min(scaled[0], target[0] or scaled[0]), min(scaled[1], target[1] or scaled[1])

    def _cut(self, part: Window, scaled: Pair, window: Pair, dpr: float) -> Placed:
        if window == scaled:
            return Placed(part, *window)
        if self.gravity.kind == SMART:
            return Placed(part, *window, fit="cover", gravity="smart")
        left, top = self.gravity.offset(scaled, window, dpr)
        if window[0] == scaled[0] or window[1] == scaled[1]:
            # The focal point for which `cover` cuts at the same pixel.
            x, y = (
                min((first + 0.5 + length / 2) / whole, 1.0)
                for first, length, whole in zip((left, top), window, scaled)
            )
            return Placed(part, *window, fit="cover", gravity=("fp", x, y))
        return Placed(_within(part, Window(left, top, *window), scaled), *window)

    def _padding(self, window: Pair, target: Pair, dpr: float) -> Padding:
        top, right, bottom, left = (round(pixels * dpr) for pixels in self.padding)
        if self.extend:
            canvas = max(window[0], target[0]), max(window[1], target[1])
            x, y = self.extend.offset(canvas, window, dpr)
            top, left = top + y, left + x
            right += canvas[0] - window[0] - x
            bottom += canvas[1] - window[1] - y
        return Padding(top, right, bottom, left)


def _rounded(value: float) -> int:
    return int(value + 0.5)


def _scaled(length: int, shrink: float) -> int:
    return max(1, _rounded(length * (1.0 / shrink)))


def _within(part: Window, window: Window, scaled: Pair) -> Window:
    """The window of a part that was scaled, to the nearest pixels of what the part belongs to."""
    x, y = part.width / scaled[0], part.height / scaled[1]
    left = min(_rounded(window.left * x), part.width - 1)
    top = min(_rounded(window.top * y), part.height - 1)
    width = max(1, min(_rounded(window.width * x), part.width - left))
    height = max(1, min(_rounded(window.height * y), part.height - top))
    return Window(part.left + left, part.top + top, width, height)
