"""Filters, linear light and sharpening against references in double precision."""

from __future__ import annotations

import io
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

import streamresize
from streamresize import FilterName, Size
from streamresize.cli import main
from streamresize.geometry import FAITHFUL, Span, choose_scale
from streamresize.resample import FILTERS, component_axis
from streamresize.transfer import transfer_of
from streamresize.upsampling import Upsampler

from .support.oracle import filter_matrix, filtered, psnr
from .support.pictures import photo, pillow_jpeg, small_jpeg

NAMES: tuple[FilterName, ...] = get_args(FilterName)
PILLOW = {
    "triangle": Image.Resampling.BILINEAR,
    "hamming": Image.Resampling.HAMMING,
    "catmullrom": Image.Resampling.BICUBIC,
    "lanczos3": Image.Resampling.LANCZOS,
}


def gray(width: int, height: int) -> tuple[bytes, NDArray[np.uint8]]:
    """A file and its samples, with all frequencies in it."""
    rng = np.random.default_rng(width)
    smooth = photo(width, height)[:, :, 0].astype(np.int16)
    noisy = (smooth + rng.integers(-40, 40, smooth.shape)).clip(0, 255).astype(np.uint8)
    data = pillow_jpeg(noisy, quality=95)
    return data, np.asarray(Image.open(io.BytesIO(data)))


def test_every_filter_has_a_name() -> None:
    assert set(FILTERS) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
@given(width=st.integers(1, 300), height=st.integers(1, 300))
@settings(max_examples=15, deadline=None)
def test_filters_are_those_of_the_literature(name: FilterName, width: int, height: int) -> None:
    data, samples = gray(211, 157)
    scale = choose_scale(min(211 / width, 157 / height), residual=FILTERS[name].residual)
    ours = streamresize.resize(
        data, width=width, height=height, fit="fill", enlarge=True, filter=name
    )
    reference: FilterName = "triangle" if name == "box" else name
    enlarged = [n > m for n, m in ((width, 211), (height, 157))]
    if name == "box" and any(enlarged):
        rows = filter_matrix(reference if enlarged[1] else "box", 157, height)
        columns = filter_matrix(reference if enlarged[0] else "box", 211, width)
        exact = rows @ samples @ columns.T
    else:
        exact = filtered(samples, width, height, name)
    if scale == 1:
        assert np.abs(ours - exact).max() <= 0.51
    else:
        assert np.abs(ours - exact).mean() <= 2.5


@pytest.mark.parametrize("name", PILLOW)
def test_filters_are_those_of_pillow(name: FilterName) -> None:
    data, samples = gray(400, 300)
    ours = streamresize.resize(data, width=170, filter=name)
    theirs = Image.fromarray(samples).resize((170, 128), PILLOW[name])
    assert np.abs(ours.astype(int) - np.asarray(theirs)).max() <= 1


@pytest.mark.parametrize("name", NAMES)
def test_a_flat_picture_stays_flat(name: FilterName) -> None:
    data = pillow_jpeg(np.full((90, 120), 200, np.uint8))
    for sharpen in (0.0, 1.0):
        ours = streamresize.resize(data, width=31, filter=name, sharpen=sharpen)
        assert set(np.unique(ours)) == {200}


def test_overshoot_is_clamped() -> None:
    steps = np.zeros((64, 64), np.uint8)
    steps[:, 32:] = 255
    ours = streamresize.resize(pillow_jpeg(steps, quality=100), width=23, filter="lanczos3")
    assert ours.min() == 0
    assert ours.max() == 255


@pytest.mark.parametrize("reduction", [2.3, 5.7, 16.0])
@pytest.mark.parametrize("name", [name for name in NAMES if FILTERS[name].residual == FAITHFUL])
def test_coarse_scales_lose_little(name: FilterName, reduction: float) -> None:
    picture = photo(960, 720)
    data = pillow_jpeg(picture, quality=92, subsampling="4:4:4")
    width, height = round(960 / reduction), round(720 / reduction)
    ours = streamresize.resize(data, width=width, height=height, fit="fill", filter=name)
    exact = filtered(np.asarray(Image.open(io.BytesIO(data))), width, height, name)
    assert psnr(ours, exact) > 45


