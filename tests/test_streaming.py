"""Files written while the source is read: the same pictures, band by band; whole or not at all."""

from __future__ import annotations

import asyncio
import io
import struct
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import streamresize
from streamresize import EncodeError, Format, MalformedJPEG, OutputImage, Size
from streamresize.plan import kept_plan
from streamresize.sinks.bands import Bands, whole
from streamresize.sinks.jpeg_strips import StripJoiner
from streamresize.sinks.png_rows import PngRows
from streamresize.targets import MemoryTarget, Target

from .support import profiles
from .support.jpeg_writer import Options
from .support.pictures import in_pieces, photo, pillow_jpeg, small_jpeg, smooth_plane
from .support.streaming import stream_above, stream_nothing

PHOTO = pillow_jpeg(photo(400, 301))
TALL = pillow_jpeg(photo(600, 1200))  # of six strips
MIRRORED = Image.Exif()
MIRRORED[0x0112] = 2
SOURCES = {
    "ycbcr": PHOTO,
    "gray": pillow_jpeg(photo(400, 301)[:, :, 0]),
    "rgb": small_jpeg([(1, 1)] * 3, (401, 300), Options(adobe_transform=0)),
    "cmyk": pillow_jpeg(Image.fromarray(photo(400, 301)).convert("CMYK")),
    "progressive": pillow_jpeg(photo(400, 301), progressive=True),
    "mirrored": pillow_jpeg(photo(400, 301), exif=MIRRORED.tobytes()),
}


