"""The edits that a copy must survive: each from an RGB picture to a JPEG file."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

Picture = Image.Image
Random = np.random.Generator
Edit = Callable[[Picture, Random], Picture]
USUAL_QUALITY = 90


def scaled(picture: Picture, _: Random, *, x: float, y: float | None = None) -> Picture:
    size = (max(1, round(picture.width * x)), max(1, round(picture.height * (y or x))))
    return picture.resize(size, Image.Resampling.BICUBIC)


def fitted(picture: Picture, _: Random, *, side: int) -> Picture:
    picture.thumbnail((side, side))
    return picture


def square(picture: Picture, _: Random) -> Picture:
    return picture.resize((min(picture.size),) * 2, Image.Resampling.BICUBIC)


def cropped(picture: Picture, random: Random, *, area: float) -> Picture:
    """At a random place, in the picture's own shape."""
    width, height = (round(side * sqrt(1 - area)) for side in picture.size)
    left = int(random.integers(0, picture.width - width + 1))
    top = int(random.integers(0, picture.height - height + 1))
    return picture.crop((left, top, left + width, top + height))


def cropped_at_one_side(picture: Picture, random: Random, *, part: float) -> Picture:
    box = [0, 0, picture.width, picture.height]
    side = int(random.integers(4))
    step = round(part * picture.size[side % 2])
    box[side] += step if side < 2 else -step
    return picture.crop((box[0], box[1], box[2], box[3]))


def framed(picture: Picture, random: Random, *, part: float) -> Picture:
    margin = round(part * max(picture.size))
    level = int(random.choice([0, 255]))
    return ImageOps.expand(picture, margin, (level,) * 3)


def letterboxed(picture: Picture, _: Random) -> Picture:
    return ImageOps.pad(picture, (max(picture.size),) * 2)


def blurred(picture: Picture, _: Random, *, radius: float) -> Picture:
    return picture.filter(ImageFilter.GaussianBlur(radius))


def noisy(picture: Picture, random: Random, *, deviation: float) -> Picture:
    samples = np.asarray(picture) + random.normal(0, deviation, (picture.height, picture.width, 3))
    return _picture(samples)


def brighter(picture: Picture, _: Random, *, levels: int) -> Picture:
    return _picture(np.asarray(picture, np.float64) + levels)


def gamma(picture: Picture, _: Random, *, power: float) -> Picture:
    return _picture(255 * (np.asarray(picture) / 255) ** power)


def contrast(picture: Picture, _: Random, *, factor: float) -> Picture:
    return _picture(128 + (np.asarray(picture, np.float64) - 128) * factor)


def equalised(picture: Picture, _: Random) -> Picture:
    return ImageOps.equalize(picture)


def rotated(picture: Picture, random: Random, *, degrees: float, crop: bool) -> Picture:
    """About the centre; the corners are black, or cut off."""
    angle = float(degrees * random.choice([-1, 1]))
    turned = picture.rotate(angle, Image.Resampling.BICUBIC)
    if not crop:
        return turned
    width, height = inner_size(*picture.size, np.radians(degrees))
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    return turned.crop((left, top, left + width, top + height))


def inner_size(width: int, height: int, angle: float) -> tuple[int, int]:
    """The largest upright part of the picture's own shape that a rotation leaves filled."""
    sine, cosine = np.sin(angle), np.cos(angle)
    ratio = max(cosine + sine * height / width, cosine + sine * width / height)
    return int(width / ratio), int(height / ratio)


def transposed(picture: Picture, _: Random, *, method: Image.Transpose) -> Picture:
    return picture.transpose(method)


def with_text_bar(picture: Picture, random: Random, *, part: float) -> Picture:
    height = round(part * picture.height)
    top = int(random.choice([0, picture.height - height]))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, top, picture.width, top + height), fill=(0, 0, 0))
    font = ImageFont.load_default(0.6 * height)
    draw.text((0.03 * picture.width, top + 0.1 * height), "WHEN THE TEXT IS LARGE", font=font)
    return picture


