"""gravity="smart": what draws the eye is kept, wherever it is and however the picture is turned."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageOps

import streamresize
from streamresize import Format, Mirror, Rotation, Size
from streamresize.attention import SIDE, attention, best_offset, best_window
from streamresize.cli import main

from .support.corpus import in_folder, needs_corpus
from .support.memory import taken_and_estimated
from .support.oracle import psnr
from .support.pictures import in_pieces, photo, pillow_jpeg, scene
from .support.streaming import stream_above

Picture = NDArray[np.uint8]
LONG, SHORT, PATCH = 480, 240, 60
PLACES = {
    "left": (0.0, 0.5),
    "right": (1.0, 0.5),
    "top": (0.5, 0.0),
    "bottom": (0.5, 1.0),
    "upper left": (0.0, 0.0),
    "lower right": (1.0, 1.0),
    "a third": (0.33, 0.33),
}
# What turns an upright picture into what is stored with an orientation.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
SCENE = pillow_jpeg(scene(5, 640, 360), quality=95)
SCENE_GRAY = pillow_jpeg(scene(5, 640, 360).convert("L"), quality=95)


def with_patch(size: tuple[int, int], place: tuple[float, float]) -> Image.Image:
    """Red and yellow checks on a gray slope."""
    width, height = size
    slope = np.linspace(90, 130, width)[None, :] + np.linspace(0, 20, height)[:, None]
    picture = np.repeat(slope[:, :, None], 3, axis=2).astype(np.uint8)
    left, top = (round(share * (side - PATCH)) for share, side in zip(place, size))
    checks = np.indices((PATCH, PATCH)).sum(axis=0) // 10 % 2
    patch = np.where(checks[:, :, None], (220, 40, 40), (230, 210, 60))
    picture[top : top + PATCH, left : left + PATCH] = patch
    return Image.fromarray(picture)


def stored(picture: Image.Image, orientation: int) -> bytes:
    """A file that shows the picture upright."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    method = STORED[orientation]
    turned = picture if method is None else picture.transpose(method)
    return pillow_jpeg(turned, exif=exif.tobytes(), subsampling="4:4:4", quality=95)


def of_the_patch(picture: Picture) -> int:
    """Its pixels."""
    return int((picture[:, :, 0].astype(int) - picture[:, :, 2] > 80).sum())


def test_the_stored_pictures_are_shown_upright() -> None:
    picture = with_patch((LONG, SHORT), (0.2, 0.1))
    for orientation in STORED:
        shown = ImageOps.exif_transpose(Image.open(io.BytesIO(stored(picture, orientation))))
        assert psnr(np.asarray(shown), np.asarray(picture)) > 30


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("size", [(LONG, SHORT), (SHORT, LONG)], ids=["landscape", "portrait"])
@pytest.mark.parametrize("orientation", STORED)
def test_what_draws_the_eye_is_kept(orientation: int, size: tuple[int, int], place: str) -> None:
    data = stored(with_patch(size, PLACES[place]), orientation)
    kept = streamresize.resize(data, width=120, height=120, fit="cover", gravity="smart")
    whole = streamresize.resize(data, width=120, height=120, fit="outside")
    assert kept.shape == (120, 120, 3)
    assert of_the_patch(kept) >= 0.97 * of_the_patch(whole) > 800
    along = PLACES[place][0 if size[0] == LONG else 1]
    if along in (0.0, 1.0):
        centre = streamresize.resize(data, width=120, height=120, fit="cover")
        assert of_the_patch(centre) < 0.1 * of_the_patch(whole)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("mirror", [None, "horizontal", "vertical"])
@pytest.mark.parametrize("orientation", [1, 6, 7])
def test_the_picture_is_looked_at_as_it_is_shown(
    orientation: int, mirror: Mirror | None, rotate: Rotation
) -> None:
    data = stored(with_patch((LONG, SHORT), (0.9, 0.2)), orientation)
    options: Any = {"rotate": rotate, "mirror": mirror}
    kept = streamresize.resize(data, width=100, height=100, fit="cover", gravity="smart", **options)
    whole = streamresize.resize(data, width=100, height=100, fit="outside", **options)
    assert of_the_patch(kept) >= 0.97 * of_the_patch(whole)