SAMPLINGS = ["4:4:4", "4:2:2", "4:2:0"]


@pytest.mark.parametrize("name", ["box", "lanczos3"])
@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_colours_do_not_move_at_edges(name: FilterName, sampling: str) -> None:
    """The edge of a red half lies where the edge of its luma lies."""
    picture = np.zeros((160, 320, 3), np.uint8)
    picture[:, :, 2] = 200
    picture[:, 160:] = (220, 40, 40)
    data = pillow_jpeg(picture, quality=98, subsampling=sampling)
    ours = streamresize.resize(data, width=100, filter=name).astype(float)
    exact = filtered(picture, 100, 50, name)
    for channel in (0, 2):
        ours_moment, exact_moment = (
            (p[:, :, channel].mean(axis=0) * (np.arange(100) + 0.5)).sum()
            / p[:, :, channel].sum()
            * 50
            for p in (ours, exact)
        )
        assert abs(ours_moment - exact_moment) < 0.25


def test_tables_are_each_others_reverse() -> None:
    samples = np.arange(256)
    exact, linear = transfer_of("exact"), transfer_of("linear")
    assert exact is not None
    assert linear is not None
    for transfer in (exact, linear):
        np.testing.assert_array_equal(transfer.from_deep[transfer.to_deep[samples]], samples)
        assert transfer.to_deep[0] == 0
        assert transfer.to_deep[255] == 65535
    # IEC 61966-2-1: half of the light is sample 188.
    assert linear.from_deep[32768] == 188
    assert exact.from_deep[32768 - 300] == 126


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_exact_averaging(name: FilterName, sampling: str) -> None:
    data = pillow_jpeg(photo(300, 200), quality=95, subsampling=sampling)
    ours = streamresize.resize(
        data, width=41, height=27, fit="fill", filter=name, averaging="exact"
    )
    exact = filtered(np.asarray(Image.open(io.BytesIO(data))), 41, 27, name)
    assert np.abs(ours - exact).max() <= 0.51


@pytest.mark.parametrize("luma", [(1, 1), (2, 1), (2, 2), (1, 2)])
@given(width=st.integers(5, 70), height=st.integers(1, 70))
@settings(max_examples=20, deadline=None)
def test_exact_pictures_are_those_of_libjpeg(
    luma: tuple[int, int], width: int, height: int
) -> None:
    """Its chroma is interpolated with the same rounding, bit for bit, from three columns on."""
    data = small_jpeg([luma, (1, 1), (1, 1)], (width, height))
    ours = streamresize.resize(data, width=width, height=height, averaging="exact")
    np.testing.assert_array_equal(ours, np.asarray(Image.open(io.BytesIO(data))))


def test_other_samplings_are_interpolated_and_rounded() -> None:
    plane = np.random.default_rng(4).integers(0, 256, (3, 40), np.uint8)
    x, y = (component_axis(n, (1, d), 1, Span(0, n, n)) for n, d in ((160, 4), (3, 1)))
    (ours,) = Upsampler(x, y, (4.0, 1.0)).feed(plane, 0)
    places = (np.arange(160) + 0.5) / 4 - 0.5
    exact = np.stack([np.interp(places, np.arange(40), row) for row in plane])
    np.testing.assert_array_equal(ours, np.floor(exact + 0.5))


def srgb_to_light(samples: NDArray[np.generic]) -> NDArray[np.float64]:
    x = samples.astype(np.float64) / 255
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


def light_to_srgb(light: NDArray[np.float64]) -> NDArray[np.float64]:
    x = light.clip(0, 1)
    return 255 * np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("name", ["box", "lanczos3"])
