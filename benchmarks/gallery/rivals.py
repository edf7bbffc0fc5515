"""Who resizes the charts, and what each result should be."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.quality import Resize, opencv, ours, pillow, vips_thumbnail
from tests.support.oracle import filtered

Reals = NDArray[np.float64]
Exactly = Callable[[NDArray[np.uint8], int, int], Reals]
BOX, LANCZOS = Image.Resampling.BOX, Image.Resampling.LANCZOS
SHARPEN = 0.5


def _by(name: str) -> Exactly:
    return partial(filtered, name=name)


def _in_light(picture: NDArray[np.uint8], width: int, height: int) -> Reals:
    """The box on light instead of samples (IEC 61966-2-1)."""
    code = np.arange(256) / 255
    light = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    mean = filtered(light[picture], width, height, "box")
    low = 12.92 * mean
    return np.asarray(255 * np.where(mean <= 0.0031308, low, 1.055 * mean ** (1 / 2.4) - 0.055))


def _sharpened(picture: NDArray[np.uint8], width: int, height: int) -> Reals:
    """The box, then (-k, 1 + 2 k, -k) in each direction."""
    k = SHARPEN / 8
    result = np.pad(filtered(picture, width, height, "box"), ((1, 1), (1, 1), (0, 0)), "edge")
    result = (1 + 2 * k) * result[1:-1] - k * (result[:-2] + result[2:])
    result = (1 + 2 * k) * result[:, 1:-1] - k * (result[:, :-2] + result[:, 2:])
    return np.asarray(result.clip(0, 255))


class Rival(NamedTuple):
    """resize: None for the reference itself. goal: what the figures compare the result with."""

    resize: Resize | None
    goal: str


GOALS: dict[str, Exactly] = {
    "box": _by("box"),
    "box in light": _in_light,
    "box, sharpened": _sharpened,
    "triangle": _by("triangle"),
    "mitchell": _by("mitchell"),
    "catmullrom": _by("catmullrom"),
    "lanczos3": _by("lanczos3"),
}
RIVALS: dict[str, Rival] = {
    "reference: box": Rival(None, "box"),
    "box": Rival(ours("box", "fast"), "box"),
    "box, exact": Rival(ours("box", "exact"), "box"),
    "box, linear": Rival(ours("box", "linear"), "box in light"),
    f"box, sharpen {SHARPEN}": Rival(ours("box", "fast", SHARPEN), "box, sharpened"),
    "reference: lanczos3": Rival(None, "lanczos3"),
    "triangle": Rival(ours("triangle", "fast"), "triangle"),
    "mitchell": Rival(ours("mitchell", "fast"), "mitchell"),
    "catmullrom": Rival(ours("catmullrom", "fast"), "catmullrom"),
    "lanczos3": Rival(ours("lanczos3", "fast"), "lanczos3"),
    "Pillow draft, box": Rival(pillow(BOX, 1), "box"),
    "Pillow whole, box": Rival(pillow(BOX), "box"),
    "libvips thumbnail": Rival(vips_thumbnail, "lanczos3"),
    "OpenCV INTER_AREA": Rival(opencv("INTER_AREA"), "box"),
    "OpenCV INTER_LINEAR": Rival(opencv("INTER_LINEAR"), "box"),
}