def test_only_the_region_counts() -> None:
    picture = np.asarray(with_patch((LONG, SHORT), (0.0, 0.5))).copy()
    picture[100:130, 300:330] = (60, 60, 200)
    data = pillow_jpeg(picture, quality=95)
    kept = streamresize.resize(
        data, width=50, height=100, fit="cover", gravity="smart", region=(200, 0, 280, 240)
    )
    assert (kept[:, :, 2].astype(int) - kept[:, :, 0] > 80).sum() > 100


def window_of(data: bytes, size: tuple[int, int], window: tuple[int, int]) -> tuple[slice, slice]:
    left, top = best_window(streamresize.resize(data, width=SIDE, height=SIDE), size, window)
    return slice(top, top + window[1]), slice(left, left + window[0])


@pytest.mark.parametrize("averaging", ["fast", "exact", "linear"])
@pytest.mark.parametrize("data", [SCENE, SCENE_GRAY], ids=["colour", "gray"])
def test_a_window_of_the_whole_picture(data: bytes, averaging: Any) -> None:
    options: Any = {"width": 90, "height": 90, "averaging": averaging, "filter": "lanczos3"}
    kept = streamresize.resize(data, fit="cover", gravity="smart", **options)
    whole = streamresize.resize(data, fit="outside", **options)
    assert whole.shape[:2] == (90, 160)
    np.testing.assert_array_equal(kept, whole[window_of(data, (160, 90), (90, 90))])


