"""Pictures of any size as arrays of one size."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import streamresize
from streamresize import EncodeError, Limits, Source, standardize, standardize_many
from streamresize.standardize import spread

from .support.oracle import area_average
from .support.pictures import in_pieces, photo, pillow_jpeg, small_jpeg

WIDE = pillow_jpeg(photo(300, 200), subsampling="4:4:4", quality=95)
HIGH = pillow_jpeg(photo(90, 400))
GRAY = pillow_jpeg(photo(64, 48)[:, :, 0])


def png(picture: Any) -> bytes:
    """A file without loss, so that NumPy's sums are the reference."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "png")
    return buffer.getvalue()


def test_stretch_is_area_averaging() -> None:
    ours = standardize(png(photo(300, 200)), (30, 50), mode="stretch", dtype="uint8", layout="NHWC")
    assert ours.shape == (50, 30, 3)
    assert np.abs(ours - area_average(photo(300, 200), 30, 50)).max() <= 1


def test_crop_is_area_averaging_of_the_middle() -> None:
    ours = standardize(png(photo(300, 200)), (40, 40), mode="crop", dtype="uint8", layout="NHWC")
    assert np.abs(ours - area_average(photo(300, 200)[:, 50:250], 40, 40)).max() <= 1


@pytest.mark.parametrize(
    ("source", "size", "top", "left"), [((300, 200), (60, 61), 10, 0), ((90, 400), (80, 80), 0, 31)]
)
def test_pad_puts_the_whole_picture_in_the_middle(
    source: tuple[int, int], size: tuple[int, int], top: int, left: int
) -> None:
    picture = photo(*source)
    ours = standardize(png(picture), size, dtype="uint8", layout="NHWC", background=(9, 8, 7))
    expected = np.empty((size[1], size[0], 3))
    expected[:] = (9, 8, 7)
    width, height = streamresize.resize(png(picture), width=size[0], height=size[1]).shape[1::-1]
    expected[top : top + height, left : left + width] = area_average(picture, width, height)
    assert np.abs(ours - expected).max() <= 1


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
def test_numbers_are_normalised(dtype: str, layout: str) -> None:
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    whole = standardize(WIDE, (32, 24), dtype="uint8", layout="NHWC")
    options: Any = {"dtype": dtype, "layout": layout, "mean": mean, "std": std}
    ours = standardize(WIDE, (32, 24), **options)
    expected = (whole / 255.0 - mean) / std
    assert ours.dtype == dtype
    assert ours.flags.c_contiguous
    if layout == "NCHW":
        expected = np.moveaxis(expected, 2, 0)
    assert ours.shape == expected.shape
    tolerance = {"float16": 3e-3, "float32": 1e-6, "float64": 1e-12}[dtype]
    np.testing.assert_allclose(ours, expected, atol=tolerance)
    plain = standardize(WIDE, (32, 24), **{**options, "mean": None, "std": None})
    assert 0 <= plain.min() < plain.max() <= 1


def test_gray_becomes_three_equal_channels() -> None:
    array = standardize(GRAY, (32, 32), mode="crop", dtype="uint8")
    assert array.shape == (3, 32, 32)
    assert (array == array[0]).all()
    assert np.ptp(array) > 50


def test_small_pictures_are_enlarged() -> None:
    for mode in ("pad", "crop", "stretch"):
        assert standardize(GRAY, (200, 100), mode=mode).shape == (3, 100, 200)
    assert standardize(GRAY, (64, 64), mode="windows").shape == (12, 3, 64, 64)


def test_windows_are_parts_of_the_scaled_picture() -> None:
    ours = standardize(WIDE, (40, 30), mode="windows", dtype="uint8", layout="NHWC", overlap=0.25)
    scaled = streamresize.resize(WIDE, width=90, height=60, fit="fill").astype(int)
    offsets = [(y, x) for y in (0, 15, 30) for x in (0, 25, 50)]
    assert len(ours) == len(offsets)
    for window, (y, x) in zip(ours, offsets):
        np.testing.assert_array_equal(window, scaled[y : y + 30, x : x + 40])


def test_one_window_across_is_the_shortest_side() -> None:
    ours = standardize(HIGH, (45, 45), mode="windows", across=1, overlap=0)
    assert ours.shape == (5, 3, 45, 45)  # 45 x 200


