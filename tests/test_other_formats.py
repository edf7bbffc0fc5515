"""Pictures that are no JPEGs: PNG, WebP, GIF, TIFF, BMP, AVIF, HEIC."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

import streamresize
from streamresize import (
    LimitExceeded,
    Limits,
    MalformedImage,
    Size,
    StreamResizeError,
    UnsupportedFormat,
)
from streamresize.cli import main

from .support.oracle import area_average, psnr
from .support.pictures import in_pieces, photo, pillow_jpeg

FORMATS = ("png", "webp", "gif", "tiff", "bmp", "avif", "heic")
PICTURE = Image.fromarray(photo(157, 93))


def encoded(image: Image.Image, format: str, **options: object) -> bytes:
    """A file, lossless where the format can be."""
    buffer = io.BytesIO()
    if format == "heic":
        pillow_heif.from_pillow(image).save(buffer, quality=90)
        return buffer.getvalue()
    if format == "webp":
        options = {"lossless": True, **options}
    image.save(buffer, format, **options)
    return buffer.getvalue()


def reference(data: bytes, mode: str = "RGB") -> NDArray[np.uint8]:
    """What Pillow makes of a file."""
    if data[4:8] == b"ftyp" and b"heic" in data[8:40]:
        return np.asarray(pillow_heif.read_heif(io.BytesIO(data)).to_pillow().convert(mode))
    return np.asarray(Image.open(io.BytesIO(data)).convert(mode))


@pytest.fixture(scope="module", params=FORMATS)
def file(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    return request.param, encoded(PICTURE, request.param)


def test_probe_names_format_and_decoder(file: tuple[str, bytes]) -> None:
    format, data = file
    info = streamresize.probe(data)
    assert (info.format, info.decoder, info.width, info.height) == (format, "pillow", 157, 93)
    assert (info.components, info.color, info.precision, info.sof) == (3, "rgb", 8, "")
    assert not info.has_alpha
    jpeg = streamresize.probe(pillow_jpeg(PICTURE))
    assert (jpeg.format, jpeg.decoder) == ("jpeg", "native")


def test_the_name_of_a_file_does_not_matter(file: tuple[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(file[1])
    assert streamresize.probe(path).format == file[0]
    with path.open("rb") as opened:
        assert streamresize.resize(opened, width=20).shape == (12, 20, 3)


def test_resizing_is_exact_area_averaging(file: tuple[str, bytes]) -> None:
    ours = streamresize.resize(file[1], width=41, height=23, fit="fill")
    assert np.abs(ours - area_average(reference(file[1]), 41, 23)).max() <= 1


def test_full_size_is_what_pillow_decodes(file: tuple[str, bytes]) -> None:
    np.testing.assert_array_equal(streamresize.resize(file[1], width=157), reference(file[1]))


@pytest.mark.parametrize("size", [1, 7, 100, 4096])
def test_streams_give_the_same(file: tuple[str, bytes], size: int) -> None:
    whole = streamresize.process(file[1], [Size(30, 30)], fingerprint=True)
    pieces = streamresize.process(in_pieces(file[1], size), [Size(30, 30)], fingerprint=True)
    assert whole == pieces
    assert pieces.bytes_read == len(file[1])
    assert streamresize.probe(in_pieces(file[1], size)) == whole.info


def test_all_outputs_come_from_one_pass(file: tuple[str, bytes]) -> None:
    outputs = ("jpeg", "png", "webp", "array")
    sizes = [Size(40, 40, format=format) for format in outputs]  # type: ignore[arg-type]
    result = streamresize.process(file[1], sizes, fingerprint=True)
    exact = area_average(reference(file[1]), 40, 24)
    for image in result.images:
        assert (image.width, image.height) == (40, 24)
        data = image.data
        shown = reference(data) if isinstance(data, bytes) else np.asarray(data)
        assert psnr(shown, exact) > 28
    import imagehash

    whole = Image.fromarray(reference(file[1]))
    assert result.fingerprint is not None
    assert imagehash.phash(whole) - result.fingerprint.imagehash() <= 2


def test_strips_join_to_the_planes(file: tuple[str, bytes]) -> None:
    tall = encoded(PICTURE.resize((700, 900)), file[0])
    for scale in (1, 2, 4, 8):
        planes = streamresize.decode_planes(tall, scale)
        strips = list(streamresize.strips(tall, scale))
        assert len(strips) > 1
        for number, plane in enumerate(planes):
            assert plane.shape == (-(-900 // scale), -(-700 // scale))
            np.testing.assert_array_equal(
                np.concatenate([strip.planes[number] for strip in strips]), plane
            )
            starts = np.cumsum([0, *[len(strip.planes[number]) for strip in strips]])
            assert [strip.starts[number] for strip in strips] == starts[:-1].tolist()
    full = reference(tall).astype(float)
    means = full[:896, :696].reshape(112, 8, 87, 8, 3).mean((1, 3))
    planes = streamresize.decode_planes(tall, 8)
    assert np.abs(np.stack(planes, axis=-1)[:112, :87] - means).max() <= 1
    mixed = streamresize.decode_planes(tall, [1, 2, 8])
    assert [plane.shape for plane in mixed] == [(900, 700), (450, 350), (113, 88)]
    with pytest.raises(ValueError, match="scales"):
        streamresize.decode_planes(tall, 3)


def on_matte(image: Image.Image, matte: tuple[int, int, int]) -> NDArray[np.float64]:
    layered = np.asarray(image.convert("RGBA")).astype(float)
    alpha = layered[:, :, 3:] / 255
    return np.asarray(layered[:, :, :3] * alpha + np.array(matte) * (1 - alpha))


def with_alpha(mode: str) -> Image.Image:
    """PICTURE behind a gradient of transparency, in another mode."""
    ramp = Image.fromarray(np.tile(np.linspace(0, 255, 157).astype(np.uint8), (93, 1)))
    image = PICTURE.convert("RGB" if mode in ("RGBA", "P") else "L")
    image.putalpha(ramp)
    return image.quantize(64) if mode == "P" else image


@pytest.mark.parametrize("matte", [(255, 255, 255), (10, 200, 90)])
@pytest.mark.parametrize(
    ("format", "mode"),
    [("png", "RGBA"), ("png", "LA"), ("png", "P"), ("webp", "RGBA"), ("tiff", "RGBA")],
)
def test_transparent_parts_show_the_matte(
    format: str, mode: str, matte: tuple[int, int, int]
) -> None:
    data = encoded(with_alpha(mode), format)
    info = streamresize.probe(data)
    assert info.has_alpha
    assert info.components == (1 if mode == "LA" else 3)
    ours = streamresize.resize(data, width=157, matte=matte)
    expected = on_matte(Image.open(io.BytesIO(data)), matte)
    if ours.ndim == 2:
        assert mode == "LA"
        assert matte == (255, 255, 255)
        expected = expected[:, :, 0]
    assert np.abs(ours - expected).max() <= 1


def test_a_transparent_colour_shows_the_matte() -> None:
    gray = np.full((9, 9), 70, np.uint8)
    gray[3:6] = 200
    data = encoded(Image.fromarray(gray), "png", transparency=200)
    assert streamresize.resize(data, width=9, matte=(1, 1, 1))[4].tolist() == [1] * 9
    gif = encoded(Image.fromarray(gray).convert("P"), "gif", transparency=200)
    shown = streamresize.resize(gif, width=9, matte=(1, 2, 3))
    assert shown[4, 4].tolist() == [1, 2, 3]
    assert shown[0, 0].tolist() == [70, 70, 70]


@pytest.mark.parametrize("matte", [(0, 0), (0, 0, 256), (-1, 0, 0)])
def test_a_matte_is_a_colour(matte: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="matte must be"):
        streamresize.Pass(matte=matte)


@pytest.mark.parametrize("format", ["png", "tiff"])
def test_sixteen_bits_are_rounded(format: str) -> None:
    deep = np.linspace(0, 65535, 64 * 64).reshape(64, 64).astype(np.uint16)
    data = encoded(Image.fromarray(deep), format)
    assert streamresize.probe(data).precision == 16
    ours = streamresize.resize(data, width=64)
    np.testing.assert_array_equal(ours, np.floor(deep / 257 + 0.5))


@pytest.mark.parametrize(
    ("mode", "format", "color"),
    [
        ("1", "png", "gray"),
        ("L", "bmp", "gray"),
        ("P", "png", "rgb"),
        ("P", "tiff", "rgb"),
        ("CMYK", "tiff", "cmyk"),
        ("YCbCr", "tiff", "ycbcr"),
    ],
)
def test_other_modes(mode: str, format: str, color: str) -> None:
    image = PICTURE.convert(mode)
    data = encoded(image, format)
    assert streamresize.probe(data).color == color
    ours = streamresize.resize(data, width=157)
    expected = np.asarray(image.convert("L" if ours.ndim == 2 else "RGB")).astype(int)
    assert np.abs(ours - expected).max() <= 2


@pytest.mark.parametrize("mode", ["F", "I", "LAB"])
def test_samples_without_a_range_are_refused(mode: str) -> None:
    image = Image.new(mode, (8, 8))
    with pytest.raises(UnsupportedFormat, match=f"not supported: tiff: .*mode {mode}"):
        streamresize.probe(encoded(image, "tiff"))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["png", "webp", "tiff", "avif"])
def test_orientation_is_applied(format: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(PICTURE, format, exif=exif)
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    ours = streamresize.resize(data, width=expected.width)
    np.testing.assert_array_equal(ours, np.asarray(expected))


def test_of_an_animation_the_first_frame_is_shown() -> None:
    frames = [Image.new("RGB", (20, 10), color) for color in ("red", "blue")]
    for format in ("gif", "webp", "png"):
        data = encoded(frames[0], format, save_all=True, append_images=frames[1:])
        assert streamresize.resize(data, width=20)[5, 5].tolist() == pytest.approx(
            [255, 0, 0], abs=3
        )


def test_heic_needs_pillow_heif(monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded(PICTURE, "heic")
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(UnsupportedFormat, match="pillow-heif is not installed"):
        streamresize.probe(data)


def test_brands_of_iso_files_tell_the_format() -> None:
    from streamresize.formats import identify

    def box(major: bytes, *compatible: bytes) -> bytes:
        body = b"ftyp" + major + bytes(4) + b"".join(compatible)
        return (len(body) + 4).to_bytes(4, "big") + body + b"avif"

    assert identify(box(b"avif", b"mif1")) == "avif"
    assert identify(box(b"mif1", b"miaf", b"heic")) == "heic"
    assert identify(box(b"mif1", b"miaf", b"avif")) == "avif"
    assert identify(box(b"isom", b"mp41")) == "jpeg"  # the brand behind the box does not count
    assert identify(b"BM" + bytes(12) + b"\x28\0\0\0") == "bmp"
    assert identify(b"BMW") == "jpeg"


def test_the_command_reads_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(encoded(with_alpha("RGBA"), "png"))
    assert main(["probe", str(path)]) == 0
    assert "157x93, png by pillow, rgb, 8 bit, orientation 1, alpha" in capsys.readouterr().out
    assert main(["resize", str(path), "-o", str(tmp_path / "small.jpg"), "--size", "40x40"]) == 0
    small = streamresize.probe(tmp_path / "small.jpg")
    assert (small.format, small.width, small.height) == ("jpeg", 40, 24)


def test_estimates_grow_with_the_picture() -> None:
    def estimate(side: int, format: str) -> int:
        info = streamresize.probe(encoded(Image.new("RGB", (side, side)), format))
        return streamresize.estimate_memory(info, [Size(10, 10, format="array")])

    pixels = 2000**2 - 1000**2
    assert 4 * pixels <= estimate(2000, "png") - estimate(1000, "png") <= 5 * pixels
    assert estimate(2000, "webp") - estimate(1000, "webp") >= 16 * pixels


def test_the_estimate_covers_what_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "large"
    code = f"""
