"""Planes against libjpeg's, sample by sample, and against exact transforms."""

from __future__ import annotations

import io
import mmap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import streamresize
from streamresize.sources import Spool

from .support.jpeg_writer import Options
from .support.oracle import run_oracle, scaled_planes
from .support.pictures import in_pieces, photo, pillow_jpeg, small_jpeg

SAMPLINGS = [
    [(1, 1)],
    [(2, 2)],
    [(3, 2)],
    [(1, 1), (1, 1)],
    [(1, 1), (1, 1), (1, 1)],
    [(2, 1), (1, 1), (1, 1)],
    [(1, 2), (1, 1), (1, 1)],
    [(2, 2), (1, 1), (1, 1)],
    [(4, 1), (1, 1), (1, 1)],
    [(4, 2), (1, 1), (1, 1)],
    [(1, 4), (1, 1), (1, 1)],
    [(1, 3), (1, 1), (1, 1)],
    [(3, 1), (1, 1), (1, 1)],
    [(2, 4), (1, 1), (1, 1)],
    [(3, 2), (2, 1), (1, 1)],
    [(4, 1), (3, 1), (3, 1)],
    [(2, 2), (2, 1), (1, 2)],
    [(1, 1), (2, 2), (2, 2)],
    [(2, 2), (1, 1), (1, 1), (2, 2)],
    [(1, 1), (1, 1), (1, 1), (1, 1)],
]
PROGRESSIVE = {"progressive": True, "subsampling": "4:2:0"}


def progressive_jpeg() -> bytes:
    return pillow_jpeg(photo(150, 90), **PROGRESSIVE)


def assert_same_as_libjpeg(data: bytes) -> None:
    dump = run_oracle(data, "planes")
    assert dump is not None
    assert dump.warnings == 0
    planes = streamresize.decode_planes(data)
    assert len(planes) == len(dump.arrays)
    for ours, theirs in zip(planes, dump.arrays, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("sampling", SAMPLINGS, ids=str)
def test_every_sampling_is_bit_identical_to_libjpeg(sampling: list[tuple[int, int]]) -> None:
    assert_same_as_libjpeg(small_jpeg(sampling))


@pytest.mark.parametrize(
    "options",
    [
        Options(restart_interval=1),
        Options(restart_interval=5),
        Options(sof=1, wide_quantization=True, quantization_step=300),
        Options(optimized=True, quantization_step=1),
        Options(fill_bytes=3, restart_interval=2, trailing=b"trailing \xff\xd8 bytes"),
        Options(omit_tables=True),
        Options(adobe_transform=0),
        Options(jfif=True, comment=b"\xff\xda in a comment", icc_profile=bytes(70_000)),
    ],
    ids=lambda options: repr(options)[8:60],
)
def test_every_kind_of_segment_is_bit_identical_to_libjpeg(options: Options) -> None:
    assert_same_as_libjpeg(small_jpeg([(2, 1), (1, 1), (1, 1)], options=options))


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (9, 7), (16, 16), (17, 33), (300, 5)])
def test_every_size_is_bit_identical_to_libjpeg(size: tuple[int, int]) -> None:
    assert_same_as_libjpeg(small_jpeg([(2, 2), (1, 1), (1, 1)], size))


@pytest.mark.parametrize("options", [PROGRESSIVE, {"progressive": True, "subsampling": "4:4:4"}])
def test_progressive_is_bit_identical_to_libjpeg(options: dict[str, Any]) -> None:
    assert_same_as_libjpeg(pillow_jpeg(photo(150, 90), **options))
    assert_same_as_libjpeg(pillow_jpeg(photo(31, 90)[:, :, 0], **options))


@pytest.mark.parametrize("scale", [2, 4, 8])
@pytest.mark.parametrize("sampling", [SAMPLINGS[0], SAMPLINGS[7], SAMPLINGS[14]], ids=str)
def test_scaled_planes_are_within_one_level_of_the_exact_transform(
    sampling: list[tuple[int, int]], scale: int
) -> None:
    assert_scaled(small_jpeg(sampling), scale)


@pytest.mark.parametrize("scale", [2, 4, 8])
def test_scaled_progressive_planes_are_within_one_level_of_the_exact_transform(scale: int) -> None:
    assert_scaled(progressive_jpeg(), scale)


def assert_scaled(data: bytes, scale: int) -> None:
    dump = run_oracle(data, "coefficients")
    assert dump is not None
    ours = streamresize.decode_planes(data, scale)
    for plane, exact in zip(ours, scaled_planes(dump, scale), strict=True):
        assert plane.shape == exact.shape
        assert np.abs(plane - exact).max() <= 1


