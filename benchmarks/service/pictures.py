"""The pictures that are asked for, made in a folder unless they are there."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

from benchmarks.mosaic import write_mosaic

# 24, 36, 45, 64, 81, 102, 121 and 144 megapixels.
LARGE_SHAPES = (
    (6000, 4000),
    (7360, 4912),
    (8256, 5504),
    (8000, 8000),
    (9000, 9000),
    (11648, 8736),
    (11000, 11000),
    (12000, 12000),
)
LARGEST = (12000, 12000)
NAMES_EACH = 4
# 8, 12, 16, 20 and 24 megapixels.
PHOTO_SHAPES = ((3264, 2448), (4000, 3000), (4608, 3456), (5184, 3888), (6000, 4000))
PHOTOS_EACH = 8
PHOTO_QUALITY = 92


def large_picture(folder: Path, shape: tuple[int, int], *, progressive: bool) -> Path:
    width, height = shape
    name = f"{width}x{height}{'-progressive' if progressive else ''}.jpg"
    return write_mosaic(folder / name, width, height, progressive=progressive)


def large_pictures(folder: Path) -> list[list[Path]]:
    """Each of the large pictures under several names."""
    kinds = itertools.product(LARGE_SHAPES, (False, True))
    files = [large_picture(folder, shape, progressive=kind) for shape, kind in kinds]
    return [[_linked(file, number) for number in range(NAMES_EACH)] for file in files]


def photos(folder: Path) -> list[Path]:
    """As from cameras: all different, each shape as often as any other; shape by shape."""
    made = []
    for (width, height), number in itertools.product(PHOTO_SHAPES, range(PHOTOS_EACH)):
        path = folder / f"{width}x{height}-photo-{number}.jpg"
        made.append(
            write_mosaic(
                path, width, height, progressive=False, quality=PHOTO_QUALITY, first=number
            )
        )
    return made


def _linked(file: Path, number: int) -> Path:
    path = file.with_name(f"{file.stem}-{number}.jpg")
    if not path.exists():
        path.hardlink_to(file)
    return path


def names(paths: Sequence[Path]) -> list[str]:
    return [path.name for path in paths]