def test_windows_are_those_of_the_upright_picture() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = pillow_jpeg(photo(300, 200), exif=exif.tobytes())
    assert len(standardize(turned, (10, 10), mode="windows", across=1, overlap=0)) == 2
    upright = standardize(turned, (20, 10), mode="windows", across=1, overlap=0, dtype="uint8")
    stored = standardize(turned, (20, 10), mode="windows", across=1, auto_orient=False)
    assert upright.shape == (3, 3, 10, 20)  # 20 x 30
    assert stored.shape == (2, 3, 10, 20)  # 20 x 13


def test_long_pictures_are_refused_before_they_are_decoded() -> None:
    long = small_jpeg([(1, 1)] * 3, (2000, 2))
    with pytest.raises(EncodeError, match="windows: most_windows is 256"):
        standardize(long, (224, 224), mode="windows")
    fewer = standardize(HIGH, (16, 16), mode="windows", most_windows=40)
    assert 30 < len(fewer) <= 40
    with pytest.raises(EncodeError, match="most_windows is 20"):
        standardize(HIGH, (16, 16), mode="windows", most_windows=20)


@given(st.integers(1, 300), st.integers(0, 3000), st.floats(0, 0.95))
def test_windows_cover_a_side_evenly(tile: int, more: int, overlap: float) -> None:
    side = tile + more
    offsets = spread(side, tile, overlap)
    assert offsets[0] == 0
    assert offsets[-1] == side - tile
    steps = np.diff(offsets)
    if len(steps):
        stride = max(1, int(tile * (1 - overlap)))
        assert steps.max() <= stride
        assert steps.max() - steps.min() <= 1
        assert (len(steps) - 1) * stride < side - tile  # with one fewer, there would be a gap


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mode": "squash"}, "mode must be one of"),
        ({"dtype": "int8"}, "dtype must be one of"),
        ({"layout": "HWC"}, "layout must be one of"),
        ({"background": (0, 0, 300)}, "background must be"),
        ({"mean": (0.5, 0.5)}, "three numbers"),
        ({"std": (1.0, 0.0, 1.0)}, "no std is 0"),
        ({"dtype": "uint8", "mean": (0.5, 0.5, 0.5)}, "floating-point"),
        ({"across": 0.5}, "across must be"),
        ({"overlap": 1.0}, "overlap must be"),
        ({"size": (0, 5)}, "at least 1 pixel"),
    ],
)
def test_impossible_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        standardize(WIDE, **{"size": (8, 8), **options})


def test_a_batch_reports_what_failed() -> None:
    sources: list[Source] = [
        WIDE,
        b"no picture",
        in_pieces(HIGH, 1000),
        png(photo(9, 9)),
        WIDE[:200],
        GRAY,
    ]
    batch = standardize_many(sources, (24, 16))
    assert batch.arrays.shape == (4, 3, 16, 24)
    assert batch.positions.tolist() == [0, 2, 3, 5]
    assert sorted(batch.failures) == [1, 4]
    assert isinstance(batch.failures[1], streamresize.MalformedJPEG)
    np.testing.assert_array_equal(batch.arrays[1], standardize(HIGH, (24, 16)))


def test_windows_of_a_batch_know_their_picture() -> None:
    batch = standardize_many([WIDE, HIGH], (40, 30), mode="windows", layout="NHWC")
    counts = [len(standardize(source, (40, 30), mode="windows")) for source in (WIDE, HIGH)]
    assert batch.positions.tolist() == [0] * counts[0] + [1] * counts[1]
    assert batch.arrays.shape == (sum(counts), 30, 40, 3)


def test_a_batch_of_nothing_has_the_right_shape() -> None:
    batch = standardize_many([], (5, 7), dtype="float16")
    assert batch.arrays.shape == (0, 3, 7, 5)
    assert batch.arrays.dtype == np.float16
    strict = standardize_many([WIDE], (5, 7), limits=Limits(pixels=10))
    assert strict.positions.shape == (0,)
    assert isinstance(strict.failures[0], streamresize.LimitExceeded)


def test_processes_give_the_same(tmp_path: Path) -> None:
    paths = []
    for number, data in enumerate([WIDE, HIGH, GRAY, b"broken"]):
        paths.append(tmp_path / str(number))
        paths[-1].write_bytes(data)
    alone, shared = (standardize_many(paths, (20, 20), jobs=jobs) for jobs in (1, 2))
    np.testing.assert_array_equal(alone.arrays, shared.arrays)
    assert shared.positions.tolist() == [0, 1, 2]
    assert list(shared.failures) == [3]
