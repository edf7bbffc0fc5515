"""Tables of weights: what `streamresize.resample` gives out in parts."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamresize.geometry import Span
from streamresize.resample import BOX, LANCZOS, WINDOW_WEIGHTS, Axis, Filter


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
