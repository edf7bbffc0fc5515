"""Damaged and hostile files: typed errors with a place, or a picture with a warning."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import streamresize
from streamresize import LimitExceeded, Limits, MalformedJPEG, Size, UnsupportedJPEG

from .support.jpeg_writer import Options
from .support.pictures import in_pieces, photo, pillow_jpeg, small_jpeg

COLOR = [(2, 2), (1, 1), (1, 1)]
WHOLE = small_jpeg(COLOR, (160, 160))
INTERVALS = small_jpeg(COLOR, (160, 160), Options(restart_interval=10))
PROGRESSIVE = pillow_jpeg(photo(160, 160), progressive=True)
BYTES = st.binary(max_size=60)


def scan_start(data: bytes) -> int:
    at = data.index(b"\xff\xda")
    return at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")


def warnings_of(data: bytes) -> tuple[str, ...]:
    return streamresize.process(data, [Size(40, 40)]).warnings


def test_a_cut_file_keeps_its_rows_and_warns() -> None:
    cut = WHOLE[: (scan_start(WHOLE) + len(WHOLE)) // 2]
    whole, kept = (streamresize.decode_planes(data)[0] for data in (WHOLE, cut))
    np.testing.assert_array_equal(kept[:64], whole[:64])
    assert len(np.unique(kept[-8:])) <= 2  # the last DC goes on
    assert warnings_of(cut)[0].startswith("the entropy-coded data ends early (at byte ")
    with pytest.raises(MalformedJPEG, match="ends early") as caught:
        streamresize.decode_planes(cut, strict=True)
    assert scan_start(WHOLE) < caught.value.offset <= len(cut)


def test_damage_ends_at_the_next_restart_marker() -> None:
    at = INTERVALS.index(b"\xff\xd2") + 2
    damaged = INTERVALS[: at + 20] + b"\xff\x01" * 3 + INTERVALS[at + 26 :]
    whole, kept = (streamresize.decode_planes(data)[0] for data in (INTERVALS, damaged))
    np.testing.assert_array_equal(kept[:48], whole[:48])
    np.testing.assert_array_equal(kept[64:], whole[64:])
    assert len(warnings_of(damaged)) == 1


@pytest.mark.parametrize("lost", [1, 2])
def test_lost_intervals_are_skipped(lost: int) -> None:
    markers = [INTERVALS.index(bytes([0xFF, 0xD0 + n])) for n in (2, 2 + lost)]
    damaged = INTERVALS[: markers[0]] + INTERVALS[markers[1] :]
    whole, kept = (streamresize.decode_planes(data)[0] for data in (INTERVALS, damaged))
    np.testing.assert_array_equal(kept[:48], whole[:48])
    np.testing.assert_array_equal(kept[48 + 16 * lost :], whole[48 + 16 * lost :])
    assert "restart marker missing" in warnings_of(damaged)[0]


def test_a_repeated_restart_marker_is_passed_over() -> None:
    at = INTERVALS.index(b"\xff\xd3")
    doubled = INTERVALS[:at] + b"\xff\xd2" + INTERVALS[at:]
    np.testing.assert_array_equal(
        streamresize.decode_planes(doubled)[0], streamresize.decode_planes(INTERVALS)[0]
    )


def test_a_missing_end_is_no_damage() -> None:
    assert warnings_of(WHOLE[:-2]) == ()


def test_a_cut_progressive_file_shows_what_it_has() -> None:
    cut = PROGRESSIVE[: len(PROGRESSIVE) // 3]
    result = streamresize.process(cut, [Size(160, 160, format="array")])
    assert result.warnings
    whole = streamresize.resize(PROGRESSIVE, width=160).astype(float)
    assert np.abs(np.asarray(result.images[0].data) - whole).mean() < 25


def test_arithmetic_scans_that_run_dry_are_alike_however_they_arrive() -> None:
    """Any bytes are arithmetic-coded data; these are too few. Once a scan's end was taken for the
    place up to which the source had arrived.
    """
    arithmetic = PROGRESSIVE.replace(b"\xff\xc2", b"\xff\xca")
    size = [Size(160, 160, format="array")]
    whole = streamresize.process(arithmetic, size)
    pieces = streamresize.process((bytes([octet]) for octet in arithmetic), size)
    assert whole.warnings == pieces.warnings
    np.testing.assert_array_equal(whole.images[0].data, pieces.images[0].data)


def test_many_damaged_places_are_counted() -> None:
    data = small_jpeg([(1, 1)], (200, 200), Options(restart_interval=1))
    start = scan_start(data)
    broken = data[:start] + data[start:].replace(b"\xff\xd1", b"\xff\xd6")
    lines = warnings_of(broken)
    assert len(lines) == 17
    assert lines[-1].endswith("more damaged places")


HEADER = WHOLE[: scan_start(WHOLE)]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "SOI"),
        (b"\xff", "SOI"),
        (b"GIF88a", "SOI"),
        (b"\xff\xd8", "ends inside its headers"),
        (HEADER[:100], "ends inside its headers"),
        (b"\xff\xd8\xff\xd9", "EOI before any scan"),
        (b"\xff\xd8\xff\xda\0\x08", "SOS before SOF"),
        (b"\xff\xd8\xff\xdb\0\x01", "segment length below 2"),
        (HEADER.replace(b"\xff\xdb\0\x43\0", b"\xff\xdb\0\x43\x07"), "DQT"),
        (HEADER.replace(b"\xff\xdb\0\x43\0", b"\xff\xdb\0\x43\x01"), "quantization table not"),
    ],
)
def test_malformed_headers(data: bytes, reason: str) -> None:
    for work in (streamresize.probe, lambda source: streamresize.thumbnail(source, (10, 10))):
        if "quantization" in reason and work is streamresize.probe:
            continue
        with pytest.raises(MalformedJPEG, match=reason) as caught:
            work(data)
        assert 0 <= caught.value.offset <= len(data)
        assert f"(at byte {caught.value.offset})" in str(caught.value)


@pytest.mark.parametrize(
    ("marker", "feature"),
    [(0xC3, "lossless"), (0xC5, "hierarchical"), (0xCB, "lossless"), (0xF7, "JPEG-LS")],
)
def test_unsupported_processes_are_named(marker: int, feature: str) -> None:
    with pytest.raises(UnsupportedJPEG, match=feature) as caught:
        streamresize.probe(WHOLE.replace(b"\xff\xc0", bytes([0xFF, marker])))
    assert feature in caught.value.feature


def test_hierarchical_files_are_refused_though_their_first_frame_could_be_read() -> None:
    at = WHOLE.index(b"\xff\xc0")
    frame = WHOLE[at + 2 : at + 2 + int.from_bytes(WHOLE[at + 2 : at + 4], "big")]
    with pytest.raises(UnsupportedJPEG, match="hierarchical"):
        streamresize.probe(WHOLE[:at] + b"\xff\xde" + frame + WHOLE[at:])


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        (Limits(width=159), "width"),
        (Limits(height=159), "height"),
        (Limits(pixels=160 * 160 - 1), "pixels"),
        (Limits(source_bytes=1000), "source_bytes"),
        (Limits(metadata_bytes=5), "metadata_bytes"),
        (Limits(blocks=100, blocks_per_byte=0), "blocks"),
    ],
)
def test_limits_are_named(limits: Limits, name: str) -> None:
    data = pillow_jpeg(photo(160, 160), comment=b"", exif=b"Exif\0\0" + bytes(10))
    streamresize.thumbnail(data, (20, 20))
    for source in (data, iter([data])):
        with pytest.raises(LimitExceeded, match=f"Limits\\({name}=") as caught:
            streamresize.thumbnail(source, (20, 20), limits=limits)
        assert caught.value.limit == name
        assert caught.value.value > caught.value.bound == getattr(limits, name)


def test_limits_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMRESIZE_MAX_WIDTH", "159")
    assert Limits.from_environment() == Limits(width=159)
    with pytest.raises(LimitExceeded, match="or STREAMRESIZE_MAX_WIDTH"):
        streamresize.probe(WHOLE)
    assert streamresize.probe(WHOLE, limits=Limits()).width == 160
    monkeypatch.setenv("STREAMRESIZE_MAX_WIDTH", "wide")
    with pytest.raises(ValueError, match="STREAMRESIZE_MAX_WIDTH must be a whole number"):
        streamresize.probe(WHOLE)


def test_scans_are_limited() -> None:
    with pytest.raises(LimitExceeded, match="scans is 6"):
        streamresize.thumbnail(PROGRESSIVE, (160, 160), limits=Limits(scans=5))


def test_a_tiny_file_with_a_huge_size_is_refused_before_any_work() -> None:
    at = HEADER.index(b"\xff\xc0") + 5
    bomb = HEADER[:at] + b"\xff\xdc\xff\xdc" + HEADER[at + 4 :] + b"\xff\xd9"
    with pytest.raises(LimitExceeded, match="blocks"):
        streamresize.thumbnail(bomb, (100, 100))
    with pytest.raises(LimitExceeded, match="blocks"):
        streamresize.thumbnail(iter([bomb]), (100, 100))


def test_an_error_is_final() -> None:
    from streamresize.decode import StripDecoder

    decoder = StripDecoder()
    decoder.feed(b"not a JPEG")
    for _ in range(2):
        with pytest.raises(MalformedJPEG, match="SOI"):
            _ = decoder.info


@settings(max_examples=300, deadline=None)
@given(
    data=st.sampled_from([WHOLE, INTERVALS, PROGRESSIVE]),
    place=st.floats(0, 1),
    length=st.integers(0, 60),
    inserted=BYTES,
    scale=st.sampled_from([1, 2, 4, 8]),
    chunk=st.integers(1, 700),
)
def test_any_damage_gives_the_same_picture_or_error_however_it_arrives(
    data: bytes, place: float, length: int, inserted: bytes, scale: int, chunk: int
) -> None:
    at = int(place * len(data))
    damaged = data[:at] + inserted + data[at + length :]
    limits = Limits(pixels=10_000_000)

    def outcome(source: object) -> object:
        try:
            return streamresize.decode_planes(source, scale, limits=limits)  # type: ignore[arg-type]
        except streamresize.StreamResizeError as error:
            return type(error)

    whole = outcome(damaged)
    pieces = outcome(in_pieces(damaged, chunk))
    if isinstance(whole, list):
        assert isinstance(pieces, list)
        for ours, theirs in zip(whole, pieces, strict=True):
            np.testing.assert_array_equal(ours, theirs)
    else:
        assert whole == pieces


def test_a_component_that_is_coded_twice() -> None:
    """Which must not be; what comes of it does not depend on how, and how often, it is decoded."""
    color = pillow_jpeg(photo(512, 256), subsampling=0)
    other = pillow_jpeg(np.ascontiguousarray(photo(512, 256)[::-1, :, 1]))
    interleaved = color.index(b"\xff\xda")
    scan = bytes.fromhex("ffda0008 0101 00 003f00") + other[scan_start(other) : -2]
    twice = color[:interleaved] + scan + color[interleaved:]
    first, *rest = (streamresize.decode_planes(twice, threads=n) for n in (1, 1, 2, 1))
    for again in rest:
        for ours, theirs in zip(first, again, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_sources_that_cannot_be_read(tmp_path: object) -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError("the disk is gone")

    with pytest.raises(streamresize.SourceError, match="the disk is gone"):
        streamresize.probe(Broken())
    with pytest.raises(streamresize.SourceError, match=r"cannot open .*missing.jpg"):
        streamresize.probe(f"{tmp_path}/missing.jpg")
    with pytest.raises(TypeError, match="binary mode"):
        streamresize.probe(io.StringIO("text"))  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        streamresize.probe(42)  # type: ignore[arg-type]
