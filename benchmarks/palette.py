"""How close pictures with a palette come to the picture, and how long that takes, beside Pillow's
quantizers.

python -m benchmarks.palette [FILE ...]     (default: the camera photos of the test corpus)

Photos are first resized to 800 pixels. Errors are the mean over the photos of the squared
difference a pixel, summed over red, green and blue, without dithering; times are the median over
the photos, the quantizers in turns.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import streamresize
from streamresize.sinks.palette import to_palette
from tests.support.corpus import in_folder

COLORS = (16, 64, 256)
WIDTH = 800
Picture = NDArray[np.uint8]
Quantizer = Callable[[Picture, int], Image.Image]


def pillow(method: Image.Quantize, kmeans: int = 0) -> Quantizer:
    def quantize(picture: Picture, colors: int) -> Image.Image:
        image = Image.fromarray(picture)
        return image.quantize(colors, method, kmeans, dither=Image.Dither.NONE)

    return quantize


QUANTIZERS: dict[str, Quantizer] = {
    "streamresize": to_palette,
    "Pillow, median cut": pillow(Image.Quantize.MEDIANCUT),
    "Pillow, median cut, k-means": pillow(Image.Quantize.MEDIANCUT, kmeans=16),
    "Pillow, maximum coverage": pillow(Image.Quantize.MAXCOVERAGE),
    "Pillow, octree": pillow(Image.Quantize.FASTOCTREE),
}


def squared_error(image: Image.Image, picture: Picture) -> float:
    difference = np.asarray(image.convert("RGB")).astype(np.float64) - picture
    return float(np.square(difference).sum(axis=2).mean())


def measure(pictures: list[Picture], colors: int) -> dict[str, tuple[float, float]]:
    """Of each quantizer: mean error and milliseconds."""
    errors: dict[str, list[float]] = {name: [] for name in QUANTIZERS}
    times: dict[str, list[float]] = {name: [] for name in QUANTIZERS}
    for picture in pictures:
        for name, quantize in QUANTIZERS.items():
            start = perf_counter()
            image = quantize(picture, colors)
            times[name].append(1000 * (perf_counter() - start))
            errors[name].append(squared_error(image, picture))
    return {
        name: (statistics.mean(errors[name]), statistics.median(times[name])) for name in QUANTIZERS
    }


def main(paths: list[Path]) -> None:
    pictures = [streamresize.resize(path, width=WIDTH) for path in paths]
    pictures = [picture for picture in pictures if picture.ndim == 3]
    results = {colors: measure(pictures, colors) for colors in COLORS}
    print(f"| {len(pictures)} photos | " + " | ".join(f"{n} colours" for n in COLORS) + " |")
    print("|---" * (1 + len(COLORS)) + "|")
    for name in QUANTIZERS:
        cells = [f"{error:.1f}, {ms:.0f} ms" for error, ms in (results[n][name] for n in COLORS)]
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]] or [e.file for e in in_folder("photos/camera")])
