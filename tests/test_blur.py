"""Blurred outputs against a Gaussian in double precision, and Pillow's."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from scipy.ndimage import gaussian_filter

import streamresize
from streamresize import Format, Size, Subsampling
from streamresize.blur import LEAST_SIGMA, gaussian
from streamresize.cli import main

from .support.jpeg_writer import Options
from .support.memory import taken_and_estimated
from .support.oracle import psnr
from .support.pictures import in_pieces, photo, pillow_jpeg, small_jpeg
from .support.streaming import stream_above

COLOUR = pillow_jpeg(photo(600, 400), quality=95, subsampling="4:4:4")
GRAY = pillow_jpeg(photo(600, 400)[:, :, 0], quality=95)
SIGMAS = [0.4, 1.0, 2.5, 8.0, 30.0, 100.0]


def blurred(picture: NDArray[np.uint8], sigma: float) -> NDArray[np.float64]:
    """In double precision; the outermost pixels go on."""
    sigmas = (sigma, sigma, 0)[: picture.ndim]
    return np.asarray(gaussian_filter(picture.astype(float), sigmas, mode="nearest", truncate=6))


@pytest.mark.parametrize("sigma", SIGMAS)
def test_gray_is_that_of_the_gaussian(sigma: float) -> None:
    plain = streamresize.resize(GRAY, width=331)
    ours = streamresize.resize(GRAY, width=331, blur=sigma)
    assert np.abs(ours - blurred(plain, sigma)).max() <= 1.0  # half of it is the rounding


@pytest.mark.parametrize("sigma", SIGMAS)
def test_colours_are_those_of_the_gaussian(sigma: float) -> None:
    plain = streamresize.resize(COLOUR, width=331)
    ours = streamresize.resize(COLOUR, width=331, blur=sigma)
    difference = np.abs(ours - blurred(plain, sigma))  # Y, Cb and Cr are rounded on the way
    assert difference.max() <= 2.5
    assert difference.mean() <= 0.6


@pytest.mark.parametrize("sigma", [1.0, 3.0, 10.0])
def test_pillow_blurs_about_so(sigma: float) -> None:
    plain = Image.fromarray(streamresize.resize(COLOUR, width=331))
    theirs = np.asarray(plain.filter(ImageFilter.GaussianBlur(sigma)), float)
    assert np.abs(streamresize.resize(COLOUR, width=331, blur=sigma) - theirs).mean() < 1.0


@given(width=st.integers(1, 90), height=st.integers(1, 90), sigma=st.floats(0.0, 100.0))
@settings(max_examples=40)
def test_any_shape(width: int, height: int, sigma: float) -> None:
    data = pillow_jpeg(photo(90, 90)[:, :, 1])
    plain = streamresize.resize(data, width=width, height=height, fit="fill")
    ours = streamresize.resize(data, width=width, height=height, fit="fill", blur=sigma)
    expected = blurred(plain, sigma) if sigma >= LEAST_SIGMA else plain
    assert np.abs(ours - expected).max() <= 1.0


def test_weights() -> None:
    for sigma in (0.1, 0.7, 5.0, 100.0):
        weights = gaussian(sigma)
        offsets = np.arange(len(weights)) - len(weights) // 2
        assert weights.sum() == pytest.approx(1)
        np.testing.assert_allclose(weights, weights[::-1])
        if sigma > 1:
            assert np.sqrt((weights * offsets**2).sum()) == pytest.approx(sigma, rel=0.02)


def test_a_flat_picture_stays_flat() -> None:
    data = pillow_jpeg(np.full((90, 120), 200, np.uint8))
    assert set(np.unique(streamresize.resize(data, width=60, blur=7.3))) == {200}


@pytest.mark.parametrize("averaging", ["exact", "linear"])
def test_light_is_blurred_as_it_is_averaged(averaging: Any) -> None:
    stripes = np.zeros((400, 400), np.uint8)
    stripes[::20] = stripes[1::20] = 255
    data = pillow_jpeg(stripes, quality=100)
    ours = streamresize.resize(data, width=400, averaging=averaging, blur=30.0)
    # A tenth of the light is sample 89 (IEC 61966-2-1).
    assert np.abs(ours[150:250].astype(int) - (89 if averaging == "linear" else 25.5)).max() <= 1.5


@pytest.mark.parametrize("subsampling", get_args(Subsampling))
@pytest.mark.parametrize("orientation", [1, 2, 6, 8])
def test_jpegs_are_blurred_in_their_planes(subsampling: Subsampling, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    source = pillow_jpeg(photo(600, 400), quality=95, exif=exif.tobytes())
    array = streamresize.resize(source, width=301, height=301, blur=4.0)
    file = streamresize.thumbnail(source, (301, 301), blur=4.0, subsampling=subsampling, quality=98)
    assert psnr(np.asarray(Image.open(io.BytesIO(file))), array) > 44


@pytest.mark.parametrize("format", ["png", "webp", "rgb", "rgb565", "gray", "ycbcr", "auto"])
@pytest.mark.parametrize("source", [COLOUR, GRAY], ids=["colour", "gray"])
def test_formats(source: bytes, format: Format) -> None:
    """What is in a file is what is in the array."""
    array = streamresize.resize(source, width=99, blur=3.0)
    wide = array if array.ndim == 3 else np.repeat(array[:, :, None], 3, axis=2)
    image = streamresize.process(source, [Size(99, None, format=format, blur=3.0)]).images[0]
    data = image.data
    assert isinstance(data, bytes)
    if format in ("png", "webp", "auto"):
        shown = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
        assert psnr(shown, wide) > (32 if format != "png" else 90)
    elif format == "rgb":
        assert data == wide.tobytes()
    elif format == "rgb565":
        words = np.frombuffer(data, "<u2").reshape(wide.shape[:2])
        assert np.abs((words >> 5 & 63) * 255 / 63 - wide[:, :, 1]).max() <= 2.6
    else:  # Y comes first
        luma = np.asarray(Image.fromarray(wide).convert("L")).astype(int)
        ours = np.frombuffer(data, np.uint8)[: luma.size].reshape(luma.shape)
        assert np.abs(ours - luma).max() <= 1


@pytest.mark.parametrize("format", ["png", "gif"])
def test_palettes(format: Format) -> None:
    file = streamresize.thumbnail(COLOUR, (99, None), format=format, colors=64, blur=3.0)
    image = Image.open(io.BytesIO(file))
    assert image.mode == "P"
    array = streamresize.resize(COLOUR, width=99, blur=3.0)
    assert psnr(np.asarray(image.convert("RGB")), array) > 28


@pytest.mark.parametrize("source", ["cmyk", "rgb"])
def test_colour_models(source: str) -> None:
    if source == "cmyk":
        data = pillow_jpeg(Image.fromarray(photo(300, 200)).convert("CMYK"))
    else:
        data = small_jpeg([(1, 1)] * 3, (300, 200), Options(adobe_transform=0))
    plain = streamresize.resize(data, width=150)
    assert psnr(streamresize.resize(data, width=150, blur=2.0), blurred(plain, 2.0)) > 45


@pytest.mark.parametrize("format", ["jpeg", "png", "rgb", "gray"])
def test_streamed_files_are_blurred_as_whole_ones(
    format: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = Size(351, 263, fit="fill", format=format, blur=6.0)
    whole = streamresize.process(COLOUR, [size]).images[0]
    stream_above(monkeypatch, 0)
    streamed = streamresize.process(COLOUR, [size]).images[0]
    first, second = whole.data, streamed.data
    assert isinstance(first, bytes)
    assert isinstance(second, bytes)
    if format in ("jpeg", "png"):
        assert first != second
        shown, expected = (np.asarray(Image.open(io.BytesIO(data))) for data in (second, first))
        np.testing.assert_array_equal(shown, expected)
    else:
        assert first == second


def test_sources_in_pieces_and_several_sizes() -> None:
    sizes = [Size(200, None, format="array", blur=sigma) for sigma in (0.0, 5.0)]
    plain, soft = streamresize.process(in_pieces(COLOUR, 999), sizes).images
    np.testing.assert_array_equal(plain.data, streamresize.resize(COLOUR, width=200))
    np.testing.assert_array_equal(soft.data, streamresize.resize(COLOUR, width=200, blur=5.0))


def test_the_ground_of_a_canvas_is_not_blurred() -> None:
    padded = streamresize.resize(
        COLOUR, width=100, height=100, fit="pad", background="red", blur=9.0
    )
    assert (padded[:10] == (255, 0, 0)).all()
    assert not (padded[20:80] == (255, 0, 0)).all(axis=2).any()


@pytest.mark.parametrize("blur", [-0.1, 100.5, float("nan"), float("inf")])
def test_out_of_range(blur: float) -> None:
    with pytest.raises(ValueError, match="blur must be 0 to 100"):
        Size(10, 10, blur=blur)


@pytest.mark.parametrize("format", ["array", "jpeg"])
def test_the_estimate_covers_what_is_taken(format: Format, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(pillow_jpeg(photo(1600, 1200)))
    taken, estimated = taken_and_estimated(path, Size(1500, None, format=format, blur=100.0))
    assert taken <= estimated <= taken + 12_000_000


def test_estimates_of_streamed_outputs_do_not_grow_with_height() -> None:
    low = replace(streamresize.probe(COLOUR), width=6000, height=5000)
    high = replace(low, height=40_000)
    estimates = [
        streamresize.estimate_memory(info, [Size(5000, height, fit="fill", blur=50.0)], kept=False)
        for info, height in ((low, 4000), (high, 32_000))
    ]
    assert estimates[0] == estimates[1] < 40_000_000


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.jpg").write_bytes(COLOUR)
    assert main(["resize", "a.jpg", "-o", "b.png", "--size", "50", "--blur", "2.5"]) == 0
    expected = streamresize.thumbnail(COLOUR, (50, 50), format="png", blur=2.5)
    assert Path("b.png").read_bytes() == expected
    for wrong in ("-1", "101", "nan", "much"):
        with pytest.raises(SystemExit):
            main(["resize", "a.jpg", "-o", "c.png", "--size", "50", "--blur", wrong])