def watermarked(picture: Picture, _: Random) -> Picture:
    mark = Image.new("L", picture.size)
    draw = ImageDraw.Draw(mark)
    font = ImageFont.load_default(picture.width / 10)
    for row in range(3):
        place = (picture.width * 0.1, picture.height * (0.15 + 0.3 * row))
        draw.text(place, "© EXAMPLE PHOTO", fill=110, font=font)
    return Image.composite(Image.new("RGB", picture.size, "white"), picture, mark)


def grey(picture: Picture, _: Random) -> Picture:
    return picture.convert("L").convert("RGB")


def unchanged(picture: Picture, _: Random) -> Picture:
    return picture


def chain(*edits: Edit) -> Edit:
    def run(picture: Picture, random: Random) -> Picture:
        for edit in edits:
            picture = edit(picture, random)
        return picture

    return run


def _picture(samples: NDArray[np.floating]) -> Picture:
    return Image.fromarray(np.asarray(samples.clip(0, 255), np.uint8))


T = Image.Transpose
EDITS: dict[str, Edit] = {
    **{f"resize {x}": partial(scaled, x=x) for x in (2.0, 0.75, 0.5, 0.25, 0.1)},
    **{f"resize to {side} px": partial(fitted, side=side) for side in (128, 64)},
    **{f"JPEG quality {q}": unchanged for q in (75, 50, 30, 10)},
    **{f"crop {a:.0%}": partial(cropped, area=a) for a in (0.05, 0.1, 0.2, 0.35, 0.5)},
    **{f"{p:.0%} off one side": partial(cropped_at_one_side, part=p) for p in (0.1, 0.2, 0.4)},
    **{f"border {p:.0%}": partial(framed, part=p) for p in (0.05, 0.15)},
    "letterbox": letterboxed,
    **{f"blur {r}": partial(blurred, radius=r) for r in (1, 3)},
    **{f"noise {d}": partial(noisy, deviation=d) for d in (10, 25)},
    **{f"brightness {d:+}": partial(brighter, levels=d) for d in (-40, 40)},
    **{f"gamma {g}": partial(gamma, power=g) for g in (0.5, 2.0)},
    **{f"contrast {c}": partial(contrast, factor=c) for c in (0.6, 1.5)},
    "equalised": equalised,
    **{f"rotation {d}°, filled": partial(rotated, degrees=d, crop=False) for d in (1, 2, 5, 10)},
    **{f"rotation {d}°, cut": partial(rotated, degrees=d, crop=True) for d in (1, 2, 5, 10)},
    "90°": partial(transposed, method=T.ROTATE_90),
    "180°": partial(transposed, method=T.ROTATE_180),
    "270°": partial(transposed, method=T.ROTATE_270),
    "mirror, left and right": partial(transposed, method=T.FLIP_LEFT_RIGHT),
    "mirror, top and bottom": partial(transposed, method=T.FLIP_TOP_BOTTOM),
    **{f"text bar {p:.0%}": partial(with_text_bar, part=p) for p in (0.1, 0.2)},
    "watermark": watermarked,
    "grey": grey,
    "made square": square,
    "20 % wider": partial(scaled, x=1.2, y=1.0),
    "20 % higher": partial(scaled, x=1.0, y=1.2),
    "crop 10 %, half size, quality 50": chain(
        partial(cropped, area=0.1), partial(scaled, x=0.5)
    ),
    "mirror, crop 20 %, text bar 10 %": chain(
        partial(transposed, method=T.FLIP_LEFT_RIGHT),
        partial(cropped, area=0.2),
        partial(with_text_bar, part=0.1),
    ),
}  # fmt: skip
QUALITIES = {f"JPEG quality {q}": q for q in (75, 50, 30, 10)} | {
    "crop 10 %, half size, quality 50": 50
}


def edited(name: str, picture: Picture, seed: int) -> bytes:
    """The file of a copy; the same seed gives the same file."""
    copy = EDITS[name](picture.copy(), np.random.default_rng([seed, *name.encode()]))
    buffer = io.BytesIO()
    copy.save(buffer, "jpeg", quality=QUALITIES.get(name, USUAL_QUALITY))
    return buffer.getvalue()