@pytest.fixture
def small_bands(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pictures of any size are streamed, in bands of a few rows."""
    stream_above(monkeypatch, 0)
    yield
    kept_plan.cache_clear()


def made(source: Any, size: Size) -> OutputImage:
    return streamresize.process(source, [size]).images[0]


def data_of(image: OutputImage) -> bytes:
    assert isinstance(image.data, bytes)
    return image.data


def decoded(image: OutputImage) -> Any:
    return np.asarray(Image.open(io.BytesIO(data_of(image))))


def restart_interval(file: bytes) -> int | None:
    """MCUs, as DRI says."""
    at = file.find(b"\xff\xdd\0\4")
    return None if at < 0 else int(struct.unpack_from(">H", file, at + 4)[0])


class Broken:
    """Takes so many bytes, then fails."""

    def __init__(self, room: int) -> None:
        self.room = room

    def write(self, data: bytes) -> int:
        self.room -= len(data)
        if self.room < 0:
            raise ConnectionError("gone")
        return len(data)


class Trickle(io.BytesIO):
    """Takes a part of what it is given, as raw files may."""

    def write(self, data: Any, /) -> int:
        return super().write(bytes(data[:7]))


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("subsampling", ["4:2:0", "4:2:2", "4:4:4"])
@pytest.mark.parametrize("has_turbojpeg", [True, False])
def test_joined_strips_show_what_one_piece_does(
    name: str, subsampling: Any, has_turbojpeg: bool, request: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from streamresize.sinks import encode

    if has_turbojpeg and encode.turbojpeg() is None:
        pytest.skip("libturbojpeg is not installed")
    if not has_turbojpeg:
        monkeypatch.setattr(encode, "turbojpeg", lambda: None)
    size = Size(351, 263, fit="fill", subsampling=subsampling, quality=90)
    whole = made(SOURCES[name], size)
    request.getfixturevalue("small_bands")
    streamed = made(SOURCES[name], size)
    assert restart_interval(data_of(whole)) is None
    assert data_of(streamed).count(b"\xff\xd0") == 2  # of ten strips or more, RST0 again
    assert np.array_equal(decoded(streamed), decoded(whole))


@settings(deadline=None)
@given(st.integers(1, 70), st.integers(1, 150), st.sampled_from([1, 2, 3]), st.booleans())
def test_joined_strips_are_the_file_with_restart_markers(
    width: int, height: int, rows: int, is_gray: bool
) -> None:
    picture = smooth_plane((height, width)) if is_gray else photo(width, height)
    side = 8 if is_gray else 16
    options = {} if is_gray else {"subsampling": "4:2:0"}
    target = MemoryTarget()
    joiner = StripJoiner(target, height, rows * -(-width // side))
    for top in range(0, height, rows * side):
        joiner.add(pillow_jpeg(picture[top : top + rows * side], **options))
    joiner.finish()
    assert target.commit() == pillow_jpeg(picture, restart_marker_rows=rows, **options)


def test_strips_with_other_tables_are_refused() -> None:
    joiner = StripJoiner(MemoryTarget(), 32, 2)
    joiner.add(pillow_jpeg(photo(32, 16)))
    with pytest.raises(EncodeError, match="coded in different ways"):
        joiner.add(pillow_jpeg(photo(32, 16), quality=50))


@settings(deadline=None)
@given(st.integers(1, 40), st.lists(st.integers(1, 9), min_size=1, max_size=5), st.booleans(),
       st.integers(0, 9), st.integers(0, 3))  # fmt: skip
def test_png_rows(width: int, bands: list[int], is_gray: bool, compression: int, seed: int) -> None:
    shape = (sum(bands), width) if is_gray else (sum(bands), width, 3)
    noise = np.random.default_rng(seed).integers(0, 256, shape)
    picture = (noise // 4**seed + np.arange(width).reshape(-1, *[1] * (len(shape) - 2))) % 256
    picture = picture.astype(np.uint8)
    target = MemoryTarget()
    writer = PngRows(target, len(picture), width, compression=compression)
    for band in np.split(picture, np.cumsum(bands)[:-1]):
        writer.add(band)
    writer.finish()
    image = Image.open(io.BytesIO(target.commit()))
    image.load()
    assert np.array_equal(np.asarray(image), picture)


def test_png_rows_are_about_as_small_as_pillows() -> None:
    picture = photo(300, 200)
    target = MemoryTarget()
    writer = PngRows(target, 200, 300, compression=6)
    writer.add(picture)
    writer.finish()
    theirs = io.BytesIO()
    Image.fromarray(picture).save(theirs, "png", compress_level=6)
    assert target.written < 1.05 * len(theirs.getvalue())


@pytest.mark.usefixtures("small_bands")
@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("format", ["png", "rgb", "rgb565", "gray"])
def test_streamed_rasters_are_the_array(
    name: str, format: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    streamed = made(SOURCES[name], Size(351, 263, fit="fill", format=format))
    stream_above(monkeypatch, 1 << 40)
    whole = made(SOURCES[name], Size(351, 263, fit="fill", format=format))
    if format == "png":
        assert data_of(streamed) != data_of(whole)  # of another writer
        assert np.array_equal(decoded(streamed), decoded(whole))
    else:
        assert streamed.data == whole.data


@pytest.mark.usefixtures("small_bands")
@pytest.mark.parametrize("orientation", [3, 4, 5, 6, 7, 8])
def test_pictures_that_come_in_another_order_are_written_whole(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    source = pillow_jpeg(photo(400, 301), exif=exif.tobytes())
    image = made(source, Size(300, 300))
    assert restart_interval(data_of(image)) is None
    picture = np.asarray(made(source, Size(300, 300, format="array")).data)
    assert np.abs(decoded(image).astype(int) - picture).mean() < 6


@pytest.mark.usefixtures("small_bands")
def test_auto_does_not_look_at_what_it_does_not_hold() -> None:
    image = made(PHOTO, Size(300, 300, format="auto"))
    assert image.format == "jpeg"
    assert image.reason == "too large to be looked at before it is written"
    assert restart_interval(data_of(image)) is not None


@given(st.lists(st.integers(1, 9), min_size=1, max_size=12), st.integers(1, 4), st.integers(1, 5))
def test_bands_hold_the_rows_in_order(counts: list[int], rows: int, lag: int) -> None:
    height = 2 * sum(counts)
    luma = np.arange(height, dtype=np.uint8)[:, None]
    chroma = np.arange(height // 2, dtype=np.uint8)[:, None]
    bands = Bands([luma.shape, chroma.shape], [2 * rows, rows])
    given_rows = 0
    waiting: list[int] = []
    taken = []
    for count in [*counts, *[0] * lag]:
        bands.add(0, luma[2 * given_rows : 2 * (given_rows + count)])
        waiting.append(count)
        given_rows += count
        if len(waiting) >= lag:  # chroma comes later
            start = given_rows - sum(waiting)
            bands.add(1, chroma[start : start + waiting.pop(0)])
        taken += [tuple(map(whole, band)) for band in bands.complete()]
    assert all(len(band[0]) == 2 * len(band[1]) for band in taken)
    assert all(len(band[1]) == rows for band in taken[:-1])
    assert np.array_equal(np.concatenate([band[0] for band in taken]), luma)
    assert np.array_equal(np.concatenate([band[1] for band in taken]), chroma)


@pytest.mark.usefixtures("small_bands")
def test_destinations(tmp_path: Path) -> None:
    sizes = [Size(300, 300), Size(100, 100, format="png"), Size(50, 50)]
    path, writable = tmp_path / "new" / "a.jpg", Trickle()
    kept = streamresize.process(PHOTO, sizes).images
    images = streamresize.process(PHOTO, sizes, to=[path, writable, None]).images
    assert path.read_bytes() == kept[0].data
    assert writable.getvalue() == kept[1].data
    assert [image.data for image in images] == [None, None, kept[2].data]
    assert [image.size for image in images] == [image.size for image in kept]
    assert [file.name for file in path.parent.iterdir()] == ["a.jpg"]


def test_impossible_destinations(tmp_path: Path) -> None:
    to: Any
    for to, size, message in (
        ([tmp_path / "a"], [Size(9, 9)] * 2, "2 sizes, but 1 destinations"),
        (tmp_path / "a", [Size(9, 9, format="array")], "an array is no file"),
    ):
        with pytest.raises(ValueError, match=message):
            streamresize.process(PHOTO, size, to=to)
    with pytest.raises(TypeError, match="something writable"):
        streamresize.process(PHOTO, [Size(9, 9)] * 2, to=[tmp_path / "a", 5])  # type: ignore[list-item]
    with pytest.raises(OSError, match="directory"):
        streamresize.process(PHOTO, [Size(9, 9)] * 2, to=[tmp_path / "a", tmp_path])
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("small_bands")
@pytest.mark.parametrize("room", [0, 5000])
def test_a_writable_that_fails_leaves_no_file_of_the_others(tmp_path: Path, room: int) -> None:
    with pytest.raises(ConnectionError, match="gone"):
        streamresize.process(PHOTO, [Size(300, 300)] * 2, to=[tmp_path / "a.jpg", Broken(room)])
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("is_streamed", [True, False])
def test_a_full_disk(tmp_path: Path, is_streamed: bool, request: pytest.FixtureRequest) -> None:
    if is_streamed:
        request.getfixturevalue("small_bands")
    with pytest.raises(OSError, match="No space left"):
        streamresize.process(PHOTO, [Size(300, 300)] * 2, to=[tmp_path / "a.jpg", "/dev/full"])
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("small_bands")
@pytest.mark.parametrize("old", [None, b"old"])
def test_a_source_that_fails_leaves_what_was_there(tmp_path: Path, old: bytes | None) -> None:
    target = tmp_path / "a.jpg"
    if old is not None:
        target.write_bytes(old)

    def chunks() -> Iterator[bytes]:
        for piece in in_pieces(TALL, 4096):
            if any(file.stat().st_size > 100_000 for file in tmp_path.glob(".*.tmp")):
                raise KeyboardInterrupt
            yield piece

    with pytest.raises(KeyboardInterrupt):
        streamresize.process(chunks(), [Size(400, 400, format="rgb")], to=target)
    with pytest.raises(MalformedJPEG):
        streamresize.process(PHOTO[: len(PHOTO) // 2], [Size(400, 400)], to=target, strict=True)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == ([] if old is None else [old])


def test_commit_and_abort(tmp_path: Path) -> None:
    from streamresize.targets import target_of

    path = tmp_path / "a"
    target = target_of(path)
    target.open()
    target.write(b"one")
    target.commit()
    target.abort()
    assert path.read_bytes() == b"one"
    assert (target.written, Target(io.BytesIO()).commit()) == (3, None)


def test_an_interruption_while_files_are_opened_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from streamresize import targets

    def interrupted(path: Path, mode: str) -> None:
        path.touch()
        if "second" in path.name:
            raise KeyboardInterrupt

    monkeypatch.setattr(targets, "open", interrupted, raising=False)
    goals = [tmp_path / "first.jpg", tmp_path / "second.jpg"]
    with pytest.raises(KeyboardInterrupt):
        streamresize.process(PHOTO, [Size(40, 40), Size(30, 30)], to=goals)
    assert not list(tmp_path.iterdir())


async def chunks_of(data: bytes, given: list[int]) -> AsyncIterator[bytes]:
    for piece in in_pieces(data, 4096):
        given.append(len(piece))
        yield piece


@pytest.mark.usefixtures("small_bands")
@pytest.mark.parametrize("size", [Size(380, 380), Size(380, 380, format="png"), Size(50, 50),
                                  Size(99, 99, format="webp")])  # fmt: skip
@pytest.mark.parametrize("name", ["ycbcr", "progressive"])
def test_asynchronous_pieces_are_the_file(size: Size, name: str) -> None:
    async def collect() -> list[bytes]:
        return [piece async for piece in streamresize.astream(chunks_of(SOURCES[name], []), size)]

    pieces = asyncio.run(collect())
    assert b"".join(pieces) == made(SOURCES[name], size).data
    assert (len(pieces) > 4) == (size.format != "webp" and size.width == 380)


@pytest.mark.usefixtures("small_bands")
def test_pieces_come_while_the_source_is_read() -> None:
    async def first() -> int:
        given: list[int] = []
        pieces = streamresize.astream(chunks_of(TALL, given), Size(600, 1200))
        assert (await anext(pieces))[:2] == b"\xff\xd8"
        await pieces.aclose()
        return sum(given)

    assert asyncio.run(first()) < len(TALL) // 2


@pytest.mark.usefixtures("small_bands")
def test_asynchronous_errors() -> None:
    async def collect(size: Size, **options: Any) -> None:
        source = chunks_of(PHOTO[: len(PHOTO) // 2], [])
        async for _ in streamresize.astream(source, size, **options):
            pass

    with pytest.raises(MalformedJPEG):
        asyncio.run(collect(Size(400, 400), strict=True))
    with pytest.raises(ValueError, match="an array is no file"):
        asyncio.run(collect(Size(400, 400, format="array")))


@pytest.mark.usefixtures("small_bands")
def test_asynchronous_sources_are_written_to_destinations(tmp_path: Path) -> None:
    target = tmp_path / "a.jpg"
    asyncio.run(streamresize.aprocess(chunks_of(PHOTO, []), [Size(300, 300)], to=target))
    assert target.read_bytes() == made(PHOTO, Size(300, 300)).data


def test_streamed_outputs_take_memory_for_bands_alone() -> None:
    low = replace(streamresize.probe(PHOTO), width=6000, height=5000)
    high = replace(low, height=40_000)
    for format in cast("list[Format]", ["jpeg", "png", "rgb", "rgb565", "gray"]):
        estimates = [
            streamresize.estimate_memory(info, [size], kept=False)
            for info, size in (
                (low, Size(5000, 4000, fit="fill", format=format)),
                (high, Size(5000, 32_000, fit="fill", format=format)),
            )
        ]
        assert estimates[0] == estimates[1] < 30_000_000
        padded = Size(5000, 60_000, fit="pad", format=format)
        assert streamresize.estimate_memory(low, [padded], kept=False) < 35_000_000
    kept = streamresize.estimate_memory(high, [Size(5000, 32_000, fit="fill")])
    assert kept > estimates[0] + 5000 * 32_000 // 10


WIDE = profiles.rgb_profile()
KEPT = pillow_jpeg(photo(400, 301), icc_profile=WIDE, exif=MIRRORED.tobytes(), xmp=b"<x:xmpmeta/>")


@pytest.mark.parametrize("format", ["jpeg", "png"])
@pytest.mark.parametrize("icc", ["srgb", "keep", "strip"])
def test_streamed_files_have_the_colours_and_metadata_of_whole_ones(
    icc: Any, format: Format, request: pytest.FixtureRequest
) -> None:
    size = Size(351, 263, fit="fill", format=format, icc=icc, keep={"exif", "xmp"}, quality=90)
    whole = made(KEPT, size)
    request.getfixturevalue("small_bands")
    streamed = made(KEPT, size)
    assert data_of(streamed) != data_of(whole)
    first, second = (Image.open(io.BytesIO(data_of(image))) for image in (whole, streamed))
    assert np.array_equal(np.asarray(first), np.asarray(second))
    assert second.info.get("icc_profile") == (WIDE if icc == "keep" else None)
    assert first.info["xmp"] == second.info["xmp"] == b"<x:xmpmeta/>"
    assert dict(first.getexif()) == dict(second.getexif()) == {0x0112: 1}


@pytest.mark.parametrize("format", ["jpeg", "png"])
def test_streamed_gray_is_converted_by_its_profile(
    format: Format, request: pytest.FixtureRequest
) -> None:
    source = pillow_jpeg(photo(400, 301)[:, :, 0], icc_profile=profiles.gray_profile())
    size = Size(351, 263, fit="fill", format=format)
    whole = made(source, size)
    request.getfixturevalue("small_bands")
    streamed = made(source, size)
    assert data_of(streamed) != data_of(whole)
    assert np.array_equal(decoded(streamed), decoded(whole))
    plain = made(SOURCES["gray"], size)
    assert not np.array_equal(decoded(streamed), decoded(plain))


@pytest.mark.parametrize("background", ["#204060", (9, 9, 9)])
@pytest.mark.parametrize("box", [(300, 300), (420, 200), (200, 4000)])
@pytest.mark.parametrize("format", ["jpeg", "png", "rgb", "rgb565", "gray"])
@pytest.mark.parametrize("name", ["ycbcr", "gray", "mirrored"])
def test_streamed_canvases_are_those_held_whole(
    name: str, format: Format, box: tuple[int, int], background: Any, request: pytest.FixtureRequest
) -> None:
    size = Size(*box, fit="pad", background=background, gravity="north-west", format=format)
    with pytest.MonkeyPatch.context() as patch:
        stream_nothing(patch)
        whole = made(SOURCES[name], size)
    request.getfixturevalue("small_bands")
    streamed = made(SOURCES[name], size)
    if format == "jpeg":
        assert restart_interval(data_of(streamed)) is not None
        assert restart_interval(data_of(whole)) is None
    if format in ("jpeg", "png"):
        assert np.array_equal(decoded(streamed), decoded(whole))
    else:
        assert streamed.data == whole.data


@pytest.mark.usefixtures("small_bands")
@given(
    height=st.integers(1, 90),
    box=st.tuples(st.integers(1, 90), st.integers(1, 400)),
    gravity=st.sampled_from(["north", "centre", "south-east"]),
)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_canvases_of_any_shape(height: int, box: tuple[int, int], gravity: Any) -> None:
    source = pillow_jpeg(photo(60, height))
    options: Any = {"fit": "pad", "background": (1, 2, 3), "gravity": gravity}
    streamed = made(source, Size(*box, format="rgb", **options))
    whole = made(source, Size(*box, format="array", **options)).data
    assert isinstance(whole, np.ndarray)
    assert streamed.data == whole.tobytes()


@pytest.mark.parametrize(
    "options", [{"averaging": "linear"}, {"filter": "lanczos3", "sharpen": 0.5}]
)
@pytest.mark.parametrize("format", ["jpeg", "png", "gray", "ycbcr"])
def test_streamed_files_are_resampled_as_whole_ones(
    options: dict[str, Any], format: Format, request: pytest.FixtureRequest
) -> None:
    size = Size(351, 263, fit="fill", format=format, **options)
    whole = made(PHOTO, size)
    request.getfixturevalue("small_bands")
    streamed = made(PHOTO, size)
    if format in ("jpeg", "png"):
        assert np.array_equal(decoded(streamed), decoded(whole))
    else:
        assert streamed.data == whole.data


@pytest.mark.usefixtures("small_bands")
def test_streamed_regions() -> None:
    size = Size(150, 90, fit="fill", format="png")
    region = streamresize.process(PHOTO, [size], region=(40, 60, 150, 90)).images[0]
    whole = streamresize.resize(PHOTO, width=400)
    assert np.array_equal(decoded(region), whole[60:150, 40:190])


def test_max_bytes_counts_metadata() -> None:
    image = made(KEPT, Size(100, 100, max_bytes=3000, icc="keep", keep={"exif", "xmp"}))
    assert image.size <= 3000
    assert image.size == len(data_of(image))
    plain = made(KEPT, Size(100, 100, max_bytes=3000))
    assert (image.quality or 0) < (plain.quality or 0)
