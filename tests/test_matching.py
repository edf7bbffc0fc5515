"""Pictures laid over each other, and what is told of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scipy.ndimage import uniform_filter

import streamresize
from streamresize.catalog import Catalog
from streamresize.catalog.records import Picture, fingerprint_columns
from streamresize.catalog.scan import within
from streamresize.fingerprint import Box, Fingerprint, hamming, symmetric_hash
from streamresize.fingerprint.maker import symmetric_part
from streamresize.fingerprint.record import coefficients_of
from streamresize.geometry import ORIENTATIONS
from streamresize.matching import (
    Details,
    Extract,
    Gallery,
    Match,
    agreement,
    align,
    compare,
    histogram_distance,
    mse,
    radii,
    search,
    ssim,
)
from streamresize.matching.affine import Affine, box_to_box, scaling
from streamresize.matching.agreement import Aligned, has_detail
from streamresize.matching.details import keypoints_of
from streamresize.matching.groups import Pair, groups_of
from streamresize.matching.query import Query
from streamresize.matching.radii import MOST_BY_CHANCE, UNRELATED, radius
from streamresize.matching.windows import WHOLE, window_hashes, windows
from streamresize.sinks.picture import upright
from streamresize.strips import Samples

from .support.pictures import pillow_jpeg, scene, smooth_plane

SCENES = 12
WIDTH, HEIGHT = 480, 360


def luma(image: Image.Image) -> Samples:
    return np.asarray(image.convert("L"))


def whole(picture: Samples) -> Box:
    return Box(0, 0, picture.shape[1], picture.shape[0])


def fingerprint(image: Image.Image) -> Fingerprint:
    made = streamresize.process(pillow_jpeg(image), [], fingerprint=True).fingerprint
    assert made is not None
    return made


@cache
def gallery() -> Gallery:
    """Scene i is picture i + 1."""
    catalog = Catalog.open("sqlite://")
    extract = Extract(windows=True, keypoints=True)
    for seed in range(SCENES):
        made = fingerprint(scene(seed))
        columns, features = fingerprint_columns(made), extract(made)
        digest = bytes([seed]) * 32
        picture = Picture(f"{seed}.jpg", "", digest, 1, WIDTH, HEIGHT, columns, features)
        assert catalog.add(picture) == seed + 1
    return Gallery(catalog)


def best(image: Image.Image, *stages: str) -> Match:
    (match,) = search(fingerprint(image), gallery(), stages=stages)
    return match


# Radii


@given(most=st.integers(60, 90), comparisons=st.integers(0, 10**13), more=st.integers(1, 1000))
def test_radii_fall(most: int, comparisons: int, more: int) -> None:
    bits = radius(most, comparisons)
    assert 40 < bits <= most
    assert radius(most, comparisons * more) <= bits
    if bits < most:
        expected = comparisons * UNRELATED.cdf(bits + 0.5)
        assert expected <= MOST_BY_CHANCE < comparisons * UNRELATED.cdf(bits + 1.5)


def test_few_pairs_are_within_a_radius_by_chance() -> None:
    random = np.random.default_rng(3)
    stored, queries = (random.integers(0, 1 << 64, (n, 4), np.uint64) for n in (200_000, 800))
    bits = radius(90, 200_000 * 800)
    assert len(within(stored, queries, bits).rows) <= MOST_BY_CHANCE
    assert len(within(stored, queries, bits + 4).rows) > MOST_BY_CHANCE


@pytest.mark.parametrize("stage", ["by_hash", "by_windows"])
def test_candidates_are_nearer_in_large_collections(
    stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = scene(3).crop((20, 15, WIDTH - 20, HEIGHT - 15))
    query = Query(fingerprint(image))
    found = {candidate.image_id for candidate in getattr(gallery(), stage)(query)}
    assert 4 in found
    monkeypatch.setattr(radii, "MOST_BY_CHANCE", 1e-60)  # as if there were far more pictures
    assert list(getattr(gallery(), stage)(query)) == []


# Maps

numbers = st.floats(-3, 3, allow_nan=False)
maps = st.builds(Affine, *[numbers] * 6).filter(lambda found: abs(found.determinant) > 0.1)


@given(first=maps, second=maps, x=numbers, y=numbers)
def test_maps(first: Affine, second: Affine, x: float, y: float) -> None:
    at = np.array([x]), np.array([y])
    np.testing.assert_allclose(second.after(first)(*at), second(*first(*at)), atol=1e-9)
    np.testing.assert_allclose(first.inverse()(*first(*at)), at, atol=1e-6)
    assert second.after(first).mirrored == (second.mirrored != first.mirrored)


@pytest.mark.parametrize("number", ORIENTATIONS)
def test_boxes_of_turned_pictures(number: int) -> None:
    stored = np.arange(35).reshape(5, 7).astype(np.uint8)
    turned = upright(stored, ORIENTATIONS[number])
    map = box_to_box(whole(turned), whole(stored), number)
    y, x = np.mgrid[: turned.shape[0], : turned.shape[1]] + 0.5
    columns, rows = map(x, y)
    np.testing.assert_array_equal(stored[rows.astype(int), columns.astype(int)], turned)


def test_what_a_map_is_called() -> None:
    turned = Affine(0.0, -2.0, 0.0, 2.0, 0.0, 0.0)
    assert turned.scale == (2.0, 2.0)
    assert turned.rotation == pytest.approx(90)
    assert not turned.mirrored
    mirrored = Affine(-3.0, 0.0, 9.0, 0.0, 3.0, 0.0)
    assert mirrored.mirrored
    assert mirrored.rotation == pytest.approx(0)


# Distances


def test_distances_of_equal_and_of_other_pictures() -> None:
    picture = smooth_plane((40, 60), 1)
    other = smooth_plane((40, 60), 2)
    assert mse(picture, picture) == histogram_distance(picture, picture) == 0
    assert ssim(picture, picture) == pytest.approx(1)
    assert mse(picture, other) == pytest.approx(
        ((picture.astype(float) - other.astype(float)) ** 2).mean()
    )
    assert ssim(picture, other) < 0.5
    black, white = np.zeros((9, 9), np.uint8), np.full((9, 9), 255, np.uint8)
    assert histogram_distance(black, white) == pytest.approx(1)
    assert mse(black, white) == 255**2
    assert ssim(black, white) < 0.01


def test_ssim_is_that_of_its_authors() -> None:
    first, second = (smooth_plane((50, 70), seed).astype(float) for seed in (3, 4))
    second = (first + second) / 2

    def mean(
        plane: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    ) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        return np.asarray(uniform_filter(plane, 8)[4:-3, 4:-3])

    a, b = mean(first), mean(second)
    aa, bb, ab = mean(first**2) - a**2, mean(second**2) - b**2, mean(first * second) - a * b
    c, d = 2.55**2, 7.65**2
    expected = (2 * a * b + c) * (2 * ab + d) / ((a**2 + b**2 + c) * (aa + bb + d))
    assert ssim(first, second) == pytest.approx(expected.mean(), abs=1e-6)


# Alignment


@pytest.mark.parametrize(
    "true",
    [
        scaling(1.0, 1.0),
        Affine(0.7, 0.0, 40.0, 0.0, 0.7, 30.0),
        Affine(0.75, 0.05, 31.5, -0.05, 0.75, 40.25),
        Affine(-0.8, 0.0, 400.0, 0.0, 0.8, 20.0),
    ],
)
def test_alignment_finds_the_map_to_a_fraction_of_a_sample(true: Affine) -> None:
    picture = scene(3)
    inverse = (true.xx, true.xy, true.x0, true.yx, true.yy, true.y0)
    part = picture.transform((400, 300), Image.Transform.AFFINE, inverse, Image.Resampling.BICUBIC)
    guess = Affine(true.xx * 1.03, true.xy, true.x0 + 4, true.yx, true.yy * 0.97, true.y0 - 3)
    aligned = align(luma(part), luma(picture), Box(0, 0, 400, 300), guess)
    assert aligned is not None
    corners = np.array([0.0, 400, 0, 400]), np.array([0.0, 0, 300, 300])
    assert np.abs(np.subtract(aligned.map(*corners), true(*corners))).max() < 0.4
    assert agreement(aligned) > 0.95


def test_other_pictures_do_not_align() -> None:
    first, second = luma(scene(1)), luma(scene(2))
    aligned = align(first, second, whole(first), scaling(1.0, 1.0))
    assert aligned is None or agreement(aligned) < 0.6


def test_what_lies_over_a_part_hardly_counts() -> None:
    picture = scene(5)
    covered = picture.copy()
    covered.paste((0, 0, 0), (0, 290, WIDTH, HEIGHT))
    aligned = align(luma(covered), luma(picture), whole(luma(picture)), scaling(1.01, 0.99))
    assert aligned is not None
    assert agreement(aligned) > 0.95


def test_agreement_needs_an_overlap_and_texture() -> None:
    plane = smooth_plane((96, 128), 7).astype(np.float32)
    everywhere, little = np.ones((96, 128), np.bool_), np.zeros((96, 128), np.bool_)
    little[:20] = True
    same = scaling(1.0, 1.0)
    assert agreement(Aligned(same, plane, 0.5 * plane + 9, everywhere)) > 0.95
    assert agreement(Aligned(same, plane, plane, little)) == 0
    flat = np.full_like(plane, 80)
    assert agreement(Aligned(same, plane, flat, everywhere)) < 0.2


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (3, 5)])
def test_tiny_pictures_align_with_nothing(shape: tuple[int, int]) -> None:
    tiny, other = smooth_plane(shape), luma(scene(0))
    guess = box_to_box(whole(tiny), whole(other))
    for first, second, map in ((tiny, other, guess), (other, tiny, guess.inverse())):
        aligned = align(first, second, whole(first), map)
        assert aligned is None or agreement(aligned) <= 1


# Windows, keypoints, details


def test_windows_have_the_hash_of_their_part() -> None:
    picture = smooth_plane((240, 320), 11)
    hashes = window_hashes(picture)
    assert len(hashes) == len(windows()) == len(set(windows()))
    for window, hash in list(zip(windows(), hashes))[::23]:
        part = coefficients_of(symmetric_part(picture, window.box(320, 240)))
        assert hamming(symmetric_hash(part), hash.tobytes()) <= 24


def test_windows_overlap_everywhere() -> None:
    for window in windows():
        assert 0 <= window.x.low < window.x.high <= 1 + 1e-9
        same = [w for w in windows() if w.y == window.y and _length(w.x) == _length(window.x)]
        lows = sorted(w.x.low for w in same)
        assert window.x == WHOLE or (lows[0] == 0 and max(np.diff(lows)) <= 0.0551)


def _length(extent: tuple[float, float]) -> float:
    return round(extent[1] - extent[0], 6)


@pytest.mark.parametrize("shape", [(1, 300), (300, 1), (2, 2), (32, 300), (33, 33)])
def test_tiny_pictures_have_details(shape: tuple[int, int]) -> None:
    details = Details.of(smooth_plane(shape, 1), keypoints=True)
    assert len(details.windows) == len(windows())
    assert len(details.keypoints.places) == 0 or min(shape) > 32


def test_details_come_back() -> None:
    made = Details.of(luma(scene(1)), windows=True, keypoints=True)
    copy = Details.from_bytes(made.to_bytes())
    np.testing.assert_array_equal(copy.windows, made.windows)
    np.testing.assert_array_equal(copy.keypoints.descriptors, made.keypoints.descriptors)
    np.testing.assert_allclose(copy.keypoints.places, made.keypoints.places, atol=1 / 16)
    assert 100 < len(made.keypoints.places) <= 300
    again = keypoints_of(made.features()[1])
    np.testing.assert_array_equal(again.descriptors, made.keypoints.descriptors)
    assert len(Details.of(luma(scene(1)), windows=False).to_bytes()) < 16
    flat = np.full((90, 120), 70, np.uint8)
    assert len(Details.of(flat, keypoints=True).keypoints.places) == 0


@pytest.mark.parametrize("change", [slice(0, 4), slice(4, 5), slice(6, 8), slice(8, 10)])
def test_other_bytes_are_no_details(change: slice) -> None:
    data = bytearray(Details.of(luma(scene(1)), keypoints=True).to_bytes())
    with pytest.raises(ValueError, match="details"):
        Details.from_bytes(bytes(data[:-1]))
    data[change] = bytes(len(data[change]))
    with pytest.raises(ValueError, match="details"):
        Details.from_bytes(bytes(data))


# Search

Edit = Callable[[Image.Image], Image.Image]
WHOLE_PICTURE: dict[str, Edit] = {
    "smaller": lambda image: image.resize((120, 90)),
    "larger": lambda image: image.resize((960, 720)),
    "wider": lambda image: image.resize((600, 360)),
    "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "turned": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "framed": lambda image: _framed(image, (600, 500), (70, 80)),
}
PARTS: dict[str, Edit] = {
    "half": lambda image: image.crop((96, 72, 432, 324)),
    "one side": lambda image: image.crop((0, 0, 300, HEIGHT)),
    "mirrored half": lambda image: image.crop((96, 72, 432, 324)).transpose(
        Image.Transpose.FLIP_LEFT_RIGHT
    ),
}


def _framed(image: Image.Image, size: tuple[int, int], at: tuple[int, int]) -> Image.Image:
    frame = Image.new("RGB", size)
    frame.paste(image, at)
    return frame


@pytest.mark.parametrize("seed", [0, 7])
@pytest.mark.parametrize("edit", WHOLE_PICTURE)
def test_whole_pictures_are_found_by_hash(edit: str, seed: int) -> None:
    match = best(WHOLE_PICTURE[edit](scene(seed)), "hash")
    assert match.image_id == seed + 1
    assert match.score > 0.9
    assert match.relation.picture_part.is_whole
    assert match.relation.mirrored == (edit == "mirrored")


@pytest.mark.parametrize("stage", ["window", "keypoints"])
@pytest.mark.parametrize("edit", PARTS)
def test_parts_are_found(edit: str, stage: str) -> None:
    query = PARTS[edit](scene(4))
    assert search(fingerprint(query), gallery(), stages=("hash",)) == []
    match = best(query, stage)
    assert (match.image_id, match.found_by) == (5, stage)
    assert match.score > 0.85
    assert match.relation.query_part.is_whole
    assert match.relation.picture_part.area == pytest.approx(
        query.width * query.height / (WIDTH * HEIGHT), abs=0.02
    )
    assert match.relation.scale == pytest.approx((1, 1), abs=0.02)


def test_rotations_are_found_by_keypoints() -> None:
    turned = scene(6).rotate(-12, Image.Resampling.BICUBIC)
    match = best(turned, "keypoints")
    assert match.image_id == 7
    assert match.relation.rotation == pytest.approx(-12, abs=0.3)
    assert "turned 12 degrees" in str(match.relation)


def test_what_is_not_there_is_not_found() -> None:
    for seed in range(SCENES, SCENES + 6):
        assert search(fingerprint(scene(seed)), gallery()) == []


def test_blank_pages_are_not_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    blank = fingerprint(Image.new("L", (WIDTH, HEIGHT), 200))
    assert not has_detail(blank.luma)
    monkeypatch.setattr(Gallery, "by_hash", None)
    assert search(blank, gallery()) == []


def test_blank_pages_are_not_found() -> None:
    blank, lines = Image.new("L", (512, 512), 200), Image.fromarray(steps(512))
    assert compare(fingerprint(lines), fingerprint(blank), stages=("hash",)) is None
    assert compare(fingerprint(lines), fingerprint(lines), stages=("hash",)) is not None


@pytest.mark.parametrize("turn", [None, *Image.Transpose])
def test_steps_without_a_frequency_both_ways_are_found(turn: Image.Transpose | None) -> None:
    """Their hash is the same in every orientation, of which each is tried."""
    lines = Image.fromarray(steps(512))
    first, second = (
        fingerprint(lines),
        fingerprint(lines if turn is None else lines.transpose(turn)),
    )
    assert first.symmetric == second.symmetric == bytes(512)
    match = compare(first, second, stages=("hash",))
    assert match is not None
    assert match.score > 0.9


def test_every_one_of_several_such_pictures_is_found() -> None:
    """However many orientations there are to try, each is tried in one first."""
    catalog = Catalog.open("sqlite://")
    copies = [Image.fromarray(steps(512) // 4 * 3 + i) for i in range(12)]
    for number, copy in enumerate(copies):
        columns = fingerprint_columns(fingerprint(copy))
        catalog.add(Picture(f"{number}.jpg", "", bytes([number]) * 32, 1, 512, 512, columns))
    found = search(fingerprint(copies[0]), Gallery(catalog), stages=("hash",))
    assert sorted(match.image_id for match in found) == list(range(1, 13))


def steps(side: int) -> Samples:
    """A picture whose rows are alike, uint8 (side, side), of 32 levels."""
    levels = np.random.default_rng(5).integers(0, 256, 32).astype(np.uint8)
    return np.tile(np.repeat(levels, side // 32), (side, 1))


def test_the_relation_is_that_of_the_pixels() -> None:
    half = scene(2).crop((120, 90, 360, 270)).resize((120, 90), Image.Resampling.LANCZOS)
    match = best(half, "window")
    assert match.relation.detail == pytest.approx(4, rel=0.05)
    assert match.relation.picture_part == pytest.approx((0.25, 0.25, 0.75, 0.75), abs=0.01)
    assert str(match.relation) == "25% of it, scale 0.50"
    values = match.to_dict()
    assert values["relation"] == str(match.relation)
    assert values["score"] == match.score
    assert values["ssim"] > 0.7
    assert values["mse"] < 300
    assert values["histogram"] < 0.05


# Groups


def test_groups_keep_apart_what_is_marked() -> None:
    pairs = [Pair(1, 2, 0.9), Pair(2, 3, 0.95), Pair(5, 6, 0.99), Pair(1, 2, 0.9)]
    assert groups_of(pairs) == [[1, 2, 3], [5, 6]]
    assert groups_of(pairs, {(1, 3)}) == [[2, 3], [5, 6]]
    assert groups_of(pairs, {(5, 6)}) == [[1, 2, 3]]
    assert groups_of(iter(())) == []


class Stopped(Exception):
    pass


def test_a_check_ends_a_search() -> None:
    calls = []

    def check() -> None:
        calls.append(1)
        if len(calls) == 3:
            raise Stopped

    with pytest.raises(Stopped):
        search(fingerprint(scene(1)), gallery(), check=check)
    assert len(calls) == 3


def test_pictures_removed_meanwhile_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    searched = Gallery(gallery()._catalog)
    monkeypatch.setattr(searched, "find", lambda number: None)
    assert search(fingerprint(scene(1)), searched) == []


# Two pictures without a catalog


def test_two_pictures_compared() -> None:
    picture = scene(3)
    part = picture.crop((60, 50, 380, 300))
    for first, second, map in (
        (picture, part, Affine(1, 0, -60, 0, 1, -50)),
        (part, picture, Affine(1, 0, 60, 0, 1, 50)),
    ):
        match = compare(fingerprint(first), fingerprint(second))
        assert match is not None
        assert match.score > 0.9
        corners = np.array([0.0, 300.0]), np.array([0.0, 200.0])
        np.testing.assert_allclose(match.relation.map(*corners), map(*corners), atol=1.5)
    assert compare(fingerprint(scene(3)), fingerprint(scene(4))) is None


def test_a_small_part_is_found_either_way() -> None:
    """A query that holds a picture beside other things, and the other way round."""
    around = scene(5, 960, 720)
    around.paste(scene(3).resize((400, 300)), (300, 250))
    whole_in_it = compare(fingerprint(scene(3)), fingerprint(around))
    it_in_whole = compare(fingerprint(around), fingerprint(scene(3)))
    assert whole_in_it is not None
    assert it_in_whole is not None
    expected = (300 / 960, 250 / 720, 700 / 960, 550 / 720)
    np.testing.assert_allclose(whole_in_it.relation.picture_part, expected, atol=0.01)
    np.testing.assert_allclose(it_in_whole.relation.query_part, expected, atol=0.01)


@pytest.mark.parametrize("number", ORIENTATIONS)
def test_turned_upright_both_are_the_same(number: int) -> None:
    picture = scene(2).convert("L")
    inverse = {6: 8, 8: 6}.get(number, number)
    stored = Image.fromarray(upright(luma(picture), ORIENTATIONS[inverse]))
    for orientations, prints in (
        ((1, number), (fingerprint(picture), fingerprint(stored))),
        ((number, 1), (fingerprint(stored), fingerprint(picture))),
    ):
        match = compare(*prints, orientations=orientations)
        assert match is not None
        assert str(match.relation) == "whole"
        np.testing.assert_allclose(match.relation.map, Affine(1, 0, 0, 0, 1, 0), atol=1)
