"""What reduction must be left to each filter after decoding at a DCT scale.

python -m benchmarks.residual [FILE ...]     (default: the camera photos of the test corpus)

For every filter, scale and residual reduction: by how many decibels the PSNR against the filter in
double precision on the whole decode falls behind what decoding at scale 1 gives, the mean of all
files. Luma is decoded at the scale, chroma as finely as it comes; then chroma alone. The
thresholds in streamresize/resample.py are the smallest residuals with a loss below `MOST_LOST`.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import cast

import numpy as np
from PIL import Image

import streamresize
from streamresize import Pass, Size
from streamresize.branches import plan_branch
from streamresize.geometry import SCALES
from streamresize.metadata import NO_METADATA
from streamresize.plan import make_plan
from streamresize.resample import FILTERS, FilterName
from streamresize.strips import Samples
from streamresize.targets import MemoryTarget
from tests.support.corpus import in_folder
from tests.support.oracle import filtered, psnr

RESIDUALS = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0)
MOST_LOST = 0.5
AS_STORED = Pass(auto_orient=False)


@lru_cache(maxsize=16)
def planes(path: Path, scale: int) -> list[Samples]:
    return cast(list[Samples], streamresize.decode_planes(path, scale))


def resized(path: Path, size: tuple[int, int], name: FilterName, luma: int, chroma: int) -> Samples:
    """The picture at a size, its luma and chroma decoded at these scales."""
    info = streamresize.probe(path)
    wanted = Size(*size, fit="fill", format="array", filter=name)
    (output,) = make_plan(info, (wanted,), AS_STORED).outputs
    sink = output.sink(MemoryTarget(), NO_METADATA)
    scales = [luma, chroma, chroma]
    sink.begin()
    decoded = [planes(path, scale)[component] for component, scale in enumerate(scales)]
    plan_branch(info, sink.requests, None, scales).branch(sink).take(decoded, [0, 0, 0])
    return cast(Samples, sink.finish())


def losses(path: Path, name: FilterName, factor: float) -> dict[tuple[str, int], float]:
    """Decibels lost at each scale of luma, and of chroma."""
    with Image.open(path) as image:
        full = np.asarray(image)
    height, width = full.shape[:2]
    size = round(width / factor), round(height / factor)
    exact = filtered(full, *size, name)
    best = psnr(resized(path, size, name, 1, 1), exact)
    found = {}
    for scale in SCALES[1:]:
        if factor / scale >= min(RESIDUALS):
            found["luma", scale] = best - psnr(resized(path, size, name, scale, 1), exact)
        if factor / 2 / scale >= min(RESIDUALS):  # chroma at 4:2:0
            found["chroma", scale] = best - psnr(resized(path, size, name, 1, scale), exact)
    return found


def factors() -> Iterator[float]:
    """Reductions at which a scale of luma leaves one of the residuals."""
    yield from sorted({scale * residual for scale in SCALES[1:] for residual in RESIDUALS})


def main(paths: list[Path]) -> None:
    print("| filter | reduction | part | scale | residual | lost, dB |\n" + "|---" * 6 + "|")
    for name in FILTERS:
        for factor in factors():
            measured = [losses(path, name, factor) for path in paths]
            for part, scale in measured[0]:
                lost = statistics.mean(each[part, scale] for each in measured)
                residual = factor / scale / (2 if part == "chroma" else 1)
                row = (name, f"{factor:g}", part, f"1/{scale}", f"{residual:g}", f"{lost:.2f}")
                print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    files = [Path(name) for name in sys.argv[1:]]
    main(files or [entry.file for entry in in_folder("photos/camera")])