import streamresize
from streamresize import Size
def peak():
    line = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024
before = peak()
info = streamresize.process({str(path)!r}, [Size(50, 50, format="array")]).info
print(peak() - before, streamresize.estimate_memory(info, [Size(50, 50, format="array")]))
"""
    for format in ("png", "webp", "tiff"):
        path.write_bytes(encoded(Image.new("RGBA", (2000, 2000), "red"), format))
        printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
        taken, estimated = map(int, printed.stdout.split())
        assert taken <= estimated + path.stat().st_size


# Hostile files


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, *chunks: bytes) -> bytes:
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = png_chunk(b"IDAT", zlib.compress(bytes(1 << 20)))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + pixels + png_chunk(b"IEND", b"")


def gif(screen: tuple[int, int], frame: tuple[int, int]) -> bytes:
    head = b"GIF89a" + struct.pack("<HH", *screen) + b"\x80\0\0" + bytes(6)
    return head + b"," + struct.pack("<HHHHB", 0, 0, *frame, 0) + b"\x02\x02\x44\x01\0;"


def tiff(*tags: tuple[int, int, int, int]) -> bytes:
    """Entries (tag, type, count, value) and nothing else."""
    entries = b"".join(struct.pack("<HHII", *tag) for tag in sorted(tags))
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + entries + bytes(4)


def tiff_tags(width: int, height: int) -> list[tuple[int, int, int, int]]:
    return [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (277, 3, 1, 1),
        (278, 4, 1, height),
        (279, 4, 1, 64),
    ]


@pytest.mark.parametrize(
    ("data", "limit"),
    [
        (png(50_000, 50_000), "whole_bytes"),
        (png(70_000, 10), "width"),
        (gif((65_535, 65_535), (4, 4)), "whole_bytes"),
        (tiff(*tiff_tags(60_000, 60_000)), "whole_bytes"),
        (tiff(*tiff_tags(4_000_000_000, 1)), "width"),
        (
            tiff(*tiff_tags(8, 8), (322, 4, 1, 1 << 17), (323, 4, 1, 1 << 17), (324, 4, 1, 8)),
            "whole_bytes",
        ),
    ],
)
def test_bombs_are_refused_before_they_go_off(data: bytes, limit: str) -> None:
    for source in (data, in_pieces(data, 500)):
        with pytest.raises(LimitExceeded) as caught:
            streamresize.thumbnail(source, (10, 10))
        assert caught.value.limit == limit


def test_a_frame_larger_than_the_screen_is_refused() -> None:
    with pytest.raises(UnsupportedFormat, match="MAX_IMAGE_PIXELS"):
        streamresize.probe(gif((1, 1), (65_535, 65_535)))


def test_refusing_a_bomb_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png(50_000, 50_000))
    code = f"""
