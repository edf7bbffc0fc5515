"""Pictures out: sizes, quality, colours, encoders, fingerprints."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator

import imagehash
import numpy as np
import pytest
from PIL import Image, ImageOps

import streamresize
from streamresize import Size

from .support.corpus import in_folder, needs_corpus
from .support.jpeg_writer import Options, component_shape, encode
from .support.oracle import area_average, psnr
from .support.pictures import photo, pillow_jpeg, small_jpeg, smooth_plane

FACTORS = (3.0, 5.7, 16.0)
JPEG = pillow_jpeg(photo(640, 480))


def opened(data: object) -> Image.Image:
    assert isinstance(data, bytes)
    return Image.open(io.BytesIO(data))


def test_resize_is_close_to_exact_area_averaging() -> None:
    full = np.asarray(opened(JPEG))
    for factor in FACTORS:
        width, height = round(640 / factor), round(480 / factor)
        ours = streamresize.resize(JPEG, width=width, height=height, fit="fill")
        assert ours.shape == (height, width, 3)
        assert psnr(ours, area_average(full, width, height)) >= 40


@needs_corpus
def test_resize_of_camera_photos_is_close_to_exact_area_averaging() -> None:
    for entry in in_folder("photos/camera"):
        full = np.asarray(Image.open(entry.file))
        for factor in FACTORS:
            width, height = round(full.shape[1] / factor), round(full.shape[0] / factor)
            ours = streamresize.resize(
                entry.file, width=width, height=height, fit="fill", auto_orient=False, icc="strip"
            )
            exact = area_average(full, width, height)
            assert psnr(ours, exact) >= 40, (entry.path, factor)


def test_full_size_is_the_full_decode() -> None:
    data = pillow_jpeg(photo(), subsampling="4:4:4")
    np.testing.assert_array_equal(streamresize.resize(data, width=320), np.asarray(opened(data)))


def test_chroma_is_interpolated_where_the_output_is_finer() -> None:
    data = pillow_jpeg(photo(), subsampling="4:2:0")
    full = np.asarray(opened(data))
    assert psnr(streamresize.resize(data, width=320), full) > 45


@pytest.mark.parametrize(
    ("arguments", "size"),
    [
        ({"width": 100}, (100, 75)),
        ({"height": 100}, (133, 100)),
        ({"width": 100, "height": 100}, (100, 75)),
        ({"width": 100, "height": 100, "fit": "cover"}, (100, 100)),
        ({"width": 100, "height": 30, "fit": "fill"}, (100, 30)),
        ({"width": 5000}, (640, 480)),
        ({"width": 1280, "enlarge": True}, (1280, 960)),
        ({"width": 1280, "height": 640, "fit": "cover"}, (640, 480)),
        ({"width": 1280, "height": 100, "fit": "cover"}, (640, 100)),
        ({"width": 100, "height": 100, "fit": "outside"}, (133, 100)),
        ({"width": 100, "height": 100, "fit": "pad"}, (100, 100)),
        ({"width": 1000, "height": 500, "fit": "pad"}, (1000, 500)),
        ({"width": "25%", "dpr": 2.0}, (320, 240)),
        ({"width": 1, "height": 1}, (1, 1)),
    ],
)
def test_sizes(arguments: dict[str, object], size: tuple[int, int]) -> None:
    picture = streamresize.resize(JPEG, **arguments)  # type: ignore[arg-type]
    assert picture.shape == (size[1], size[0], 3)


def test_cover_shows_the_middle() -> None:
    full = np.asarray(opened(JPEG))[:, 80:560]
    ours = streamresize.resize(JPEG, width=120, height=120, fit="cover")
    assert psnr(ours, area_average(full, 120, 120)) > 40


def test_enlarging_is_linear_interpolation() -> None:
    ramp = np.tile(np.arange(0, 256, 8, dtype=np.uint8), (32, 1))
    data = pillow_jpeg(ramp, quality=100)
    large = streamresize.resize(data, width=64, height=64, enlarge=True)
    source = streamresize.resize(data, width=32).astype(float)
    positions = (np.arange(64) + 0.5) / 2 - 0.5
    expected = np.interp(positions, np.arange(32), source[16])
    assert np.abs(large[32] - expected).max() <= 1


def test_gray_stays_gray() -> None:
    data = pillow_jpeg(photo()[:, :, 0])
    assert streamresize.resize(data, width=50).ndim == 2
    for format in ("jpeg", "png", "webp"):
        image = opened(streamresize.thumbnail(data, (51, 51), format=format))
        assert image.size == (51, 38)
        assert image.mode == ("RGB" if format == "webp" else "L")


@pytest.mark.parametrize("transform", [0, 2, None])
def test_cmyk_becomes_rgb(transform: int | None) -> None:
    sampling = [(1, 1)] * 4
    data = small_jpeg(sampling, (64, 48), Options(adobe_transform=transform))
    ours = streamresize.resize(data, width=64)
    planes = streamresize.decode_planes(data)
    image = Image.merge("CMYK", [Image.fromarray(p) for p in planes])
    if transform == 2:
        ycc = Image.merge("YCbCr", image.split()[:3]).convert("RGB").split()
        inverse = [Image.eval(plane, lambda value: 255 - value) for plane in ycc]
        image = Image.merge("CMYK", [*inverse, image.split()[3]])
    if transform is not None:
        image = Image.eval(image, lambda value: 255 - value)
    assert np.abs(ours.astype(int) - np.asarray(image.convert("RGB"))).max() <= 2
    assert opened(streamresize.thumbnail(data, (20, 20))).mode == "RGB"


def test_rgb_coded_files_keep_their_colours() -> None:
    data = small_jpeg([(1, 1)] * 3, (64, 48), Options(adobe_transform=0))
    planes = streamresize.decode_planes(data)
    np.testing.assert_array_equal(streamresize.resize(data, width=64), np.stack(planes, axis=-1))
    thumbnail = opened(streamresize.thumbnail(data, (64, 64), quality=95)).convert("RGB")
    assert psnr(np.asarray(thumbnail), np.stack(planes, axis=-1)) > 25


def test_of_two_components_the_first_is_shown() -> None:
    data = small_jpeg([(1, 1), (1, 1)], (40, 30))
    np.testing.assert_array_equal(
        streamresize.resize(data, width=40), streamresize.decode_planes(data)[0]
    )


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["jpeg", "array"])
def test_exif_orientation_is_applied(orientation: int, format: str) -> None:
    plain = Image.open(io.BytesIO(pillow_jpeg(photo(64, 48), subsampling="4:4:4")))
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = pillow_jpeg(plain, subsampling="4:4:4", exif=exif.tobytes())
    expected = ImageOps.exif_transpose(opened(data))
    assert streamresize.probe(data).orientation == orientation
    size = Size(expected.width, expected.height, format=format, quality=98)  # type: ignore[arg-type]
    image = streamresize.process(data, [size]).images[0]
    assert (image.width, image.height) == expected.size
    picture = np.asarray(opened(image.data)) if format == "jpeg" else np.asarray(image.data)
    assert psnr(picture, np.asarray(expected)) > 30
    ignored = streamresize.resize(data, width=64, auto_orient=False)
    assert ignored.shape == (48, 64, 3)


@pytest.mark.parametrize("size", [(200, 150), (37, 28), (33, 25)])
@pytest.mark.parametrize("has_turbojpeg", [True, False])
def test_both_jpeg_encoders(
    size: tuple[int, int], has_turbojpeg: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from streamresize.sinks import encode

    if has_turbojpeg and encode.turbojpeg() is None:
        pytest.skip("libturbojpeg is not installed")
    if not has_turbojpeg:
        monkeypatch.setattr(encode, "turbojpeg", lambda: None)
    for source in (JPEG, pillow_jpeg(photo(640, 480)[:, :, 1])):
        image = opened(streamresize.thumbnail(source, size, fit="fill", quality=95))
        assert image.size == size
        picture = streamresize.resize(source, width=size[0], height=size[1], fit="fill")
        assert psnr(np.asarray(image), picture) > 32
    rgb = small_jpeg([(1, 1)] * 3, (64, 48), Options(adobe_transform=0))
    assert opened(streamresize.thumbnail(rgb, (20, 20))).size == (20, 15)


@pytest.mark.parametrize("format", ["png", "webp"])
def test_pillows_formats(format: str) -> None:
    image = opened(streamresize.thumbnail(JPEG, (100, 100), format=format, quality=90))  # type: ignore[arg-type]
    assert (image.format, image.size) == (format.upper(), (100, 75))
    assert psnr(np.asarray(image), streamresize.resize(JPEG, width=100)) > 30


def test_quality_matters() -> None:
    low, high = (streamresize.thumbnail(JPEG, (200, 200), quality=q) for q in (20, 95))
    assert 2 * len(low) < len(high)


def test_one_pass_gives_what_single_calls_give() -> None:
    result = streamresize.process(
        JPEG, [Size(120, 120), Size(100, 30, "fill"), Size(64, 64, format="array")]
    )
    assert [(image.width, image.height) for image in result.images] == [
        (120, 90),
        (100, 30),
        (64, 48),
    ]
    alone = streamresize.resize(JPEG, width=64, height=64)
    together = result.images[2].data
    assert isinstance(together, np.ndarray)
    assert psnr(together, alone) > 40
    assert result.bytes_read <= len(JPEG)
    assert result.warnings == ()
    assert result.fingerprint is None


@pytest.mark.parametrize(
    "data",
    [
        JPEG,
        pillow_jpeg(photo(500, 375)[:, :, 0]),
        pillow_jpeg(photo(900, 1200), progressive=True),
        pillow_jpeg(Image.fromarray(photo(300, 200)).convert("CMYK")),
        small_jpeg([(1, 1)] * 3, (150, 140), Options(adobe_transform=0)),
    ],
    ids=["ycbcr", "gray", "progressive", "cmyk", "rgb"],
)
def test_fingerprint_is_imagehashs_phash(data: bytes) -> None:
    expected = imagehash.phash(Image.open(io.BytesIO(data)))
    fingerprint = streamresize.process(data, [], fingerprint=True).fingerprint
    assert fingerprint is not None
    assert fingerprint.imagehash() - expected <= 2
    beside = streamresize.process(data, [Size(20, 20)], fingerprint=True).fingerprint
    assert beside == fingerprint


def test_fingerprints_differ_between_pictures() -> None:
    other = pillow_jpeg(np.ascontiguousarray(photo(640, 480)[:, ::-1]))
    first, second = (
        imagehash.hex_to_hash(str(streamresize.process(data, [], fingerprint=True).fingerprint))
        for data in (JPEG, other)
    )
    assert first - second > 10


@pytest.mark.parametrize("data", [JPEG, pillow_jpeg(photo(640, 480), progressive=True)])
@pytest.mark.parametrize("length", [1000, 99_999])
def test_asynchronous_chunks_give_the_same(data: bytes, length: int) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(data), length):
            yield data[start : start + length]

    sizes = [Size(90, 90), Size(30, 30, format="png")]
    result = asyncio.run(streamresize.aprocess(chunks(), sizes, fingerprint=True))
    expected = streamresize.process(data, sizes, fingerprint=True)
    assert [image.data for image in result.images] == [image.data for image in expected.images]
    assert result.fingerprint == expected.fingerprint


def test_no_more_is_read_than_needed() -> None:
    trailing = b"\0" * 3_000_000
    taken = 0

    def chunks() -> object:
        nonlocal taken
        data = JPEG + trailing
        for start in range(0, len(data), 10_000):
            taken = start + 10_000
            yield data[start : start + 10_000]

    streamresize.thumbnail(chunks(), (50, 50))  # type: ignore[arg-type]
    assert taken < len(JPEG) + 30_000


def test_progressive_files_are_read_as_far_as_the_scale_needs() -> None:
    data = pillow_jpeg(photo(2400, 1800), progressive=True)
    full, eighth, preview = (
        streamresize.process(data, [Size(width, None)], preview=early)
        for width, early in ((2400, False), (75, False), (75, True))
    )
    assert preview.bytes_read < eighth.bytes_read < full.bytes_read
    assert preview.bytes_read < len(data) / 3
    close = np.asarray(opened(preview.images[0].data))
    assert psnr(close, np.asarray(opened(eighth.images[0].data))) > 30


def test_12_bit_pictures() -> None:
    planes = [smooth_plane(component_shape((40, 30), [(1, 1)], 0))]
    data = bytearray(encode(planes, (40, 30), [(1, 1)], Options(sof=1, quantization_step=2)))
    at = data.index(b"\xff\xc1") + 4
    data[at] = 12  # the coefficients then mean samples around 2048
    deep = streamresize.decode_planes(bytes(data))[0]
    assert deep.dtype == np.uint16
    shallow = streamresize.decode_planes(
        encode(planes, (40, 30), [(1, 1)], Options(sof=1, quantization_step=2))
    )[0]
    inside = (shallow > 0) & (shallow < 255)
    assert np.abs(deep.astype(int) - 2048 - (shallow.astype(int) - 128))[inside].max() <= 1
    picture = streamresize.resize(bytes(data), width=40)
    assert picture.dtype == np.uint8
    np.testing.assert_array_equal(picture, np.minimum((deep + 8) >> 4, 255))


def test_keywords_that_do_not_belong() -> None:
    data = pillow_jpeg(photo(16, 16))
    with pytest.raises(TypeError, match="thumbnail"):
        streamresize.resize(data, width=8, format="png")
    with pytest.raises(TypeError, match="colour"):
        streamresize.thumbnail(data, (8, 8), colour=True)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="resize"):
        streamresize.thumbnail(data, (8, 8), format="array")