@pytest.mark.parametrize("data", [SCENE, SCENE_GRAY], ids=["colour", "gray"])
@pytest.mark.parametrize(
    "format", ["jpeg", "png", "gif", "webp", "auto", "rgb", "rgb565", "gray", "ycbcr"]
)
def test_formats(format: Format, data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    stream_above(monkeypatch, 0)  # large ones are no exception
    options: Any = {"width": 90, "height": 90, "fit": "cover", "gravity": "smart", "padding": 3}
    array = streamresize.resize(data, **options)
    image = streamresize.process(data, [Size(format=format, **options)]).images[0]
    assert (image.width, image.height) == (96, 96) == array.shape[:2]
    wide = array if array.ndim == 3 else np.repeat(array[:, :, None], 3, axis=2)
    file = image.data
    assert isinstance(file, bytes)
    if format == "rgb":
        assert file == wide.tobytes()
    elif format == "rgb565":
        assert len(file) == 2 * 96 * 96
    elif format in ("gray", "ycbcr"):
        luma = np.frombuffer(file, np.uint8)[: 96 * 96].reshape(96, 96)
        assert psnr(luma, np.asarray(Image.fromarray(wide).convert("L"))) > 45
    else:
        assert psnr(np.asarray(Image.open(io.BytesIO(file)).convert("RGB")), wide) > 25


def test_other_sources() -> None:
    buffer = io.BytesIO()
    with_patch((LONG, SHORT), (1.0, 0.5)).save(buffer, "png")
    cmyk = pillow_jpeg(with_patch((LONG, SHORT), (1.0, 0.5)).convert("CMYK"))
    for data in (buffer.getvalue(), cmyk):
        kept = streamresize.resize(data, width=120, height=120, fit="cover", gravity="smart")
        assert of_the_patch(kept) > 800


def test_one_pass_for_several_sizes_and_a_fingerprint() -> None:
    sizes = [Size(side, side, "cover", "array", gravity="smart") for side in (90, 180)]
    result = streamresize.process(
        in_pieces(SCENE, 777), [*sizes, Size(50, 50, format="array")], fingerprint=True
    )
    alone = [streamresize.process(SCENE, [size]).images[0].data for size in sizes]
    for image, expected in zip(result.images, alone):
        assert psnr(np.asarray(image.data), np.asarray(expected)) > 30
    assert result.fingerprint is not None
    assert result.images[2].data is not None


def test_it_looks_before_it_blurs() -> None:
    data = pillow_jpeg(with_patch((LONG, SHORT), (1.0, 0.5)))
    options: Any = {"width": 120, "height": 120, "fit": "cover", "gravity": "smart"}
    soft = streamresize.resize(data, blur=60.0, **options)
    assert soft[:, -30:, 0].mean() > soft[:, :30, 0].mean() + 5


def test_where_nothing_is_cut_or_nothing_stands_out() -> None:
    options: list[Any] = [{"fit": "contain"}, {"fit": "cover", "height": 90}, {"fit": "cover"}]
    for option in options:
        expected = streamresize.resize(SCENE, width=160, **option)
        smart = streamresize.resize(SCENE, width=160, gravity="smart", **option)
        np.testing.assert_array_equal(smart, expected)
    for width in (101, 150, 400):
        flat = np.full((100, width, 3), (60, 70, 80), np.uint8)
        assert best_window(flat, (width, 100), (70, 70)) == ((width - 70) // 2, 15)


def test_one_pixel_and_extreme_shapes() -> None:
    for width, height in ((1, 1), (1, 300), (300, 1), (2, 1)):
        data = pillow_jpeg(photo(300, 300)[:height, :width])
        kept = streamresize.resize(data, width=7, height=9, fit="cover", gravity="smart")
        assert kept.shape[:2] == (min(height, 9), min(width, 7))


@given(
    profile=st.lists(st.integers(0, 1000), min_size=1, max_size=SIDE),
    length=st.integers(1, 65_535),
    share=st.floats(0, 1),
)
def test_offsets(profile: list[int], length: int, share: float) -> None:
    window = max(1, round(share * length))
    values = np.array(profile, float)
    first = best_offset(values, length, window)
    assert 0 <= first <= length - window
    assert best_offset(values * 7, length, window) == first
    assert best_offset(np.ones(len(profile)), length, window) == (length - window) // 2
    assert best_offset(values + values[::-1], length, window) <= (length - window) / 2 + 1


@pytest.mark.parametrize("at", [0, 5, 31, 40, 63])
def test_a_single_place_comes_into_the_middle(at: int) -> None:
    profile = np.zeros(64)
    profile[at] = 1
    first = best_offset(profile, 6400, 1600)
    assert first == pytest.approx(min(max(100 * at + 50 - 800, 0), 4800), abs=101)


def test_edges_colour_and_skin_draw_the_eye() -> None:
    ground = np.full((40, 40, 3), 120, np.uint8)
    assert attention(ground).max() == pytest.approx(0)
    for patch in ((160, 160, 160), (120, 120, 200), (200, 150, 125)):
        picture = ground.copy()
        picture[10:20, 10:20] = patch
        seen = attention(picture)
        assert seen.argmax() in [40 * y + x for y in range(9, 21) for x in range(9, 21)]
        assert (seen[15, 15] > 0) == (len(set(patch)) > 1)
    blue, skin = np.array([[[125, 150, 200]]], np.uint8), np.array([[[200, 150, 125]]], np.uint8)
    assert attention(skin)[0, 0] > 2 * attention(blue)[0, 0]


def test_pad_cuts_nothing() -> None:
    with pytest.raises(ValueError, match='"pad" cuts nothing'):
        Size(10, 10, "pad", gravity="smart")
    with pytest.raises(ValueError, match="smart"):
        Size(10, 10, "cover", gravity="smartest")


@pytest.mark.parametrize("format", ["array", "jpeg", "png"])
def test_the_estimate_covers_what_is_taken(format: Format, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(pillow_jpeg(photo(3000, 1200)))
    size = Size(1200, 1200, "cover", format, gravity="smart")
    taken, estimated = taken_and_estimated(path, size)
    assert taken <= 1.05 * estimated
    assert estimated <= taken + 15_000_000
    plain = streamresize.estimate_memory(
        streamresize.probe(path), [Size(1200, 1200, "cover", "array")]
    )
    smart = streamresize.estimate_memory(
        streamresize.probe(path), [Size(1200, 1200, "cover", "array", gravity="smart")]
    )
    assert smart - plain >= 3 * 3000 * 1200  # the whole picture, beside the window


@needs_corpus
def test_libvips_mostly_looks_at_the_same() -> None:
    pytest.importorskip("pyvips", reason="pyvips is not installed", exc_type=ImportError)
    from benchmarks.smart import overlaps

    shares = [s for e in in_folder("photos/camera") for _, s in overlaps(e.file)]
    ours, _, middle = np.mean(shares, axis=0)
    assert ours > 0.85 > middle + 0.05


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.jpg").write_bytes(SCENE)
    arguments = ["--size", "90", "--fit", "cover", "--gravity", "smart"]
    assert main(["resize", "a.jpg", "-o", "b.png", *arguments]) == 0
    expected = streamresize.thumbnail(SCENE, (90, 90), fit="cover", gravity="smart", format="png")
    assert Path("b.png").read_bytes() == expected
    with pytest.raises(SystemExit):
        main(
            ["resize", "a.jpg", "-o", "c.png", "--size", "9", "--fit", "pad", "--gravity", "smart"]
        )
