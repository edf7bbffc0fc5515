"""What is shown of a picture: regions, rotation, mirrors, canvases."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

import streamresize
from streamresize import (
    Background,
    Fit,
    Format,
    Gravity,
    ImageInfo,
    Mirror,
    Padding,
    Region,
    Rotation,
    Size,
)
from streamresize.decode import StripDecoder

from .support.corpus import in_folder, needs_corpus
from .support.jpeg_writer import Options
from .support.memory import taken_and_estimated
from .support.oracle import area_average, psnr
from .support.pictures import photo, pillow_jpeg, small_jpeg

Picture = NDArray[np.uint8]
JPEG = pillow_jpeg(photo(640, 480))
KINDS = {
    "baseline": JPEG,
    "progressive": pillow_jpeg(photo(640, 480), progressive=True),
    "restarts": pillow_jpeg(photo(640, 480), restart_marker_rows=1),
    "gray": pillow_jpeg(photo(640, 480)[:, :, 0]),
    "cmyk": pillow_jpeg(Image.fromarray(photo(640, 480)).convert("CMYK")),
    "rgb": small_jpeg([(1, 1)] * 3, (160, 120), Options(adobe_transform=0)),
}


def full_size(data: bytes) -> Picture:
    return streamresize.resize(data, width=65_000, auto_orient=False)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("region", [(0, 0, 33, 21), (37, 55, 90, 50), ("50%", "75%", "50%", "25%")])
def test_a_region_at_full_size_is_cut_out(kind: str, region: Region) -> None:
    data = KINDS[kind]
    full = full_size(data)
    height, width = full.shape[:2]
    x, y, w, h = (
        length if isinstance(length, int) else whole * int(length[:-1]) // 100
        for length, whole in zip(region, (width, height, width, height))
    )
    part = streamresize.resize(data, width=w, region=region)
    np.testing.assert_array_equal(part, full[y : y + h, x : x + w])


@pytest.mark.parametrize("factor", [2.5, 4, 9.3])
def test_a_smaller_region_is_that_of_the_full_decode(factor: float) -> None:
    full = np.asarray(Image.open(io.BytesIO(JPEG)))
    x, y, w, h = 101, 67, 405, 310
    size = round(w / factor), round(h / factor)
    part = streamresize.resize(JPEG, width=size[0], height=size[1], fit="fill", region=(x, y, w, h))
    assert psnr(part, area_average(full[y : y + h, x : x + w], *size)) > 38


@pytest.mark.parametrize("length", [1, 700, 1_000_000])
def test_regions_of_chunks(length: int) -> None:
    data = pillow_jpeg(photo(160, 120), quality=60)
    chunks = (data[start : start + length] for start in range(0, len(data), length))
    part = streamresize.resize(chunks, width=40, region=(50, 60, 40, 30))
    np.testing.assert_array_equal(part, full_size(data)[60:90, 50:90])


def test_rows_below_a_region_are_not_read() -> None:
    data = pillow_jpeg(photo(1600, 1600), quality=95)
    size = [Size(50, 50)]
    above = streamresize.process(data, size, region=(0, 0, "100%", "20%"))
    middle = streamresize.process(data, size, region=(0, "40%", "100%", "20%"))
    whole = streamresize.process(data, size)
    assert above.bytes_read < 0.4 * whole.bytes_read
    assert above.bytes_read < middle.bytes_read < 0.8 * whole.bytes_read


def test_only_wanted_mcu_rows_are_given_out() -> None:
    decoder = StripDecoder()
    decoder.feed(JPEG)
    assert isinstance(decoder.info, ImageInfo)
    decoder.start([1, 1, 1], rows=[range(100, 200), range(50, 101), range(0)])
    strips = list(decoder.strips())
    assert decoder.complete
    assert strips[0].starts == (96, 48, 48)
    assert sum(len(strip.planes[0]) for strip in strips) == 208 - 96
    whole = streamresize.decode_planes(JPEG)
    luma = np.concatenate([strip.planes[0] for strip in strips])
    np.testing.assert_array_equal(luma, whole[0][96:208])


@pytest.mark.parametrize("kind", ["baseline", "progressive"])
def test_only_wanted_mcu_columns_are_transformed(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(np, "empty", np.zeros)
    decoder = StripDecoder()
    decoder.feed(KINDS[kind])
    decoder.finish()
    assert isinstance(decoder.info, ImageInfo)
    columns = [range(200, 300), range(0), range(120, 155)]
    decoder.start([1, 1, 1], rows=[range(480), range(0), range(240)], columns=columns, whole=True)
    (strip,) = decoder.strips()
    for ours, whole, width in zip(strip.planes, streamresize.decode_planes(KINDS[kind]), (2, 1, 1)):
        first, last = 12 * 8 * width, 20 * 8 * width
        np.testing.assert_array_equal(ours[:, first:last], whole[:, first:last])
        assert not ours[:, :first].any()
        assert not ours[:, last:].any()


@pytest.mark.parametrize("kind", ["baseline", "progressive"])
def test_the_fingerprint_is_of_the_whole_stored_picture(kind: str) -> None:
    size = [Size(20, 20)]
    part = streamresize.process(
        KINDS[kind], size, fingerprint=True, region=(0, 0, 50, 50), rotate=90, mirror="vertical"
    )
    whole = streamresize.process(KINDS[kind], size, fingerprint=True)
    assert part.fingerprint is not None
    assert whole.fingerprint is not None
    # A region may ask for a finer DCT scale.
    assert part.fingerprint.distance(whole.fingerprint) <= 2
    alone = streamresize.process(KINDS[kind], size, region=(0, 0, 50, 50)).images[0]
    assert (alone.width, alone.height) == (20, 20)


def test_a_region_outside_the_picture() -> None:
    with pytest.raises(streamresize.RegionError, match=r"\(640, 0, 5, 5\) lies outside"):
        streamresize.thumbnail(JPEG, (5, 5), region=(640, 0, 5, 5))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("mirror", [None, "horizontal", "vertical"])
@pytest.mark.parametrize("format", ["jpeg", "array"])
def test_rotation_and_mirrors_after_exif_and_region(
    orientation: int, rotate: Rotation, mirror: Mirror | None, format: streamresize.Format
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = pillow_jpeg(Image.fromarray(photo(64, 48)), subsampling="4:4:4", exif=exif.tobytes())
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).crop((5, 3, 42, 40))
    expected = expected.rotate(-rotate, expand=True)
    if mirror:
        expected = {"horizontal": ImageOps.mirror, "vertical": ImageOps.flip}[mirror](expected)
    size = Size(37, 37, format=format, quality=98)
    image = streamresize.process(
        data, [size], region=(5, 3, 37, 37), rotate=rotate, mirror=mirror
    ).images[0]
    if isinstance(image.data, bytes):
        assert psnr(np.asarray(Image.open(io.BytesIO(image.data))), np.asarray(expected)) > 28
    else:
        np.testing.assert_array_equal(image.data, np.asarray(expected))


@needs_corpus
def test_orientation_files_of_the_corpus_come_out_upright() -> None:
    for side in ("landscape",):
        upright = Image.open(
            next(e.file for e in in_folder("valid") if e.path.endswith(f"{side}_1.jpg"))
        ).resize((120, 80))
        entries = [e for e in in_folder("valid") if f"exifsamples_{side}_" in e.path]
        assert len(entries) == 8
        for entry in entries:
            ours = streamresize.resize(entry.file, width=120, height=80, fit="fill")
            assert psnr(ours, np.asarray(upright)) > 22, entry.path


@pytest.mark.parametrize(
    ("gravity", "left", "top"),
    [("centre", 30, 0), ("west", 0, 0), ("south-east", 60, 0), ("fp:0.25:0.5", 15, 0)],
)
@pytest.mark.parametrize("data", [JPEG, KINDS["gray"]], ids=["colour", "gray"])
def test_pad_puts_the_picture_on_a_background(
    gravity: Gravity, left: int, top: int, data: bytes
) -> None:
    padded = streamresize.resize(
        data, width=140, height=60, fit="pad", gravity=gravity, background="#204060"
    )
    assert padded.shape == (60, 140, 3)
    inside = streamresize.resize(data, width=80, height=60)
    inside = inside if inside.ndim == 3 else np.repeat(inside[:, :, None], 3, axis=2)
    np.testing.assert_array_equal(padded[top : top + 60, left : left + 80], inside)
    outside = np.delete(padded, range(left, left + 80), axis=1)
    assert (outside == (0x20, 0x40, 0x60)).all()


def test_gray_stays_gray_on_gray() -> None:
    padded = streamresize.resize(
        KINDS["gray"], width=100, height=100, fit="pad", background=(9, 9, 9)
    )
    assert padded.shape == (100, 100)
    assert (padded[0] == 9).all()


PADDINGS: list[tuple[Padding, tuple[int, int, int, int]]] = [
    (7, (7, 7, 7, 7)),
    ((3, 10), (3, 10, 3, 10)),
    ((1, 2, 3, 40), (1, 2, 3, 40)),
    ((0, 0, 5, 0), (0, 0, 5, 0)),
]


def padded_by_numpy(picture: Picture, sides: tuple[int, int, int, int], rgb: Any) -> Picture:
    """sides: top, right, bottom, left."""
    top, right, bottom, left = sides
    wide = picture if picture.ndim == 3 else np.repeat(picture[:, :, None], 3, axis=2)
    planes = [
        np.pad(wide[:, :, i], ((top, bottom), (left, right)), constant_values=rgb[i])
        for i in range(3)
    ]
    return np.stack(planes, axis=-1)


@pytest.mark.parametrize(("padding", "sides"), PADDINGS)
@pytest.mark.parametrize("data", [JPEG, KINDS["gray"]], ids=["colour", "gray"])
@pytest.mark.parametrize("fit", ["contain", "cover", "pad"])
def test_padding(data: bytes, fit: Fit, padding: Padding, sides: tuple[int, int, int, int]) -> None:
    options: Any = {"width": 90, "height": 50, "fit": fit, "background": "#204060"}
    plain = streamresize.resize(data, **options)
    ours = streamresize.resize(data, padding=padding, **options)
    np.testing.assert_array_equal(ours, padded_by_numpy(plain, sides, (0x20, 0x40, 0x60)))


def test_no_padding_is_no_canvas() -> None:
    assert streamresize.thumbnail(JPEG, (90, 50), padding=(0, 0)) == streamresize.thumbnail(
        JPEG, (90, 50)
    )


def test_padding_is_multiplied_and_rounded() -> None:
    ours = streamresize.resize(JPEG, width=40, height=30, dpr=1.5, padding=(1, 2, 3, 5))
    assert ours.shape == (45 + 2 + 5, 60 + 3 + 8, 3)  # halves up
    plain = streamresize.resize(JPEG, width=40, height=30, dpr=1.5)
    np.testing.assert_array_equal(ours, padded_by_numpy(plain, (2, 3, 5, 8), (255, 255, 255)))


def test_padding_is_meant_for_the_finished_picture() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = pillow_jpeg(Image.fromarray(photo(120, 80)), exif=exif.tobytes())
    plain = streamresize.resize(turned, width=40, mirror="vertical", blur=2.0)
    ours = streamresize.resize(
        turned, width=40, mirror="vertical", blur=2.0, padding=(1, 2, 3, 4), background=(1, 2, 3)
    )
    np.testing.assert_array_equal(ours, padded_by_numpy(plain, (1, 2, 3, 4), (1, 2, 3)))


@pytest.mark.parametrize("data", [JPEG, KINDS["gray"]], ids=["colour", "gray"])
@pytest.mark.parametrize("background", ["#204060", (9, 9, 9)])
@pytest.mark.parametrize(
    "format", ["jpeg", "png", "gif", "webp", "avif", "auto", "rgb", "rgb565", "gray", "ycbcr"]
)
def test_padding_in_formats(format: Format, background: Background, data: bytes) -> None:
    options: Any = {"width": 90, "height": 60, "background": background, "padding": (4, 8, 12, 16)}
    if format == "avif":
        pytest.importorskip("PIL.AvifImagePlugin")
    array = streamresize.resize(data, **options)
    image = streamresize.process(data, [Size(format=format, **options)]).images[0]
    assert (image.width, image.height) == array.shape[1::-1] == (80 + 24, 60 + 16)
    file, wide = image.data, padded_by_numpy(array, (0, 0, 0, 0), (0, 0, 0))
    assert isinstance(file, bytes)
    if format == "rgb":
        assert file == wide.tobytes()
    elif format == "rgb565":
        assert len(file) == 2 * 104 * 76
    elif format in ("gray", "ycbcr"):
        luma = np.frombuffer(file, np.uint8)[: 104 * 76].reshape(76, 104)
        np.testing.assert_allclose(luma, np.asarray(Image.fromarray(wide).convert("L")), atol=1)
    else:
        shown = np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))
        assert psnr(shown, wide) > 28


def test_palettes_have_the_background() -> None:
    file = streamresize.thumbnail(
        JPEG, (90, 60), format="png", colors=16, padding=20, background=(255, 0, 0)
    )
    image = Image.open(io.BytesIO(file))
    assert image.mode == "P"
    assert np.abs(np.asarray(image.convert("RGB"))[0, 0].astype(int) - (255, 0, 0)).max() <= 4


def test_sides_too_long_with_padding() -> None:
    with pytest.raises(streamresize.EncodeError, match="cannot hold 16400 x"):
        streamresize.thumbnail(JPEG, (400, 400), format="webp", padding=(0, 8000))


@pytest.mark.parametrize("format", ["jpeg", "png", "webp"])
def test_canvases_in_files(format: streamresize.Format) -> None:
    data = streamresize.thumbnail(
        JPEG, (90, 90), fit="pad", format=format, background="red", rotate=90, quality=95
    )
    image = Image.open(io.BytesIO(data)).convert("RGB")
    assert image.size == (90, 90)
    assert np.abs(np.asarray(image)[45, 2].astype(int) - (255, 0, 0)).max() < 30


@pytest.mark.parametrize("fit", ["cover", "pad"])
def test_gravity_is_meant_for_the_upright_picture(fit: Fit) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = pillow_jpeg(Image.fromarray(photo(120, 80)), exif=exif.tobytes())
    upright = np.rot90(full_size(pillow_jpeg(photo(120, 80))), -1)
    north = streamresize.resize(turned, width=80, height=60, fit=fit, gravity="north")
    if fit == "cover":
        assert psnr(north, upright[:60]) > 40
    else:
        assert north.shape == (60, 80, 3)
        assert (north[:, 0] == 255).all()


def test_estimates_know_regions_and_canvases() -> None:
    info = streamresize.probe(pillow_jpeg(photo(2000, 1000)))
    size = [Size("100%", None, format="array")]
    whole = streamresize.estimate_memory(info, size)
    part = streamresize.estimate_memory(info, size, region=(0, 0, 500, 500))
    assert whole - part > 6 * (2000 * 1000 - 500 * 500)
    plain = streamresize.estimate_memory(info, [Size(1000, 1000, format="array")])
    padded = streamresize.estimate_memory(info, [Size(1000, 1000, "pad", "array")])
    assert padded - plain == 3 * 1000 * 1000
    around = streamresize.estimate_memory(info, [Size(1000, 1000, format="array", padding=50)])
    assert around - plain == 3 * 1100 * 600


@pytest.mark.parametrize("format", ["array", "jpeg", "png"])
def test_the_estimate_covers_what_padding_takes(format: Format, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(pillow_jpeg(photo(1600, 1200)))
    taken, estimated = taken_and_estimated(path, Size(1000, None, format=format, padding=300))
    assert taken <= 1.05 * estimated  # as measured in docs/memory.md, PNG is 1 % above
    assert estimated <= taken + 20_000_000
