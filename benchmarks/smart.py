"""The windows of gravity="smart" beside those of libvips' smartcrop ("attention").

python -m benchmarks.smart     (needs the corpus of test files)
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyvips

import streamresize
from streamresize.attention import SIDE, best_window
from tests.support.corpus import in_folder

Pair = tuple[int, int]
FOLDERS = ("photos/camera", "photos/imagenet")
BOX = 512
NARROW = 2.5


def windows(size: Pair) -> dict[str, Pair]:
    """What is cut out of a picture: a square, and a band 2.5 times as long as it is wide."""
    short, long = min(size), max(size)
    band = min(short, round(long / NARROW))
    return {"square": (short, short), "band": (size[0], band) if size[0] == long else (band, long)}


def overlap(window: Pair, first: Pair, second: Pair) -> float:
    """The share of a window that the same at another place has in common with it."""
    shares = [max(0.0, 1 - abs(a - b) / length) for a, b, length in zip(first, second, window)]
    return shares[0] * shares[1]


def of_libvips(file: Path, window: Pair, measure: str) -> Pair:
    picture = pyvips.Image.thumbnail(str(file), BOX, height=BOX, size="down").copy_memory()
    cut = picture.smartcrop(*window, interesting=measure)
    return -cut.xoffset, -cut.yoffset


def overlaps(file: Path) -> Iterator[tuple[str, list[float]]]:
    """For each window: what ours and others have in common with that of libvips' "attention"."""
    height, width = streamresize.resize(file, width=BOX, height=BOX).shape[:2]
    small = streamresize.resize(file, width=SIDE, height=SIDE)
    for name, window in windows((width, height)).items():
        if window == (width, height):
            continue
        theirs = of_libvips(file, window, "attention")
        middle = ((width - window[0]) // 2, (height - window[1]) // 2)
        ours = best_window(small, (width, height), window)
        others = (ours, of_libvips(file, window, "entropy"), middle)
        yield name, [overlap(window, other, theirs) for other in others]


def main() -> None:
    print("| | windows | smart | libvips' entropy | the middle |\n|---|---|---|---|---|")
    for folder in FOLDERS:
        values: dict[str, list[list[float]]] = {}
        for entry in in_folder(folder):
            for name, shares in overlaps(entry.file):
                values.setdefault(name, []).append(shares)
        for name, rows in values.items():
            means = " | ".join(f"{mean:.3f}" for mean in np.mean(rows, axis=0))
            print(f"| {folder}, {name} | {len(rows)} | {means} |")


if __name__ == "__main__":
    main()
