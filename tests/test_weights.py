"""Tables of weights: what `streamresize.resample` gives out in parts."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamresize.geometry import Span
from streamresize.resample import (
    BOX,
    LANCZOS,
    WINDOW_WEIGHTS,
    Axis,
    Filter,
    PlaneCopy,
    PlaneResampler,
    make_resampler,
)


def expanded(axis: Axis, start: int, stop: int) -> np.ndarray:
    """The weights of outputs start .. stop - 1 as a matrix with a column for each input."""
    first, lengths, weights = axis.taps(start, stop)
    matrix = np.zeros((stop - start, axis.length))
    for row, (begin, count) in enumerate(zip(first, lengths)):
        matrix[row, begin : begin + count] = weights[row, :count]
        assert not weights[row, count:].any()
    return matrix


@given(
    length=st.integers(1, 300),
    samples=st.integers(1, 90),
    cuts=st.lists(st.integers(0, 90), max_size=6),
    filter=st.sampled_from([BOX, LANCZOS]),
)
def test_weights_are_the_same_however_the_outputs_are_asked_for(
    length: int, samples: int, cuts: list[int], filter: Filter
) -> None:
    span = Span(0.0, float(length), samples)
    whole = expanded(Axis(length, length, span, filter), 0, samples)
    np.testing.assert_allclose(whole.sum(axis=1), 1.0, atol=1e-5)
    axis = Axis(length, length, span, filter)
    assert axis.inputs == needed(whole)
    bounds = sorted({0, samples, *(cut for cut in cuts if cut < samples)})
    parts = [expanded(axis, start, stop) for start, stop in pairwise(bounds)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def needed(matrix: np.ndarray) -> range:
    """Inputs that have a weight, or that a table reaches over."""
    columns = np.flatnonzero(matrix.any(axis=0))
    return range(int(columns[0]), int(columns[-1]) + 1)


def test_a_table_does_not_grow_with_the_picture() -> None:
    axis = Axis(1_000_000, 1_000_000, Span(0.0, 1e6, 500_000))
    for start in (0, 100_000, 100_050, 20, 100_050):  # two pictures may take turns
        table = axis.taps(start, start + 10)
        assert table.first[0] == 2 * start
        assert table.weights.base is not None
        assert table.weights.base.size <= 2 * WINDOW_WEIGHTS


def test_shared_tables_cannot_be_changed() -> None:
    table = Axis(100, 100, Span(0.0, 100.0, 10)).taps(0, 10)
    with pytest.raises(ValueError, match="read-only"):
        table.weights[:] = 0


def resampled(
    resampler: PlaneResampler | PlaneCopy, plane: np.ndarray, step: int, shape: tuple[int, int]
) -> np.ndarray:
    out = np.zeros(shape, plane.dtype)
    for start in range(0, len(plane), step):
        strip = plane[start : start + step].copy()
        for first, rows in resampler.feed(strip, start):
            strip[:] = 0  # which a decoder may use again
            out[first : first + len(rows)] = rows
    return out


@given(data=st.data(), step=st.integers(1, 40), dtype=st.sampled_from([np.uint8, np.uint16]))
def test_planes_are_copied_where_resampling_would_change_nothing(
    data: st.DataObject, step: int, dtype: type[np.generic]
) -> None:
    shape = data.draw(st.tuples(st.integers(1, 40), st.integers(1, 40)))
    plane = np.random.default_rng(step).integers(0, 256, shape).astype(dtype)
    axes = []
    for length in shape:
        low = data.draw(st.sampled_from([0.0, 0.0, 0.5, 1.0, 3.0]))
        samples = data.draw(st.integers(1, length))
        high = low + samples * data.draw(st.sampled_from([1.0, 1.0, 2.0]))
        axes.append(Axis(length, length, Span(low, high, samples)))
    down, across = axes
    fits = all(
        axis._grid.span.step == 1 and axis._grid.span.low % 1 == 0 and axis._grid.span.high <= n
        for axis, n in zip(axes, shape)
    )
    chosen = make_resampler(across, down)
    assert isinstance(chosen, PlaneCopy) == fits
    outputs = (down.samples, across.samples)
    np.testing.assert_array_equal(
        resampled(chosen, plane, step, outputs),
        resampled(PlaneResampler(across, down), plane, step, outputs),
    )


def test_other_filters_do_not_copy() -> None:
    span = Span(0.0, 9.0, 9)
    for filter in (LANCZOS, BOX._replace(sharpen=0.5)):
        axis = Axis(9, 9, span, filter)
        assert isinstance(make_resampler(axis, Axis(9, 9, span)), PlaneResampler)
