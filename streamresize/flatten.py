"""Pillow's many kinds of pictures to those that the pipeline knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from streamresize.background import RGB
from streamresize.info import Color

if TYPE_CHECKING:
    from PIL import Image

# Pillow's mode -> the mode without transparency; what is absent has no defined range or colour.
OPAQUE = {
    "1": "L",
    "L": "L",
    "LA": "L",
    "La": "L",
    "I;16": "L",
    "I;16L": "L",
    "I;16B": "L",
    "I;16N": "L",
    "P": "RGB",
    "PA": "RGB",
    "RGB": "RGB",
    "RGBX": "RGB",
    "RGBA": "RGB",
    "RGBa": "RGB",
    "YCbCr": "YCbCr",
    "CMYK": "CMYK",
}
COLORS: dict[str, Color] = {"L": "gray", "RGB": "rgb", "YCbCr": "ycbcr", "CMYK": "cmyk"}
ALPHA_MODES = ("LA", "La", "PA", "RGBA", "RGBa")


def is_deep(mode: str) -> bool:
    """16 bits a sample."""
    return mode.startswith("I;16")


def has_alpha(image: Image.Image) -> bool:
    """A channel, a palette or a colour that is transparent."""
    may = OPAQUE[image.mode] in ("L", "RGB") and not is_deep(image.mode)
    return may and (image.mode in ALPHA_MODES or "transparency" in image.info)


def flat_mode(image: Image.Image, matte: RGB) -> str:
    """The mode that `flatten` gives; gray stays gray on a gray matte."""
    mode = OPAQUE[image.mode]
    if mode == "L" and has_alpha(image) and len(set(matte)) > 1:
        return "RGB"
    return mode


def flatten(image: Image.Image, matte: RGB) -> Image.Image:
    """8 bits a sample, gray, RGB, YCbCr or CMYK, in front of the matte."""
    from PIL import Image

    if is_deep(image.mode):
        rounded = (np.asarray(image).astype(np.uint32) + 128) // 257
        return Image.fromarray(rounded.astype(np.uint8))
    mode = flat_mode(image, matte)
    if not has_alpha(image):
        return image if image.mode == mode else image.convert(mode)
    layered = image.convert("LA" if OPAQUE[image.mode] == "L" else "RGBA")
    behind = Image.new(mode, image.size, matte[0] if mode == "L" else matte)
    return Image.composite(layered.convert(mode), behind, layered.getchannel("A"))
