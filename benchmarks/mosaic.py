"""Large JPEGs as a camera and an ordinary encoder would write them: no restart markers.

The camera photos of the test corpus side by side, or a synthetic picture where the corpus is
absent, encoded by libvips.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pyvips

from benchmarks.inputs import QUALITY, synthetic_strip
from tests.support.corpus import in_folder

TILE = 1500  # pixels a side; every photo is larger
ACROSS = 5


@cache
def tiles() -> list[Any]:
    photos = [entry.file for entry in in_folder("photos/camera")]
    if not photos:
        seeds = range(2 * ACROSS)
        return [pyvips.Image.new_from_array(synthetic_strip(TILE, TILE, seed)) for seed in seeds]
    images = [pyvips.Image.new_from_file(str(photo)) for photo in photos]
    return [
        image.crop((image.width - TILE) // 2, (image.height - TILE) // 2, TILE, TILE).copy_memory()
        for image in images
    ]


def write_mosaic(
    path: Path,
    width: int,
    height: int,
    *,
    progressive: bool,
    subsampled: bool = True,
    quality: int = QUALITY,
    first: int = 0,
) -> Path:
    """Write a mosaic of photos to `path`, unless it is there already. first: of the photos."""
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    photos = tiles()[first:] + tiles()[:first]
    block = pyvips.Image.arrayjoin(photos, across=ACROSS).copy_memory()
    picture = block.replicate(-(-width // block.width), -(-height // block.height))
    temporary = path.with_suffix(".tmp.jpg")
    picture.crop(0, 0, width, height).jpegsave(
        str(temporary),
        Q=quality,
        interlace=progressive,
        subsample_mode="on" if subsampled else "off",
        keep="none",
    )
    temporary.replace(path)
    return path


def write_small_photos(folder: Path, count: int) -> list[Path]:
    """Write `count` different photos of 640 x 480 pixels, unless they are there already."""
    paths = [folder / f"{i:04}.jpg" for i in range(count)]
    if all(path.exists() for path in paths):
        return paths
    folder.mkdir(parents=True, exist_ok=True)
    sources = tiles()
    for i, path in enumerate(paths):
        tile = sources[i % len(sources)]
        turn = i // len(sources)
        left, top = turn * 37 % (TILE - 1280), turn * 53 % (TILE - 960)
        picture = tile.crop(left, top, 1280, 960).resize(0.5)
        picture.jpegsave(str(path), Q=QUALITY, keep="none")
    return paths
