"""Charts that show what a filter does, made by code: uint8 (HEIGHT, WIDTH, 3)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1824, 1368
CELL = 228  # pixels
Picture = NDArray[np.uint8]
Reals = NDArray[np.float64]


def _positions() -> tuple[Reals, Reals]:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float64) + 0.5
    return x, y


def _samples(levels: Reals) -> Picture:
    return np.asarray(np.rint(levels.clip(0, 255)), np.uint8)


def _gray(levels: Reals) -> Picture:
    return np.repeat(_samples(levels)[..., None], 3, axis=2)


def zone_plate() -> Picture:
    """Circles whose frequency grows with the radius, to half a cycle a pixel at the sides."""
    x, y = _positions()
    squared = (x - WIDTH / 2) ** 2 + (y - HEIGHT / 2) ** 2
    return _gray(127.5 + 110 * np.cos(np.pi * squared / WIDTH))


def edges() -> Picture:
    """Slanted squares, and below each of them lines that become finer to the right."""
    x, y = _positions()
    across, down = x % (2 * CELL) - CELL, y % (2 * CELL) - CELL / 2
    slope = np.tan(np.radians(5))
    square = np.maximum(np.abs(across + slope * down), np.abs(down - slope * across)) < 80
    phase = 12 * np.log(0.2 + (across + slope * down + CELL) / CELL)
    lines = np.where(np.sin(2 * np.pi * phase) > 0, 215, 40)
    return _gray(np.where(down < CELL / 2, np.where(square, 40, 215), lines).astype(np.float64))


def fine_lines() -> Picture:
    """Words of several sizes and hairlines, dark on light."""
    image = Image.new("L", (WIDTH, HEIGHT), 245)
    draw = ImageDraw.Draw(image)
    sizes = (64, 48, 36, 28, 22)
    top = 0
    for number in range(HEIGHT // 30):
        size = sizes[number % len(sizes)]
        text = f"{number} quick brown foxes, 0123456789; " * 6
        draw.text((0, top), text, fill=25, font=ImageFont.load_default(size))
        top += round(1.25 * size)
        draw.line((0, top, WIDTH, top + 40), fill=25, width=1 + number % 3)
        top += 10
    return _gray(np.asarray(image, np.float64))


def colours() -> Picture:
    """Cells of hues beside their opposites, of fine stripes of both, and of gradients."""
    x, y = _positions()
    hue = np.floor(y / CELL) / 6 + np.floor(x / (2 * CELL)) / 3
    stripes = (y % CELL > CELL / 3) & (x % 6 < 3)
    halves = (y % CELL <= CELL / 3) & (x % (2 * CELL) < CELL)
    gradient = y % CELL > 2 * CELL / 3
    turned = np.where(gradient, x / (2 * CELL), hue + 0.5 * (stripes | halves))
    angles = 2 * np.pi * (turned[..., None] + np.arange(3) / 3)
    return _samples(127.5 + 200 * np.cos(angles))


def noise() -> Picture:
    """Amplitudes that fall with the frequency, as in photographs; colours paler than light."""
    random = np.random.default_rng(5)
    frequency = np.hypot(np.fft.fftfreq(HEIGHT)[:, None], np.fft.rfftfreq(WIDTH))
    planes = []
    for _ in range(4):
        spectrum = np.fft.rfft2(random.normal(size=(HEIGHT, WIDTH))) / (frequency + 1e-3)
        plane = np.fft.irfft2(spectrum, (HEIGHT, WIDTH))
        planes.append((plane - plane.mean()) / plane.std())
    picture = 125 + 38 * planes[0][..., None] + 16 * np.stack(planes[1:], axis=-1)
    return _samples(picture)


CHARTS: dict[str, Callable[[], Picture]] = {
    "zone-plate": zone_plate,
    "edges": edges,
    "fine-lines": fine_lines,
    "colours": colours,
    "noise": noise,
}