@pytest.mark.parametrize("data", [small_jpeg(SAMPLINGS[7]), progressive_jpeg()])
def test_every_component_has_its_own_scale(data: bytes) -> None:
    mixed = streamresize.decode_planes(data, (8, 1, 4))
    for component, scale in enumerate((8, 1, 4)):
        whole = streamresize.decode_planes(data, scale)
        np.testing.assert_array_equal(mixed[component], whole[component])


@pytest.mark.parametrize("scale", [0, 3, 16, (1, 1), (1, 2, 3)])
def test_other_scales_are_refused(scale: int | tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="scales"):
        streamresize.decode_planes(small_jpeg(SAMPLINGS[7]), scale)


class Pipe(io.RawIOBase):
    """A file object that can only be read forwards, and gives less than asked for."""

    def __init__(self, data: bytes) -> None:
        self._buffer = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._buffer.read(min(size, 1000))


SOURCES: dict[str, Callable[[Path], Any]] = {
    "path": lambda path: path,
    "string": str,
    "bytes": lambda path: path.read_bytes(),
    "bytearray": lambda path: bytearray(path.read_bytes()),
    "memoryview": lambda path: memoryview(path.read_bytes()),
    "file": lambda path: path.open("rb"),
    "unbuffered file": lambda path: path.open("rb", buffering=0),
    "BytesIO": lambda path: io.BytesIO(path.read_bytes()),
    "pipe": lambda path: Pipe(path.read_bytes()),
    "1 byte": lambda path: in_pieces(path.read_bytes(), 1),
    "64 bytes": lambda path: in_pieces(path.read_bytes(), 64),
    "65536 bytes": lambda path: in_pieces(path.read_bytes(), 65_536),
    "empty chunks": lambda path: (c for x in in_pieces(path.read_bytes(), 999) for c in (b"", x)),
}
FILES = {
    "baseline": small_jpeg([(2, 2), (1, 1), (1, 1)], (200, 90), Options(restart_interval=3)),
    "progressive": progressive_jpeg(),
}


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("name", FILES)
def test_every_source_gives_the_same_planes(name: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "source.jpg"
    path.write_bytes(FILES[name])
    for scale in (1, 8):
        source = SOURCES[kind](path)
        planes = streamresize.decode_planes(source, scale)
        for ours, expected in zip(
            planes, streamresize.decode_planes(FILES[name], scale), strict=True
        ):
            np.testing.assert_array_equal(ours, expected)
        if hasattr(source, "close"):
            source.close()


@pytest.mark.parametrize("name", FILES)
def test_mapped_files_and_files_read_from_the_middle(name: str, tmp_path: Path) -> None:
    path = tmp_path / "source.jpg"
    path.write_bytes(b"prefix" + FILES[name])
    expected = streamresize.decode_planes(FILES[name])
    with path.open("rb") as file:
        file.seek(6)
        np.testing.assert_array_equal(streamresize.decode_planes(file)[0], expected[0])
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            view = memoryview(mapped)[6:]
            np.testing.assert_array_equal(streamresize.decode_planes(view)[0], expected[0])
            view.release()


@pytest.mark.parametrize("name", FILES)
def test_strips_are_the_planes_cut_in_rows(name: str) -> None:
    planes = streamresize.decode_planes(FILES[name], 2)
    strips = list(streamresize.strips(FILES[name], 2))
    for component, plane in enumerate(planes):
        joined = np.vstack([strip.planes[component] for strip in strips])
        np.testing.assert_array_equal(joined, plane)
    starts = np.cumsum([0] + [len(strip.planes[0]) for strip in strips[:-1]])
    assert [strip.starts[0] for strip in strips] == starts.tolist()


@pytest.mark.parametrize("scale", [1, 8])
def test_the_height_may_follow_the_first_scan(scale: int) -> None:
    data = FILES["baseline"]
    at = data.index(b"\xff\xc0") + 5
    height = data[at : at + 2]
    late = data[:at] + b"\0\0" + data[at + 2 : -2] + b"\xff\xdc\0\4" + height + b"\xff\xd9"
    assert streamresize.probe(late).height == 90
    for source in (late, in_pieces(late, 7)):
        planes = streamresize.decode_planes(source, scale)
        for ours, expected in zip(planes, streamresize.decode_planes(data, scale), strict=True):
            np.testing.assert_array_equal(ours, expected)
    without = data[:at] + b"\0\0" + data[at + 2 :]
    with pytest.raises(streamresize.MalformedJPEG, match="no DNL segment"):
        streamresize.probe(without)


def test_a_spooled_stream_larger_than_the_memory_limit_gives_the_same_planes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Spool.__init__, "__defaults__", (100,))
    planes = streamresize.decode_planes(in_pieces(FILES["progressive"], 50))
    np.testing.assert_array_equal(planes[0], streamresize.decode_planes(FILES["progressive"])[0])
