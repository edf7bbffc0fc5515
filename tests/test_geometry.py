"""Sizes and scales are pure arithmetic."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamresize.background import WHITE
from streamresize.errors import RegionError
from streamresize.geometry import (
    MIRRORS,
    ORIENTATIONS,
    ROTATIONS,
    SCALES,
    Canvas,
    Fit,
    Mirror,
    Orientation,
    Placement,
    Rotation,
    Span,
    View,
    check_box,
    choose_scale,
    make_view,
    place,
    plane_length,
)
from streamresize.gravity import COMPASS, Gravity
from streamresize.lengths import Length, Part, Region, resolve
from streamresize.padding import Margins
from streamresize.sinks.picture import upright

sides = st.integers(1, 65_535)
sizes = st.tuples(sides, sides)
boxes = st.tuples(sides | st.none(), sides | st.none()).filter(lambda box: box != (None, None))
fits: st.SearchStrategy[Fit] = st.sampled_from(get_args(Fit))
orientations = st.sampled_from(list(ORIENTATIONS.values()))
gravities = st.sampled_from(list(COMPASS)) | st.tuples(
    st.just("fp"), st.floats(0, 1), st.floats(0, 1)
)
Box = tuple[int | None, int | None]


def whole(source: tuple[int, int]) -> View:
    return make_view(source)


def size_of(placement: Placement) -> tuple[int, int]:
    return placement.x.samples, placement.y.samples


@given(source=sizes, box=boxes, fit=fits, gravity=gravities)
def test_without_enlarging_no_output_is_finer_than_its_source(
    source: tuple[int, int], box: Box, fit: Fit, gravity: Gravity
) -> None:
    placement = place(whole(source), *box, fit=fit, gravity=gravity)
    for span, length in ((placement.x, source[0]), (placement.y, source[1])):
        assert 1 <= span.samples <= length
        assert -1e-6 <= span.low < span.high <= length + 1e-6


@given(source=sizes, box=sizes, fit=st.sampled_from(["contain", "inside", "pad"]))
def test_contain_fits_and_keeps_the_shape(
    source: tuple[int, int], box: tuple[int, int], fit: Fit
) -> None:
    size = size_of(place(whole(source), *box, fit=fit))
    ratio = min(box[0] / source[0], box[1] / source[1], 1)
    for side, length, most in zip(size, source, box):
        assert side <= most
        assert abs(side - length * ratio) <= 0.5 + 1e-6 or side == 1


@given(source=sizes, box=sizes)
def test_outside_just_holds_the_box(source: tuple[int, int], box: tuple[int, int]) -> None:
    size = size_of(place(whole(source), *box, fit="outside", enlarge=True))
    assert size[0] >= box[0]
    assert size[1] >= box[1]
    assert size[0] == box[0] or size[1] == box[1]


@given(source=sizes, box=sizes, gravity=gravities)
def test_cover_is_cut_out_of_outside(
    source: tuple[int, int], box: tuple[int, int], gravity: Gravity
) -> None:
    outside = place(whole(source), *box, fit="outside", enlarge=True)
    cover = place(whole(source), *box, fit="cover", enlarge=True, gravity=gravity)
    assert size_of(cover) == box
    for all, part in ((outside.x, cover.x), (outside.y, cover.y)):
        assert part.step == pytest.approx(all.step)
        assert all.low - 1e-6 <= part.low < part.high <= all.high + 1e-6
        pixels = part.low / part.step
        assert pixels == pytest.approx(round(pixels), rel=1e-6, abs=1e-3)


@pytest.mark.parametrize(
    ("gravity", "left"),
    [
        ("west", 0),
        ("centre", 50),
        ("north", 50),
        ("east", 100),
        ("fp:0.3:0.9", 10),
        (("fp", 0.3, 0.9), 10),
        ("fp:0.2:0.5", 0),
        ("fp:1:0.5", 100),
    ],
)
def test_cover_keeps_the_focal_point_in_the_middle(gravity: Gravity, left: int) -> None:
    placement = place(whole((200, 100)), 100, 100, fit="cover", gravity=gravity)
    assert (placement.x.low, placement.x.high) == (left, left + 100)


@given(source=sizes, box=sizes, gravity=gravities)
def test_the_canvas_has_the_size_of_the_box_and_holds_the_picture(
    source: tuple[int, int], box: tuple[int, int], gravity: Gravity
) -> None:
    placement = place(whole(source), *box, fit="pad", gravity=gravity)
    canvas = placement.canvas
    if canvas is None:
        assert size_of(placement) == box
        return
    assert (canvas.width, canvas.height) == box
    assert 0 <= canvas.left <= box[0] - placement.x.samples
    assert 0 <= canvas.top <= box[1] - placement.y.samples


@pytest.mark.parametrize(
    ("gravity", "corner"),
    [
        ("centre", (0, 25)),
        ("north", (0, 0)),
        ("south-east", (0, 50)),
        ("fp:0.5:0.9", (0, 45)),
    ],
)
def test_pad_moves_the_picture(gravity: Gravity, corner: tuple[int, int]) -> None:
    canvas = place(whole((200, 100)), 100, 100, fit="pad", gravity=gravity).canvas
    assert canvas is not None
    assert (canvas.left, canvas.top) == corner


@given(
    source=sizes,
    box=sizes,
    fit=fits,
    padding=st.tuples(*[st.integers(0, 50)] * 4),
    dpr=st.sampled_from([1.0, 1.5, 2.0]),
)
def test_padding_is_around_what_there_is_without(
    source: tuple[int, int], box: tuple[int, int], fit: Fit, padding: Any, dpr: float
) -> None:
    plain = place(whole(source), *box, fit=fit, dpr=dpr)
    padded = place(whole(source), *box, fit=fit, dpr=dpr, padding=Margins(*padding))
    assert padded[:2] == plain[:2]
    inner = plain.canvas or Canvas(plain.x.samples, plain.y.samples, 0, 0, WHITE)
    top, right, bottom, left = (int(side * dpr + 0.5) for side in padding)
    expected = Canvas(
        left + inner.width + right,
        top + inner.height + bottom,
        left + inner.left,
        top + inner.top,
        WHITE,
    )
    assert padded.canvas == (expected if any(padding) else plain.canvas)


def test_a_missing_side_of_a_canvas_is_that_of_the_picture() -> None:
    canvas = place(whole((200, 100)), 300, None, fit="pad").canvas
    assert canvas is not None
    assert (canvas.width, canvas.height, canvas.left) == (300, 100, 50)


@pytest.mark.parametrize(
    ("box", "dpr", "size"),
    [
        (("50%", None), 1, (200, 151)),  # 150.5 rounds up
        ((None, "10%"), 1, (40, 30)),
        (("50%", "10%"), 1, (40, 30)),
        ((100, None), 2, (200, 151)),
        ((99, None), 1.5, (149, 112)),  # 148.5 rounds up
        (("25%", None), 3, (300, 226)),
        (("0.01%", None), 1, (1, 1)),
        (("200%", None), 1, (400, 301)),
    ],
)
def test_percent_and_device_pixels(
    box: tuple[Length | None, Length | None], dpr: float, size: tuple[int, int]
) -> None:
    assert size_of(place(whole((400, 301)), *box, dpr=dpr)) == size


@given(first=orientations, second=orientations, third=orientations)
def test_orientations_are_a_group(
    first: Orientation, second: Orientation, third: Orientation
) -> None:
    upright = ORIENTATIONS[1]
    assert first.then(second) in ORIENTATIONS.values()
    assert first.then(second).then(third) == first.then(second.then(third))
    assert first.then(upright) == upright.then(first) == first
    assert any(first.then(other) == upright for other in ORIENTATIONS.values())


@given(first=orientations, second=orientations)
def test_composed_orientations_are_one_after_the_other(
    first: Orientation, second: Orientation
) -> None:
    picture = np.arange(6, dtype=np.uint8).reshape(2, 3)
    one_by_one = upright(upright(picture, first), second)
    np.testing.assert_array_equal(upright(picture, first.then(second)), one_by_one)
    assert first.turned((3, 2)) == upright(picture, first).shape[::-1]


@given(
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    exif=orientations,
    rotate=st.sampled_from(sorted(ROTATIONS)),
    mirror=st.sampled_from(list(MIRRORS)),
    corners=st.lists(st.integers(0, 8), min_size=4, max_size=4),
)
def test_a_view_is_the_region_of_the_upright_picture_rotated_then_mirrored(
    size: tuple[int, int],
    exif: Orientation,
    rotate: Rotation,
    mirror: Mirror | None,
    corners: list[int],
) -> None:
    stored = np.arange(size[0] * size[1], dtype=np.uint8).reshape(size[::-1])
    expected = upright(stored, exif)
    height, width = expected.shape
    x, y = corners[0] % width, corners[1] % height
    w, h = 1 + corners[2] % (width - x), 1 + corners[3] % (height - y)
    expected = np.rot90(expected[y : y + h, x : x + w], -rotate // 90)
    flipped = {None: expected, "horizontal": expected[:, ::-1], "vertical": expected[::-1]}[mirror]
    view = make_view(size, exif, region=(x, y, w, h), rotate=rotate, mirror=mirror)
    left, top, columns, rows = view.part
    seen = upright(stored[top : top + rows, left : left + columns], view.orientation)
    np.testing.assert_array_equal(seen, flipped)
    assert view.size == flipped.shape[::-1]


@given(source=sizes, box=boxes, fit=fits, gravity=gravities, orientation=orientations)
def test_turned_pictures_are_placed_as_they_are_seen(
    source: tuple[int, int], box: Box, fit: Fit, gravity: Gravity, orientation: Orientation
) -> None:
    view = View(Part(7, 3, *source), orientation)
    turned = place(view, *box, fit=fit, gravity=gravity)
    seen = place(whole(view.size), *box, fit=fit, gravity=gravity)
    assert orientation.turned(size_of(turned)) == size_of(seen)
    assert turned.canvas == seen.canvas
    x, y = (seen.y, seen.x) if orientation.transpose else (seen.x, seen.y)
    low_x = source[0] - x.high if orientation.mirror_x else x.low
    low_y = source[1] - y.high if orientation.mirror_y else y.low
    assert turned.x.low == pytest.approx(7 + low_x, abs=1e-6)
    assert turned.y.low == pytest.approx(3 + low_y, abs=1e-6)


@pytest.mark.parametrize(
    ("region", "part"),
    [
        ((10, 20, 30, 40), (10, 20, 30, 40)),
        (("50%", "0%", "50%", "100%"), (51, 0, 50, 67)),
        (("0%", 0, "50%", 10), (0, 0, 51, 10)),
        ((90, 60, 50, 50), (90, 60, 11, 7)),
    ],
)
def test_regions(region: Region, part: tuple[int, int, int, int]) -> None:
    assert resolve(region, (101, 67)) == part


@pytest.mark.parametrize("region", [(101, 0, 10, 10), (0, 70, 10, 10), ("0%", 0, "0.1%", 5)])
def test_regions_outside_the_picture(region: Region) -> None:
    with pytest.raises(RegionError, match="outside the picture of 101 x 67"):
        resolve(region, (101, 67))


@given(length=sides, cuts=st.lists(st.integers(0, 1000), min_size=1, max_size=5, unique=True))
def test_adjoining_regions_share_their_edges(length: int, cuts: list[int]) -> None:
    edges = [cut / 10 for cut in sorted({0, 1000, *cuts})]
    total = 0
    for low, high in pairwise(edges):
        try:
            part = resolve((f"{low}%", 0, f"{high - low:.1f}%", 1), (length, 1))
        except RegionError:
            continue
        assert part.left == total
        total += part.width
    assert total == length


@pytest.mark.parametrize(
    ("box", "fit", "message"),
    [
        ((None, None), "contain", "width or a height"),
        ((0, 10), "contain", "at least 1"),
        ((10, -1), "cover", "at least 0"),
        ((10, 10), "stretch", "fit must be one of"),
        (("ten", 10), "contain", "a percentage"),
    ],
)
def test_impossible_boxes(box: tuple[Length | None, Length | None], fit: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_box(*box, fit)


@pytest.mark.parametrize(
    ("reduction", "luma", "chroma"),
    [(0.5, 1, 1), (1.0, 1, 1), (2, 1, 2), (3.5, 2, 2), (5.7, 2, 4), (7.5, 4, 4), (8, 4, 8)],
)
def test_scales(reduction: float, luma: int, chroma: int) -> None:
    assert choose_scale(reduction) == luma
    assert choose_scale(reduction, chroma=True) == chroma


@given(st.floats(0.01, 10_000))
def test_coarser_outputs_never_need_finer_scales(reduction: float) -> None:
    assert choose_scale(reduction) <= choose_scale(reduction * 1.1)


def test_subsampled_spans_reach_over_the_far_edge() -> None:
    span = Span(0, 50, 5)
    assert span.subsampled(2) == Span(0, 60, 3)
    assert span.subsampled(2, mirrored=True) == Span(-10, 50, 3)
    assert Span(0, 50, 4).subsampled(2) == Span(0, 50, 2)


@given(
    pixels=sides, factor=st.integers(1, 4), most=st.integers(1, 4), scale=st.sampled_from(SCALES)
)
def test_plane_lengths_are_rounded_up(pixels: int, factor: int, most: int, scale: int) -> None:
    length = plane_length(pixels, (factor, most), scale)
    assert (length - 1) * most * scale < pixels * factor <= length * most * scale
