"""The page of charts: what it shows is where it says, and differs."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from benchmarks.gallery.charts import CHARTS, HEIGHT, WIDTH
from benchmarks.gallery.rivals import GOALS, RIVALS
from benchmarks.gallery.sheet import SIDE, ZOOM, part, sheet, tile_corner

from .support.oracle import filtered
from .support.pictures import photo

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "gallery.md").read_text()
IMAGES = [DOCS / name for name in re.findall(r"\]\((images/[\w-]+\.png)\)", PAGE)]
NAMES = list(RIVALS)


def tile(image: Image.Image, number: int) -> NDArray[np.int16]:
    left, top = tile_corner(number)
    box = (left, top, left + SIDE * ZOOM, top + SIDE * ZOOM)
    return np.asarray(image.crop(box)).astype(np.int16)


def test_tiles_are_parts_of_the_pictures() -> None:
    pictures = {name: np.roll(photo(), number, axis=1) for number, name in enumerate("abcdefg")}
    image = sheet(pictures)
    for number, picture in enumerate(pictures.values()):
        np.testing.assert_array_equal(tile(image, number), part(picture))
    np.testing.assert_array_equal(part(photo())[::ZOOM, ::ZOOM], photo()[110:182, 150:222])
    assert sheet({"gray": np.repeat(photo()[..., :1], 3, axis=2)}).mode == "L"


@pytest.mark.parametrize("name", CHARTS)
def test_charts_have_more_detail_than_the_result(name: str) -> None:
    chart = CHARTS[name]()
    assert chart.shape == (HEIGHT, WIDTH, 3)
    assert chart.dtype == np.uint8
    small = filtered(chart, WIDTH // 6, HEIGHT // 6, "box")
    assert chart.astype(np.float64).std() > 1.02 * small.std()


def test_goals_agree_on_flat_pictures() -> None:
    flat = np.full((60, 80, 3), 77, np.uint8)
    for exactly in GOALS.values():
        np.testing.assert_allclose(exactly(flat, 20, 15), 77, atol=1e-6)


def test_the_page_shows_every_chart_in_little_space() -> None:
    assert {path.name for path in IMAGES} == {f"gallery-{name}.png" for name in CHARTS}
    assert sum(path.stat().st_size for path in IMAGES) < 600_000
    for name, rival in RIVALS.items():
        assert (f"| {name} | {rival.goal} |" in PAGE) == (rival.resize is not None)


@pytest.mark.parametrize("path", IMAGES, ids=lambda path: path.stem)
def test_tiles_differ_where_rivals_do(path: Path) -> None:
    with Image.open(path) as image:
        tiles = {name: tile(image, number) for number, name in enumerate(NAMES)}
    distance = {
        name: np.abs(shown - tiles["reference: box"]).mean() for name, shown in tiles.items()
    }
    assert distance["box, exact"] < 0.5
    assert distance["OpenCV INTER_AREA"] < 0.5
    assert distance["OpenCV INTER_LINEAR"] > 5
    for before, after in pairwise(NAMES):
        assert np.any(tiles[before] != tiles[after])
