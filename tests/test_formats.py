"""What each format makes of a picture, and what can be asked of it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from PIL import Image

import streamresize
from streamresize import FORMATS, EncodeError, Format, OutputImage, Size
from streamresize.color import to_luma
from streamresize.sinks.choice import flat_share

from .support.corpus import in_folder, needs_corpus
from .support.oracle import psnr
from .support.pictures import photo, pillow_jpeg, smooth_plane

PHOTO = pillow_jpeg(photo(400, 300))
GRAY = pillow_jpeg(photo(400, 300)[:, :, 0])
CMYK = pillow_jpeg(Image.fromarray(photo(400, 300)).convert("CMYK"))
Image.init()
BY_PILLOW = ["jpeg", "png", "webp", "gif"] + ["avif"] * ("AVIF" in Image.SAVE)


def made(source: bytes, size: Size) -> OutputImage:
    return streamresize.process(source, [size]).images[0]


def data_of(image: OutputImage) -> bytes:
    assert isinstance(image.data, bytes)
    return image.data


def opened(image: OutputImage) -> Image.Image:
    return Image.open(io.BytesIO(data_of(image)))


def pixels(image: Image.Image) -> Any:
    return np.asarray(image.convert("RGB"))


def drawing() -> bytes:
    """Large flat areas, and a photograph."""
    colors = np.random.default_rng(1).integers(0, 255, (10, 15, 3), np.uint8)
    picture = colors.repeat(32, axis=0).repeat(32, axis=1)
    picture[160:] = photo(480, 160)
    picture[160:, 120:] = 77
    return pillow_jpeg(picture, subsampling="4:4:4", quality=95)


@pytest.mark.parametrize("format", BY_PILLOW)
@pytest.mark.parametrize("source", [PHOTO, GRAY, CMYK], ids=["ycbcr", "gray", "cmyk"])
def test_files_show_the_picture(format: Format, source: bytes) -> None:
    image = made(source, Size(120, 120, format=format, quality=90))
    assert (image.width, image.height, image.format) == (120, 90, format)
    assert image.size == len(data_of(image))
    shown = opened(image)
    assert (shown.format or "").lower() == format
    exact = np.asarray(made(source, Size(120, 120, format="array")).data)
    expected = exact if exact.ndim == 3 else np.repeat(exact[..., None], 3, axis=2)
    assert psnr(pixels(shown), expected) > 27


@pytest.mark.parametrize("source", [PHOTO, GRAY, CMYK], ids=["ycbcr", "gray", "cmyk"])
def test_raw_pixels(source: bytes) -> None:
    formats: list[Format] = ["array", "rgb", "rgb565", "gray"]
    images = streamresize.process(source, [Size(75, 75, format=f) for f in formats]).images
    exact = np.asarray(images[0].data)
    rgb = exact if exact.ndim == 3 else np.repeat(exact[..., None], 3, axis=2)
    assert data_of(images[1]) == rgb.tobytes()
    in_16_bits = Image.frombytes("RGB", (75, 56), data_of(images[2]), "raw", "BGR;16")
    assert np.abs(pixels(in_16_bits).astype(int) - rgb).max() <= 5
    luma = np.frombuffer(data_of(images[3]), np.uint8).reshape(56, 75)
    assert np.abs(luma.astype(int) - to_luma(exact)).max() <= (0 if source is not PHOTO else 2)


@pytest.mark.parametrize(("subsampling", "chroma"), [
    ("4:4:4", (56, 75)), ("4:2:2", (56, 38)), ("4:2:0", (28, 38)),
])  # fmt: skip
@pytest.mark.parametrize("source", [PHOTO, GRAY, CMYK], ids=["ycbcr", "gray", "cmyk"])
def test_planes(source: bytes, subsampling: Any, chroma: tuple[int, int]) -> None:
    data = data_of(made(source, Size(75, 75, format="ycbcr", subsampling=subsampling)))
    exact = Image.fromarray(np.asarray(made(source, Size(75, 75, format="array")).data))
    expected = np.asarray(exact.convert("RGB").convert("YCbCr"))
    luma = np.frombuffer(data[: 56 * 75], np.uint8).reshape(56, 75)
    assert psnr(luma, expected[..., 0]) > 40
    planes = np.frombuffer(data[56 * 75 :], np.uint8).reshape(2, *chroma)
    for plane, wanted in zip(planes, np.moveaxis(expected[..., 1:], -1, 0)):
        smaller = Image.fromarray(wanted).resize(chroma[::-1], Image.Resampling.BOX)
        assert psnr(plane, np.asarray(smaller)) > 35


@pytest.mark.parametrize(("subsampling", "factors"), [
    ("4:4:4", (1, 1)), ("4:2:2", (2, 1)), ("4:2:0", (2, 2)),
])  # fmt: skip
@pytest.mark.parametrize("orientation", [1, 2, 5, 8])
@pytest.mark.parametrize("source", ["ycbcr", "cmyk"])
def test_subsampling_of_jpegs(
    source: str, subsampling: Any, factors: tuple[int, int], orientation: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    mode = {"ycbcr": "RGB", "cmyk": "CMYK"}[source]
    turned = pillow_jpeg(Image.fromarray(photo(200, 150)).convert(mode), exif=exif.tobytes())
    image = made(turned, Size(99, 99, subsampling=subsampling, quality=95))
    info = streamresize.probe(data_of(image))
    assert info.sampling == (factors, (1, 1), (1, 1))
    exact = made(turned, Size(99, 99, format="array")).data
    assert psnr(pixels(opened(image)), np.asarray(exact)) > 32


def test_options_of_jpegs() -> None:
    plain = made(PHOTO, Size(200, 200))
    optimized = made(PHOTO, Size(200, 200, optimize=True))
    progressive = made(PHOTO, Size(200, 200, progressive=True))
    assert len(data_of(optimized)) < len(data_of(plain))
    assert "progressive" in opened(progressive).info
    assert "progressive" not in opened(plain).info
    # The binding's and Pillow's libjpeg quantise the same coefficients.
    assert psnr(pixels(opened(optimized)), pixels(opened(plain))) > 45
    assert np.array_equal(pixels(opened(progressive)), pixels(opened(optimized)))


def test_webp_without_loss() -> None:
    image = made(PHOTO, Size(100, 100, format="webp", lossless=True))
    exact = made(PHOTO, Size(100, 100, format="array"))
    assert np.array_equal(pixels(opened(image)), np.asarray(exact.data))
    assert image.quality is None


def test_compression_of_pngs() -> None:
    fast, small = (made(PHOTO, Size(100, 100, format="png", compression=level)) for level in (1, 9))
    assert len(data_of(small)) < len(data_of(fast))
    assert np.array_equal(pixels(opened(small)), pixels(opened(fast)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"subsampling": "4:1:1"}, "subsampling must be one of"),
        ({"compression": 10, "format": "png"}, "compression must be 0 to 9"),
        ({"colors": 257, "format": "png"}, "colors must be 2 to 256"),
        ({"max_bytes": 0}, "max_bytes must be at least 1"),
        ({"colors": 9}, "jpeg has no colors"),
        ({"max_bytes": 9, "format": "png"}, "png has no max_bytes"),
        ({"progressive": True, "format": "webp"}, "webp has no progressive"),
        ({"lossless": True, "format": "avif"}, "avif has no lossless"),
        ({"subsampling": "4:4:4", "format": "array"}, "array has no subsampling"),
        ({"lossless": True, "max_bytes": 9, "format": "webp"}, "met by quality"),
    ],
)
def test_impossible_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Size(10, 10, **options)


def test_facts_of_formats() -> None:
    assert set(FORMATS) == set(get_args(Format))
    for format in BY_PILLOW:
        facts = FORMATS[format]  # type: ignore[index]
        assert Image.registered_extensions()[f".{facts.extension}"] == format.upper()
        assert Image.MIME[format.upper()] == facts.mime


@pytest.mark.parametrize("format", ["jpeg", "webp", "avif", "gif", "auto"])
def test_sides_that_a_format_cannot_hold(format: Format, tmp_path: Path) -> None:
    most = FORMATS[format].max_side
    small = pillow_jpeg(photo(64, 48)[:, :, 0])
    too_wide = Size(most + 1, 1, fit="fill", enlarge=True, format=format)
    with pytest.raises(EncodeError, match=f"at most {most} a side"):
        streamresize.process(small, [too_wide], to=tmp_path / "x")
    assert not list(tmp_path.iterdir())
    if format in ("jpeg", "webp"):
        widest = made(small, Size(most, 1, fit="fill", enlarge=True, format=format))
        assert opened(widest).size == (most, 1)


def test_avif_needs_a_pillow_that_writes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "SAVE", {})
    monkeypatch.setitem(__import__("sys").modules, "pillow_avif", None)
    with pytest.raises(EncodeError, match=r"streamresize\[avif\]"):
        made(PHOTO, Size(9, 9, format="avif"))


def test_auto_takes_jpeg_for_photographs() -> None:
    image = made(PHOTO, Size(200, 200, format="auto", quality=70, subsampling="4:4:4"))
    assert (image.format, image.quality) == ("jpeg", 70)
    assert (image.reason or "").startswith("photograph: ")
    assert streamresize.probe(data_of(image)).sampling == ((1, 1),) * 3
    assert psnr(pixels(opened(image)), streamresize.resize(PHOTO, width=200)) > 30


def test_auto_takes_png_for_flat_graphics() -> None:
    image = made(drawing(), Size(480, 480, format="auto"))
    assert (image.format, image.quality) == ("png", None)
    assert (image.reason or "").startswith("flat graphics: ")
    assert np.array_equal(pixels(opened(image)), streamresize.resize(drawing(), width=480))


def test_auto_takes_a_palette_for_few_colours() -> None:
    colors = np.array([[[0, 90, 9], [80, 0, 255]], [[180, 255, 0], [7, 7, 7]]], np.uint8)
    blocks = colors.repeat(64, axis=0).repeat(64, axis=1)
    source = io.BytesIO()
    Image.fromarray(blocks).save(source, "png")
    image = made(source.getvalue(), Size(128, 128, format="auto"))
    assert image.format == "png"
    assert opened(image).mode == "P"
    assert image.reason == "few colours: 4"
    assert np.array_equal(np.asarray(opened(image).convert("RGB")), blocks)


def test_auto_makes_no_palette_of_gray() -> None:
    gray = photo(400, 300)[:, :, 0]
    image = made(pillow_jpeg(gray), Size(400, 300, format="auto"))
    assert (image.format, (image.reason or "")[:11]) == ("jpeg", "photograph:")
    flat = np.array([[0, 90], [180, 255]], np.uint8).repeat(64, axis=0).repeat(64, axis=1)
    image = made(pillow_jpeg(flat), Size(128, 128, format="auto"))
    assert (image.format, opened(image).mode) == ("png", "L")


def test_small_photographs_are_no_pictures_of_few_colours() -> None:
    assert made(PHOTO, Size(12, 12, format="auto")).format == "jpeg"


def test_auto_keeps_to_max_bytes() -> None:
    free = made(drawing(), Size(480, 480, format="auto"))
    limit = free.size * 3 // 4
    image = made(drawing(), Size(480, 480, format="auto", max_bytes=limit))
    assert (image.format, image.size <= limit) == ("jpeg", True)
    assert f"but {free.size} bytes as png" in (image.reason or "")


def test_other_formats_need_no_reason() -> None:
    assert made(PHOTO, Size(10, 10)).reason is None


def test_flat_share() -> None:
    assert flat_share(np.zeros((3, 5), np.uint8)) == 1
    assert flat_share(np.arange(15, dtype=np.uint8).reshape(3, 5)) == 0
    assert flat_share(np.zeros((4, 1, 3), np.uint8)) == 0
    colors = np.array([[[1, 2, 3], [1, 2, 3], [1, 2, 4]]], np.uint8)
    assert flat_share(colors) == 0.5


@pytest.mark.parametrize("format", [f for f in BY_PILLOW if "max_bytes" in FORMATS[f].options])  # type: ignore[index]
@pytest.mark.parametrize("limit", [1500, 4000, 1 << 20])
def test_max_bytes_gives_the_best_quality_that_fits(format: Format, limit: int) -> None:
    image = made(PHOTO, Size(160, 160, format=format, max_bytes=limit))
    assert image.size == len(data_of(image)) <= limit
    assert image.quality is not None
    if image.quality < 100:
        larger = made(PHOTO, Size(160, 160, format=format, quality=image.quality + 1))
        assert larger.size > limit
    again = made(PHOTO, Size(160, 160, format=format, quality=image.quality))
    assert again.data == image.data


def test_max_bytes_that_nothing_fits_into() -> None:
    with pytest.raises(EncodeError, match="bytes at quality 1, max_bytes is 100"):
        made(PHOTO, Size(160, 160, max_bytes=100))


@needs_corpus
def test_max_bytes_of_a_hundred_photos() -> None:
    for entry in in_folder("photos/imagenet")[:100]:
        every = [Size(96, 96, quality=quality) for quality in range(1, 101)]
        sizes = [image.size for image in streamresize.process(entry.file, every).images]
        limit = sizes[len(entry.path) * 7 % 90]
        image = streamresize.process(entry.file, [Size(96, 96, max_bytes=limit)]).images[0]
        best = max(quality for quality, size in enumerate(sizes, 1) if size <= limit)
        assert image.size <= limit
        assert best - 2 <= (image.quality or 0) <= best


def test_smooth_planes_are_photographs() -> None:
    assert flat_share(smooth_plane((100, 100))) < 0.2