import streamresize
import PIL.PngImagePlugin
def peak():
    line = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024
before = peak()
try:
    streamresize.thumbnail({str(path)!r}, (10, 10))
except streamresize.LimitExceeded:
    print(peak() - before)
"""
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert int(printed.stdout) < 10_000_000


@pytest.mark.parametrize(
    ("limits", "limit"),
    [
        (Limits(width=156), "width"),
        (Limits(height=92), "height"),
        (Limits(pixels=157 * 93 - 1), "pixels"),
        (Limits(source_bytes=200), "source_bytes"),
        (Limits(whole_bytes=10_000), "whole_bytes"),
    ],
)
def test_limits_hold(file: tuple[str, bytes], limits: Limits, limit: str) -> None:
    for source in (file[1], in_pieces(file[1], 100)):
        with pytest.raises(LimitExceeded) as caught:
            streamresize.probe(source, limits=limits)
        assert caught.value.limit == limit


@pytest.mark.parametrize(
    "data",
    [
        png(8, 8, png_chunk(b"eXIf", bytes(100_000))),
        png(8, 8, *[png_chunk(b"prIv", b"")] * 5_000),
    ],
)
def test_metadata_is_bounded_in_size_and_number(data: bytes) -> None:
    with pytest.raises(LimitExceeded, match="metadata_bytes"):
        streamresize.probe(data, limits=Limits(metadata_bytes=50_000))


def test_truncated_files_are_errors(file: tuple[str, bytes]) -> None:
    format, data = file
    for length in (64, len(data) // 3, len(data) // 2, len(data) * 9 // 10):
        with pytest.raises(MalformedImage, match=f"damaged {format}: .") as caught:
            streamresize.thumbnail(data[:length], (20, 20))
        assert caught.value.format == format


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_damage_gives_a_picture_or_a_typed_error(file: tuple[str, bytes]) -> None:
    format, data = file
    random = np.random.default_rng(len(data))
    small = Limits(pixels=1_000_000, whole_bytes=30_000_000)
    for _ in range(60):
        changed = bytearray(data)
        for place in random.integers(0, min(len(data), 400), 3):
            changed[place] = random.integers(256)
        try:
            picture = streamresize.resize(
                bytes(changed), width=5, height=5, fit="fill", limits=small
            )
        except StreamResizeError:
            continue
        assert picture.shape[:2] == (5, 5), format


ODD_TAGS = [
    [(273, 4, 0xFFFFFFFF, 8)],  # more offsets than there are bytes
    [(273, 4, 1, 0xFFFFFFF0)],
    [(259, 3, 1, 999)],
    [(258, 3, 1, 0)],
    [(277, 3, 1, 65535)],
    [(278, 4, 1, 0)],
    [(256, 5, 1, 8)],
    [(257, 2, 4, 8)],
    [(262, 3, 1, 77)],
    [(256, 4, 1, 0)],
    [(338, 3, 1, 77), (277, 3, 1, 2)],
]


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("tags", ODD_TAGS)
def test_odd_tags(tags: list[tuple[int, int, int, int]]) -> None:
    changed = {tag[0]: tag for tag in [*tiff_tags(8, 8), *tags]}
    with pytest.raises((MalformedImage, UnsupportedFormat)):
        streamresize.thumbnail(tiff(*changed.values()), (4, 4))