@pytest.mark.parametrize("sampling", ["4:4:4", "4:2:0", "gray"])
def test_linear_light(name: FilterName, sampling: str) -> None:
    picture = photo(300, 200) if sampling != "gray" else gray(300, 200)[1]
    options = {} if sampling == "gray" else {"subsampling": sampling}
    data = pillow_jpeg(picture, quality=97, **options)
    decoded = np.asarray(Image.open(io.BytesIO(data))).reshape(200, 300, -1)
    ours = streamresize.resize(
        data, width=110, height=70, fit="fill", filter=name, averaging="linear"
    )
    light = srgb_to_light(decoded)
    rows, columns = filter_matrix(name, 200, 70), filter_matrix(name, 300, 110)
    exact = light_to_srgb(np.einsum("yr,rcd,xc->yxd", rows, light, columns))
    difference = np.abs(ours.reshape(70, 110, -1) - exact)
    assert difference.max() <= 1.5


def test_linear_light_of_stripes_is_brighter() -> None:
    stripes = np.zeros((200, 200), np.uint8)
    stripes[::2] = 255
    data = pillow_jpeg(stripes, quality=100)
    plain, linear = (
        streamresize.resize(data, width=50, averaging=averaging).mean()
        for averaging in ("fast", "linear")
    )
    assert abs(plain - 127.5) < 2
    assert abs(linear - 188) < 2


def test_linear_light_of_regions_and_formats() -> None:
    data = pillow_jpeg(photo(300, 200))
    part = streamresize.resize(data, width=50, region=(100, 80, 100, 100), averaging="linear")
    whole = streamresize.resize(data, width=150, height=100, averaging="linear")
    assert np.abs(part.astype(int) - whole[40:90, 50:100]).mean() < 1.5
    file = streamresize.thumbnail(data, (60, 60), averaging="linear", format="png")
    array = streamresize.resize(data, width=60, height=60, averaging="linear")
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(file))), array)


def test_sharpening_raises_contrast_of_luma() -> None:
    data = pillow_jpeg(photo(600, 400), quality=95)
    deviations = []
    for sharpen in (0.0, 0.5, 1.0):
        picture = streamresize.resize(data, width=100, sharpen=sharpen).astype(float)
        luma = picture @ [0.299, 0.587, 0.114]
        deviations.append(np.abs(np.diff(luma, axis=1)).mean())
    assert deviations[0] < deviations[1] < deviations[2] < 2 * deviations[0]


def test_sharpening_is_an_unsharp_mask() -> None:
    data, samples = gray(300, 240)
    small = filtered(samples, 100, 80, "lanczos3")
    k = 1 / 8
    mask = np.array([-k, 1 + 2 * k, -k])
    exact = np.apply_along_axis(np.convolve, 0, small, mask, "same")
    exact = np.apply_along_axis(np.convolve, 1, exact, mask, "same").clip(0, 255)
    ours = streamresize.resize(data, width=100, filter="lanczos3", sharpen=1.0)
    assert np.abs(ours - exact)[4:-4, 4:-4].mean() < 1.0


@pytest.mark.parametrize(
    "options", [{"filter": "cubic"}, {"sharpen": -0.1}, {"sharpen": 1.5}, {"averaging": "slow"}]
)
def test_impossible_wishes(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        Size(10, 10, **options)  # type: ignore[arg-type]


def test_estimates_know_light() -> None:
    info = streamresize.probe(pillow_jpeg(photo(2000, 300)))
    plain, linear = (
        streamresize.estimate_memory(info, [Size(100, None, averaging=averaging)])
        for averaging in ("fast", "linear")
    )
    assert linear > plain + 500_000


def test_the_command(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(str(tmp_path))
    data = pillow_jpeg(photo(200, 100))
    with open("a.jpg", "wb") as file:
        file.write(data)
    options = ["--filter", "lanczos3", "--averaging", "linear", "--sharpen", "0.5"]
    assert main(["resize", "a.jpg", "-o", "b.png", "--size", "50", *options]) == 0
    expected = streamresize.thumbnail(
        data, (50, 50), format="png", filter="lanczos3", averaging="linear", sharpen=0.5
    )
    with open("b.png", "rb") as file:
        assert file.read() == expected
    with pytest.raises(SystemExit):
        main(["resize", "a.jpg", "-o", "c.png", "--size", "50", "--sharpen", "2"])
