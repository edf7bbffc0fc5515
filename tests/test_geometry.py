"""Sizes and scales are pure arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamresize.geometry import (
    FITS,
    ORIENTATIONS,
    SCALES,
    Span,
    choose_scale,
    place,
    plane_length,
)

sides = st.integers(1, 65_535)
boxes = st.tuples(sides | st.none(), sides | st.none()).filter(lambda box: box != (None, None))


@given(source=st.tuples(sides, sides), box=boxes, fit=st.sampled_from(FITS))
def test_without_enlarging_no_output_is_finer_than_its_source(
    source: tuple[int, int], box: tuple[int | None, int | None], fit: str
) -> None:
    placement = place(source, *box, fit=fit)  # type: ignore[arg-type]
    for span, length in ((placement.x, source[0]), (placement.y, source[1])):
        assert 1 <= span.samples <= length
        assert -1e-6 <= span.low < span.high <= length + 1e-6


@given(source=st.tuples(sides, sides), box=st.tuples(sides, sides))
def test_contain_fits_and_keeps_the_shape(source: tuple[int, int], box: tuple[int, int]) -> None:
    placement = place(source, *box)
    assert placement.x.samples <= box[0]
    assert placement.y.samples <= box[1]
    ratio = min(box[0] / source[0], box[1] / source[1], 1)
    assert abs(placement.x.samples - source[0] * ratio) <= 0.5 or placement.x.samples == 1
    assert abs(placement.y.samples - source[1] * ratio) <= 0.5 or placement.y.samples == 1


@given(source=st.tuples(sides, sides), box=st.tuples(sides, sides))
def test_cover_has_square_pixels_and_is_centred(
    source: tuple[int, int], box: tuple[int, int]
) -> None:
    placement = place(source, *box, fit="cover", enlarge=True)
    assert (placement.x.samples, placement.y.samples) == box
    assert placement.x.step == pytest.approx(placement.y.step)
    assert placement.x.low == pytest.approx(source[0] - placement.x.high, abs=1e-6)
    assert placement.y.low == pytest.approx(source[1] - placement.y.high, abs=1e-6)


@given(source=st.tuples(sides, sides), box=boxes, fit=st.sampled_from(FITS))
def test_transposed_pictures_are_placed_upright(
    source: tuple[int, int], box: tuple[int | None, int | None], fit: str
) -> None:
    turned = place(source, *box, fit=fit, orientation=ORIENTATIONS[6])  # type: ignore[arg-type]
    upright = place(source[::-1], *box, fit=fit)  # type: ignore[arg-type]
    assert (turned.x, turned.y) == (upright.y, upright.x)


@pytest.mark.parametrize(
    ("box", "fit", "message"),
    [
        ((None, None), "contain", "width or a height"),
        ((0, 10), "contain", "at least 1"),
        ((10, -1), "cover", "at least 1"),
        ((10, 10), "stretch", "fit must be one of"),
    ],
)
def test_impossible_boxes(box: tuple[int | None, int | None], fit: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        place((100, 100), *box, fit=fit)  # type: ignore[arg-type]


def test_fractions_round_half_up() -> None:
    assert place((1000, 333), 500, None).y.samples == 167  # 166.5


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
