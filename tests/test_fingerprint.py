"""Hashes against the packages that define them, and what a fingerprint promises."""

from __future__ import annotations

import json

import imagehash
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import streamresize
from streamresize import Size
from streamresize._native import SmallHasher
from streamresize.fingerprint import (
    Box,
    Fingerprint,
    HashReducer,
    Plane,
    chunks,
    content_box,
    hamming,
    make_fingerprint,
    pack,
    small_hashes,
    unpack,
)
from streamresize.fingerprint.dct import basis
from streamresize.fingerprint.maker import hasher
from streamresize.fingerprint.record import HASHES
from streamresize.fingerprint.reduction import (
    PillowReduction,
    RowReduction,
    joined_taps,
    lanczos_taps,
    pdq_taps,
    plane_samples,
    reduced,
)
from streamresize.fingerprint.symmetric import coefficients, symmetric_hash
from streamresize.geometry import ORIENTATIONS
from streamresize.sinks.picture import upright
from streamresize.strips import Samples

from .support.jpeg_writer import Options
from .support.pictures import photo, pillow_jpeg, small_jpeg

pdqhash = pytest.importorskip("pdqhash", reason="PDQ's own package is the oracle")


def luma_of(width: int, height: int, seed: int = 0) -> Samples:
    picture = np.asarray(Image.fromarray(photo(width, height)).convert("L"))
    return np.roll(picture, 41 * seed, axis=(0, 1))


def exact_fingerprint(luma: Samples, step: int = 37) -> Fingerprint:
    height, width = luma.shape
    reducer = HashReducer(width, height)
    for start in range(0, len(luma), step):
        reducer.feed(luma[start : start + step], start)
    whole = Box(0, 0, width, height)
    return make_fingerprint(Plane(width, height), reducer.hashes(), luma, whole)


@given(
    width=st.integers(1, 300),
    height=st.integers(1, 300),
    outputs=st.sampled_from([(32, 32), (64, 64), (9, 8), (8, 8)]),
    step=st.integers(1, 300),
)
@settings(max_examples=40, deadline=None)
def test_reduction_gives_pillows_samples(
    width: int, height: int, outputs: tuple[int, int], step: int
) -> None:
    luma = np.random.default_rng(width).integers(0, 256, (height, width), dtype=np.uint8)
    reduction = PillowReduction((width, height), outputs)
    for start in range(0, height, step):
        reduction.feed(luma[start : start + step], start)
    columns_first = Image.fromarray(luma).resize((outputs[0], height), Image.Resampling.LANCZOS)
    expected = columns_first.resize(outputs, Image.Resampling.LANCZOS)
    np.testing.assert_array_equal(reduction.samples(), np.asarray(expected))


@pytest.mark.parametrize("size", [(375, 500), (64, 64), (61, 300), (1201, 700)])
def test_reduction_of_rows_first_is_pillows_but_for_rounding(size: tuple[int, int]) -> None:
    luma = luma_of(*size)
    columns, rows = (lanczos_taps(side, 1.0, 64) for side in size)
    reduction = RowReduction(columns, rows, size[0])
    for start in range(0, len(luma), 50):
        reduction.feed(luma[start : start + 50], start)
    np.testing.assert_array_equal(reduction.samples(), reduced(luma, columns, rows))
    expected = np.asarray(Image.fromarray(luma).resize((64, 64), Image.Resampling.LANCZOS))
    assert np.abs(reduction.samples().clip(0, 255) - expected).max() < 1.25  # Pillow rounds twice


@given(pixels=st.integers(1, 2000), samples=st.integers(1, 500), side=st.data())
def test_weights_of_pdq_on_fewer_samples(pixels: int, samples: int, side: st.DataObject) -> None:
    """Each sample weighs what the pixels that it stands for weigh together."""
    scale = side.draw(st.sampled_from([1.0, 2.0, max(1.0, pixels / samples)]))
    dense = [np.zeros((64, plane_samples(pixels, s) + 1)) for s in (1.0, scale)]
    for matrix, s in zip(dense, (1.0, scale)):
        taps = pdq_taps(pixels, s)
        for row, first, length, weights in zip(matrix, taps.first, taps.lengths, taps.weights):
            row[first : first + length] = weights[:length]
    np.testing.assert_allclose(dense[1].sum(axis=1), 1.0, atol=1e-5)
    before = [np.cumsum(np.pad(matrix, ((0, 0), (1, 0))), axis=1) for matrix in dense]
    edges = np.minimum(np.arange(dense[1].shape[1]) * scale, pixels)
    for of_pixels, of_samples in zip(*before):
        expected = np.interp(edges, np.arange(len(of_pixels)), of_pixels)
        np.testing.assert_allclose(of_samples[: len(edges)], expected, atol=1e-5)


