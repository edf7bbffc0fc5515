"""Palettes: exact where they can be, nearest colours where not, the same every time."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import streamresize
from streamresize import Format
from streamresize.sinks.palette import k_means, nearest, to_palette

from .support.corpus import in_folder, needs_corpus
from .support.pictures import photo, pillow_jpeg

PHOTO = pillow_jpeg(photo(400, 300))


def squared_error(image: Image.Image, picture: Any) -> float:
    difference = np.asarray(image.convert("RGB")).astype(float) - picture
    return float(np.mean(np.square(difference)))


@pytest.mark.parametrize("format", ["png", "gif"])
@pytest.mark.parametrize("colors", [2, 16, 256])
def test_files_have_at_most_so_many_colours(format: Format, colors: int) -> None:
    data = streamresize.thumbnail(PHOTO, (200, 200), format=format, colors=colors)
    image = Image.open(io.BytesIO(data))
    assert (image.format, image.mode) == (format.upper(), "P")
    assert colors // 2 < len(image.getcolors() or []) <= colors
    assert streamresize.thumbnail(PHOTO, (200, 200), format=format, colors=colors) == data


def test_gifs_have_256_colours_if_not_asked() -> None:
    image = Image.open(io.BytesIO(streamresize.thumbnail(PHOTO, (200, 200), format="gif")))
    assert 128 < len(image.getcolors() or []) <= 256


@pytest.mark.parametrize("count", [1, 2, 16, 200])
def test_few_colours_stay_as_they_are(count: int) -> None:
    random = np.random.default_rng(count)
    colors = random.integers(0, 256, (count, 3), np.uint8)
    picture = colors[random.integers(0, count, (40, 50))]
    image = to_palette(picture, max(2, count))
    assert np.array_equal(np.asarray(image.convert("RGB")), picture)


def test_gray_pictures() -> None:
    picture = photo(120, 90)[:, :, 0]
    assert np.array_equal(np.asarray(to_palette(picture).convert("L")), picture)
    assert len(to_palette(picture, 8).getcolors() or []) <= 8


@pytest.mark.parametrize("colors", [4, 32, 256])
def test_palettes_are_better_than_those_of_median_cut(colors: int) -> None:
    picture = photo(400, 300)
    theirs = Image.fromarray(picture).quantize(
        colors, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    )
    assert squared_error(to_palette(picture, colors), picture) < squared_error(theirs, picture)


@needs_corpus
def test_palettes_of_camera_photos_are_better_than_pillows() -> None:
    errors: dict[str, list[float]] = {"ours": [], "median": [], "coverage": [], "octree": []}
    for entry in in_folder("photos/camera")[:6]:
        picture = streamresize.resize(entry.file, width=300)
        image = Image.fromarray(picture).convert("RGB")
        picture = np.asarray(image)
        errors["ours"].append(squared_error(to_palette(picture, 64), picture))
        for name, method in zip(("median", "coverage", "octree"), Image.Quantize):
            theirs = image.quantize(64, method, dither=Image.Dither.NONE)
            errors[name].append(squared_error(theirs, picture))
    for ours, *others in zip(*errors.values()):
        assert ours < min(others)


points = st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=1, max_size=40).map(
    lambda rows: np.array(rows, np.float32)
)


@given(points, points)
def test_nearest(points: Any, centres: Any) -> None:
    distances = np.square(points[:, None] - centres[None]).sum(axis=2)
    chosen = nearest(points, centres)
    assert np.array_equal(distances[np.arange(len(points)), chosen], distances.min(axis=1))


@given(points, points)
def test_k_means_never_makes_it_worse(points: Any, centres: Any) -> None:
    weights = np.arange(1, len(points) + 1, dtype=np.float64)
    moved = k_means(points, weights, centres)
    assert moved.shape == centres.shape

    def cost(centres: Any) -> float:
        distances = np.square(points[:, None] - centres[None]).sum(axis=2)
        return float((distances.min(axis=1) * weights).sum())

    assert cost(moved) <= cost(centres) * (1 + 1e-4) + 1e-2
