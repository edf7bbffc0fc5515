"""How close resized photos come to the exact filter, beside Pillow, libvips and OpenCV.

python -m benchmarks.quality [FILE ...]     (default: the camera photos of the test corpus)

The reference is the filter in double precision (tests/support/oracle.py) on the picture as
libjpeg-turbo decodes it whole. Written into docs/quality.md: the mean of all files, PSNR in RGB and
SSIM of luma. Rounding to 8 bits alone leaves 58.9 dB.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import streamresize
from benchmarks.page import replace_measured
from streamresize import Averaging, FilterName
from tests.support.corpus import in_folder
from tests.support.oracle import filtered, psnr

PAGE = Path(__file__).parents[1] / "docs" / "quality.md"
FACTORS = (2.3, 5.7, 16.0)
LUMA = np.array([0.299, 0.587, 0.114])
Picture = NDArray[np.uint8]
Resize = Callable[[Path, int, int], Picture]


def ours(filter: FilterName, averaging: Averaging, sharpen: float = 0.0) -> Resize:
    def resize(path: Path, width: int, height: int) -> Picture:
        return streamresize.resize(
            path, width=width, height=height, fit="fill", filter=filter, averaging=averaging,
            sharpen=sharpen, auto_orient=False, icc="strip",
        )  # fmt: skip

    return resize


def pillow(filter: Image.Resampling, draft: float | None = None) -> Resize:
    """draft: how many times the size libjpeg is asked for; None for the whole decode."""

    def resize(path: Path, width: int, height: int) -> Picture:
        with Image.open(path) as image:
            if draft is not None:
                image.draft("RGB", (int(draft * width), int(draft * height)))
            return np.asarray(image.resize((width, height), filter))

    return resize


def vips_thumbnail(path: Path, width: int, height: int) -> Picture:
    import pyvips

    image = pyvips.Image.thumbnail(str(path), width, height=height, size="force", no_rotate=True)
    return np.asarray(image.numpy())[:, :, :3]


def vips_resize(path: Path, width: int, height: int) -> Picture:
    import pyvips

    image = pyvips.Image.new_from_file(str(path))
    small = image.resize(width / image.width, vscale=height / image.height, kernel="lanczos3")
    return np.asarray(small.numpy())[:height, :width, :3]


def opencv(interpolation: str) -> Resize:
    def resize(path: Path, width: int, height: int) -> Picture:
        import cv2

        with Image.open(path) as image:
            whole = np.asarray(image)
        small = cv2.resize(whole, (width, height), interpolation=getattr(cv2, interpolation))
        return np.asarray(small, np.uint8)

    return resize


BOX, LANCZOS = Image.Resampling.BOX, Image.Resampling.LANCZOS
RIVALS: dict[FilterName, dict[str, Resize]] = {
    "box": {
        "streamresize": ours("box", "fast"),
        "streamresize, exact": ours("box", "exact"),
        "Pillow, whole": pillow(BOX),
        "Pillow, draft": pillow(BOX, 1),
        "Pillow, draft at twice the size": pillow(BOX, 2),
        "libvips thumbnail": vips_thumbnail,
        "OpenCV INTER_AREA, whole": opencv("INTER_AREA"),
    },
    "lanczos3": {
        "streamresize": ours("lanczos3", "fast"),
        "streamresize, exact": ours("lanczos3", "exact"),
        "Pillow, whole": pillow(LANCZOS),
        "Pillow, draft at twice the size": pillow(LANCZOS, 2),
        "libvips thumbnail": vips_thumbnail,
        "libvips resize, whole": vips_resize,
        "OpenCV INTER_LANCZOS4, whole": opencv("INTER_LANCZOS4"),
    },
}


class Closeness(NamedTuple):
    """PSNR in decibels; SSIM of luma, 1 for equal."""

    psnr: float
    ssim: float


def closeness(picture: Picture, exact: NDArray[np.float64]) -> Closeness:
    from skimage.metrics import structural_similarity

    similarity: Any = structural_similarity  # untyped where it is installed
    ssim = similarity(picture @ LUMA, exact @ LUMA, data_range=255)
    return Closeness(psnr(picture, exact), float(ssim))


def measure(path: Path, factor: float, filter: FilterName) -> dict[str, Closeness]:
    with Image.open(path) as image:
        full = np.asarray(image)
    width, height = round(full.shape[1] / factor), round(full.shape[0] / factor)
    exact = filtered(full, width, height, filter)
    rivals = RIVALS[filter]
    return {name: closeness(resize(path, width, height), exact) for name, resize in rivals.items()}


def table(paths: list[Path], filter: FilterName) -> str:
    results = {factor: [measure(path, factor, filter) for path in paths] for factor in FACTORS}
    heads = " | ".join(f"1/{factor:g} PSNR | SSIM" for factor in FACTORS)
    lines = [f"| {filter} | {heads} |", "|---" * (1 + 2 * len(FACTORS)) + "|"]
    for name in RIVALS[filter]:
        cells = []
        for factor in FACTORS:
            found = [result[name] for result in results[factor]]
            cells.append(f"{statistics.mean(each.psnr for each in found):.2f}")
            cells.append(f"{statistics.mean(each.ssim for each in found):.4f}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main(paths: list[Path]) -> None:
    tables = "\n\n".join(table(paths, filter) for filter in RIVALS)
    print(tables)
    replace_measured(PAGE, tables)


if __name__ == "__main__":
    files = [Path(name) for name in sys.argv[1:]]
    main(files or [entry.file for entry in in_folder("photos/camera")])