@pytest.mark.parametrize(("width", "height"), [(500, 375), (333, 500), (64, 64), (1201, 700)])
def test_exact_hashes(width: int, height: int) -> None:
    luma = luma_of(width, height)
    ours = exact_fingerprint(luma)
    picture = Image.fromarray(luma)
    assert str(ours) == ours.phash.hex() == str(imagehash.phash(picture))
    assert ours.imagehash("phash256") == imagehash.phash(picture, 16)
    assert ours.imagehash("dhash") == imagehash.dhash(picture)
    assert ours.imagehash("average") == imagehash.average_hash(picture)
    bits, quality = pdqhash.compute(np.stack([luma] * 3, axis=-1))
    assert ours.pdq == np.packbits(bits).tobytes()
    assert ours.pdq_quality == quality
    assert ours.scale == 1.0


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("width", [64, 300])
def test_pictures_that_change_in_one_direction_at_most(width: int, turned: bool) -> None:
    """All frequencies but a few are 0, and so is their median."""
    steps = np.random.default_rng(3).integers(0, 256, width)
    for line in (np.full(width, 77), np.arange(width) * 255 // width, steps):
        luma = np.repeat(line.astype(np.uint8)[None], 64, axis=0)
        luma = np.ascontiguousarray(luma.T) if turned else luma
        ours, picture = exact_fingerprint(luma), Image.fromarray(luma)
        assert ours.imagehash() == imagehash.phash(picture)
        assert ours.imagehash("phash256") == imagehash.phash(picture, 16)


@pytest.mark.parametrize("size", [(375, 500), (301, 777)])
def test_sheets_of_one_colour_are_alike(size: tuple[int, int]) -> None:
    sheets = [
        streamresize.process(
            pillow_jpeg(np.full((*size, 3), level, np.uint8)), [], fingerprint=True
        )
        for level in (1, 77, 200)
    ]
    first, *others = (sheet.fingerprint for sheet in sheets)
    assert first is not None
    for other in others:
        assert other is not None
        assert other.symmetric == first.symmetric == bytes(512)
        assert other.distance(first) == other.distance(first, "phash256") == 0


@pytest.mark.parametrize("size", [(1600, 1200), (700, 1000), (300, 200), (40, 30)])
def test_hashes_from_small_luma_are_close(size: tuple[int, int]) -> None:
    data = pillow_jpeg(photo(*size))
    quick = streamresize.process(data, [], fingerprint=True).fingerprint
    exact = streamresize.process(data, [], fingerprint="exact").fingerprint
    assert quick is not None
    assert exact is not None
    (luma, *_) = streamresize.decode_planes(data)
    whole = exact_fingerprint(luma.astype(np.uint8))
    assert all(exact.distance(whole, name) == 0 for name in HASHES)
    assert (quick.width, quick.height) == size
    assert max(quick.luma.shape) <= 384
    assert quick.distance(exact) <= 2
    # Photographs stay within 6; the high frequencies of this smooth picture lie at their median.
    assert quick.distance(exact, "phash256") <= 16
    assert quick.distance(exact, "pdq") <= 16


@pytest.mark.parametrize("size", [(250, 188), (61, 300), (9, 8)])
def test_hashes_of_small_luma_are_those_of_its_largest_reduction(size: tuple[int, int]) -> None:
    luma, plane = luma_of(*size), Plane(*size)
    hashes = small_hashes(luma, plane)
    columns, rows = (lanczos_taps(side, 1.0, 64) for side in size)
    largest = Image.fromarray(np.rint(reduced(luma, columns, rows).clip(0, 255)).astype(np.uint8))
    assert hashes.phash.hex() == str(imagehash.phash(largest))
    assert hashes.phash256.hex() == str(imagehash.phash(largest, 16))
    assert hashes.dhash.hex() == str(imagehash.dhash(largest))
    assert hashes.average.hex() == str(imagehash.average_hash(largest))
    exact = exact_fingerprint(luma)
    assert hamming(hashes.pdq, exact.pdq) == 0
    assert hashes.pdq_quality == exact.pdq_quality


def test_hashes_of_small_luma_refuse_what_does_not_lead_to_them() -> None:
    to_64, to_32 = lanczos_taps(90, 1.0, 64), lanczos_taps(90, 1.0, 32)
    luma = luma_of(90, 90)
    for wrong in range(4):
        taps = [to_64] * 4
        taps[wrong] = to_32
        with pytest.raises(ValueError, match="largest samples"):
            hasher().hashes(luma, *taps)
    fitting, small = lanczos_taps(89, 1.0, 64), np.ascontiguousarray(luma[:89, :89])
    for wrong in range(4):
        taps = [fitting] * 4
        taps[wrong] = to_64
        with pytest.raises(ValueError, match="taps"):
            hasher().hashes(small, *taps)


def test_tables_of_hashes_are_checked() -> None:
    columns, rows = joined_taps(64, (32, 9, 8)), joined_taps(64, (32, 8, 8))
    bases = [basis(32, 0, 8), basis(64, 0, 16), basis(64, 1, 17)]
    for across, down in (
        (rows, rows),
        (columns, columns),
        (joined_taps(65, (32, 9, 8)), rows),
        (columns, joined_taps(65, (32, 8, 8))),
    ):
        with pytest.raises(ValueError, match="taps"):
            SmallHasher(across, down, *bases)
    for number, side in enumerate((32, 64, 64)):
        for other in (basis(2 * side, 0, len(bases[number])), basis(side, 0, 4)):
            wrong = [*bases[:number], other, *bases[number + 1 :]]
            with pytest.raises(ValueError, match="basis"):
                SmallHasher(columns, rows, *wrong)


def test_thumbnails_change_a_fingerprint_little() -> None:
    data = pillow_jpeg(photo(900, 700))
    alone = streamresize.process(data, [], fingerprint=True).fingerprint
    beside = streamresize.process(data, [Size(800, None)], fingerprint=True).fingerprint
    assert alone is not None
    assert beside is not None
    assert alone.distance(beside) <= 2


@pytest.mark.parametrize(
    ("components", "options"),
    [
        (1, Options()),
        (3, Options(adobe_transform=0)),
        (4, Options(adobe_transform=2)),
        (2, Options()),
    ],
)
@pytest.mark.parametrize("mode", [True, "exact"])
def test_every_colour_has_a_fingerprint(components: int, options: Options, mode: bool) -> None:
    data = small_jpeg([(1, 1)] * components, (120, 90), options)
    fingerprint = streamresize.process(data, [], fingerprint=mode).fingerprint
    assert fingerprint is not None
    luma = Image.fromarray(streamresize.resize(data, width=120)).convert("L")
    assert imagehash.phash(luma) - fingerprint.imagehash() <= 4


@pytest.mark.parametrize("number", ORIENTATIONS)
def test_orientations_come_from_one_set_of_coefficients(number: int) -> None:
    luma, orientation = luma_of(300, 200), ORIENTATIONS[number]
    stored, turned = (
        coefficients(picture, Box(0, 0, picture.shape[1], picture.shape[0]))
        for picture in (luma, upright(luma, orientation))
    )
    assert hamming(symmetric_hash(stored, orientation), symmetric_hash(turned)) <= 2
    first, second = exact_fingerprint(upright(luma, orientation)), exact_fingerprint(luma)
    distance, found = first.symmetric_distance(second)
    assert distance <= 2
    assert found == number


def test_borders_do_not_count_in_the_trimmed_part() -> None:
    luma = luma_of(320, 200, seed=5)
    framed = np.full((300, 400), 9, np.uint8)
    framed[60:260, 30:350] = luma
    assert content_box(framed) == Box(30, 60, 350, 260)
    plain, bordered = exact_fingerprint(luma), exact_fingerprint(framed)
    assert bordered.symmetric_distance(plain, "trimmed")[0] <= 4
    assert bordered.symmetric_distance(plain)[0] > 50


def test_borders_that_overlap_are_none() -> None:
    steps = np.repeat(np.array([0, 10, 20], np.uint8), [20, 10, 20])
    for luma in (np.tile(steps, (40, 1)), np.tile(steps, (40, 1)).T):
        height, width = luma.shape
        assert content_box(luma) == Box(0, 0, width, height)


@pytest.mark.parametrize("luma", [(1, 1), (2, 1), (1, 2)])
def test_luma_of_less_than_full_size_is_hashed_as_usual(luma: tuple[int, int]) -> None:
    """Chroma has more samples than luma; there is no exact hash."""
    file = small_jpeg([luma, (2, 2), (2, 2)])
    exact, usual = (
        streamresize.process(file, [], fingerprint=kind).fingerprint for kind in ("exact", True)
    )
    assert exact == usual


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_flat_picture_is_no_border(level: int) -> None:
    flat = np.full((50, 80), level, np.uint8)
    assert content_box(flat) == Box(0, 0, 80, 50)
    assert exact_fingerprint(flat).pdq_quality == 0


def test_a_speck_on_a_sheet_is_no_content() -> None:
    sheet = np.full((100, 100), 255, np.uint8)
    sheet[50:55, 50:55] = 0
    assert content_box(sheet) == Box(0, 0, 100, 100)


@given(first=st.binary(min_size=8, max_size=8), second=st.binary(min_size=8, max_size=8))
def test_hamming_distance(first: bytes, second: bytes) -> None:
    expected = sum(a != b for a, b in zip(unpack(first), unpack(second)))
    assert hamming(first, second) == hamming(second, first) == expected
    assert pack(unpack(first)) == first
    assert b"".join(chunk.to_bytes(2, "big") for chunk in chunks(first)) == first
    if expected < 4:
        assert any(a == b for a, b in zip(chunks(first), chunks(second)))


def test_hamming_distance_of_different_hashes() -> None:
    with pytest.raises(ValueError, match="64 and 256 bits"):
        hamming(bytes(8), bytes(32))
    fingerprint = exact_fingerprint(luma_of(50, 40))
    with pytest.raises(ValueError, match="phash256"):
        fingerprint.distance(fingerprint, "md5")


def test_stored_forms() -> None:
    fingerprint = exact_fingerprint(luma_of(320, 240))
    other = exact_fingerprint(luma_of(320, 240, seed=3))
    for copy in (
        Fingerprint.from_bytes(fingerprint.to_bytes()),
        Fingerprint.from_dict(json.loads(json.dumps(fingerprint.to_dict()))),
    ):
        assert copy == fingerprint != other
        assert hash(copy) == hash(fingerprint)
        assert np.abs(copy.luma.astype(int) - fingerprint.luma).mean() < 4
        assert all(copy.distance(fingerprint, name) == 0 for name in HASHES)


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_other_bytes_are_no_fingerprint(data: st.DataObject) -> None:
    stored = bytearray(exact_fingerprint(luma_of(20, 30)).to_bytes())
    kind = data.draw(st.sampled_from(["cut", "changed"]))
    if kind == "cut":
        del stored[data.draw(st.integers(0, len(stored) - 40)) :]
    else:
        stored[data.draw(st.sampled_from([0, 1, 2, 3, 4]))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ValueError, match="fingerprint"):
        Fingerprint.from_bytes(bytes(stored))


@pytest.mark.parametrize(
    "change",
    [{"version": 2}, {"phash": "00"}, {"phash": "xy" * 8}, {"luma": ""}, {"width": "wide"}],
)
def test_other_values_are_no_fingerprint(change: dict[str, object]) -> None:
    values = exact_fingerprint(luma_of(20, 30)).to_dict()
    with pytest.raises(ValueError):  # noqa: PT011 - whichever part complains
        Fingerprint.from_dict({**values, **change})
    with pytest.raises(ValueError, match="fingerprint"):
        Fingerprint.from_dict({})
