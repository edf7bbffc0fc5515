"""How close resized photos come to exact area averaging, beside Pillow and libvips.

python -m benchmarks.quality [FILE ...]     (default: the camera photos of the test corpus)

The reference is the real-valued box average, in double precision, of the picture as
libjpeg-turbo decodes it whole. Figures are PSNR in RGB, in decibels.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import streamresize
from tests.support.corpus import in_folder
from tests.support.oracle import area_average, psnr

FACTORS = (3.0, 5.7, 16.0)
Picture = NDArray[np.uint8]


def ours(path: Path, width: int, height: int) -> Picture:
    return streamresize.resize(
        path, width=width, height=height, fit="fill", auto_orient=False, icc="strip"
    )


def pillow_full(path: Path, width: int, height: int) -> Picture:
    with Image.open(path) as image:
        return np.asarray(image.resize((width, height), Image.Resampling.BOX))


def pillow_draft(path: Path, width: int, height: int) -> Picture:
    with Image.open(path) as image:
        image.draft("RGB", (width, height))
        return np.asarray(image.resize((width, height), Image.Resampling.BOX))


def pillow_gap(path: Path, width: int, height: int) -> Picture:
    with Image.open(path) as image:
        image.draft("RGB", (2 * width, 2 * height))
        return np.asarray(image.resize((width, height), Image.Resampling.BOX))


def libvips(path: Path, width: int, height: int) -> Picture:
    import pyvips

    image = pyvips.Image.thumbnail(str(path), width, height=height, size="force", no_rotate=True)
    return np.asarray(image.numpy())[:, :, :3]


RIVALS: dict[str, Callable[[Path, int, int], Picture]] = {
    "streamresize": ours,
    "Pillow, whole decode, box": pillow_full,
    "Pillow, draft, box": pillow_draft,
    "Pillow, draft at twice the size, box": pillow_gap,
    "libvips thumbnail": libvips,
}


def measure(path: Path, factor: float) -> dict[str, float]:
    with Image.open(path) as image:
        full = np.asarray(image)
    width, height = round(full.shape[1] / factor), round(full.shape[0] / factor)
    exact = area_average(full, width, height)
    return {name: psnr(resize(path, width, height), exact) for name, resize in RIVALS.items()}


def main(paths: list[Path]) -> None:
    print("| | " + " | ".join(f"1/{factor:g} min | median | max" for factor in FACTORS) + " |")
    print("|---" * (1 + 3 * len(FACTORS)) + "|")
    results = {factor: [measure(path, factor) for path in paths] for factor in FACTORS}
    for name in RIVALS:
        cells = []
        for factor in FACTORS:
            values = [result[name] for result in results[factor]]
            cells += [min(values), statistics.median(values), max(values)]
        print(f"| {name} | " + " | ".join(f"{value:.1f}" for value in cells) + " |")


if __name__ == "__main__":
    files = [Path(name) for name in sys.argv[1:]]
    main(files or [entry.file for entry in in_folder("photos/camera")])
