"""The row kernels in all their forms against double-precision references.

The refusals at the end concern the compiled form alone: the binding checks what kernels trust.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from streamresize import _native
from streamresize.kernels import color, hashing, reduction, resampling
from streamresize.kernels.resampling import LANES

FORMS = ("compiled", "jit", "plain")


class Compiled:
    """The binding, called as the kernels are: its tables are objects, and room is its own."""

    def __getattr__(self, name: str) -> Any:
        return getattr(_native, name)

    def reduce_strip_fixed(self, strip: Any, row: int, *rest: Any) -> None:
        rows, columns = _native.FixedTaps(*rest[:3]), _native.FixedTaps(*rest[3:6])
        _native.reduce_strip_fixed(strip, row, rows, columns, *rest[6:])

    def reduce_rows(self, strip: Any, row: int, *rest: Any) -> None:
        _native.reduce_rows(strip, row, _native.FloatTaps(*rest[:3]), *rest[3:])

    def reduce_columns(self, columns: Any, *rest: Any) -> None:
        _native.reduce_columns(columns, _native.FloatTaps(*rest[:3]), *rest[3:])

    def reduce_plane(self, plane: Any, *rest: Any) -> None:
        rows, columns = _native.FloatTaps(*rest[:3]), _native.FloatTaps(*rest[3:6])
        _native.reduce_plane(plane, rows, columns, rest[-1])

    def reduce_plane_fixed(self, plane: Any, *rest: Any) -> None:
        rows, columns = _native.FixedTaps(*rest[:3]), _native.FixedTaps(*rest[3:6])
        _native.reduce_plane_fixed(plane, rows, columns, rest[-1])

    def weigh_areas(self, low: float, high: float, first: Any, count: Any, weights: Any) -> None:
        taps = _native.area_taps(low, high, len(first))
        first[:], count[:], weights[:] = taps.first, taps.lengths, taps.weights

    def above_median(self, values: Any, lower: bool, room: Any, bits: Any) -> None:
        bits[:] = np.frombuffer(_native.above_median(values, lower), np.uint8)

    def low_frequencies(self, turned: Any, begin: int, basis: Any, *rest: Any) -> None:
        _native.low_frequencies(turned.T, begin, basis, rest[-1])


COMPILED: Any = Compiled()
PLAIN = SimpleNamespace(**{**vars(resampling), **vars(reduction), **vars(color), **vars(hashing)})
# float32 sums may fall on the other side of a half than float64 sums do.
ROUNDING = 0.5 + 1e-3

every_form = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(params=FORMS)
def kernels(request: pytest.FixtureRequest) -> Any:
    if request.param == "jit":
        pytest.importorskip("numba", reason="the JIT form needs the extra `jit`")
        from streamresize.kernels import jit

        return jit
    return {"compiled": COMPILED, "plain": PLAIN}[request.param]


class Table(NamedTuple):
    """Tap table of one axis: see streamresize.kernels.resampling."""

    first: NDArray[np.int32]
    lengths: NDArray[np.int32]
    weights: NDArray[np.float32]

    def dense(self, length: int) -> NDArray[np.float64]:
        """(outputs, length) matrix with the same weights."""
        matrix = np.zeros((len(self.first), length))
        for row, first, count, weights in zip(matrix, *self, strict=True):
            row[first : first + count] = weights[:count]
        return matrix

    def columns(self, taps: int = 1) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """As the kernels take it for columns: zeros behind the count, at least so many taps."""
        weights = np.zeros((len(self.first), max(taps, self.weights.shape[1])), np.float32)
        for target, count, source in zip(weights, self.lengths, self.weights, strict=True):
            target[:count] = source[:count]
        return self.first, weights


def table(matrix: NDArray[np.float64]) -> Table:
    """The table of a dense matrix, whose entries behind the count are not to be read."""
    spans = [np.flatnonzero(row)[[0, -1]] for row in matrix]
    first = np.array([low for low, _ in spans], np.int32)
    count = np.array([high - low + 1 for low, high in spans], np.int32)
    weights = np.full((len(matrix), count.max()), 1e9, np.float32)
    for target, row, low, n in zip(weights, matrix, first, count, strict=True):
        target[:n] = row[low : low + n]
    return Table(first, count, weights)


def box(length: int, outputs: int) -> Table:
    """Averages over equal real-valued intervals; 1 <= outputs <= length."""
    edges = np.arange(outputs + 1) * length / outputs
    inputs = np.arange(length)
    low = np.maximum(inputs, edges[:-1, None])
    overlap = (np.minimum(inputs + 1, edges[1:, None]) - low).clip(min=0)
    overlap[overlap < 1e-9] = 0
    return table(overlap / overlap.sum(axis=1, keepdims=True))


def linear(length: int, outputs: int) -> Table:
    """Linear interpolation, edges repeated; several outputs share one input when enlarging."""
    matrix = np.zeros((outputs, length))
    position = ((np.arange(outputs) + 0.5) * length / outputs - 0.5).clip(0, length - 1)
    low = np.floor(position).astype(int)
    high = np.minimum(low + 1, length - 1)
    np.add.at(matrix, (np.arange(outputs), low), 1 - (position - low))
    np.add.at(matrix, (np.arange(outputs), high), position - low)
    return table(matrix)


class Case(NamedTuple):
    """taps: of a column at least. block: how many inputs of a row are taken at a time, at most."""

    plane: NDArray[Any]
    rows: Table
    columns: Table
    taps: int = 3
    block: int = 512


def resample(kernels: Any, case: Case, heights: list[int]) -> NDArray[Any]:
    """The whole plane in strips of the given heights, repeated as needed."""
    plane, rows = case.plane, case.rows
    columns = case.columns.columns(case.taps)
    scratch = np.zeros((3, LANES * max(case.block, columns[1].shape[1])), np.float32)
    height, width = plane.shape
    open_rows = max(
        int(((rows.first <= y) & (rows.first + rows.lengths > y)).sum()) for y in range(height)
    )
    accumulators = np.full((open_rows + 1, width), np.nan, np.float32)
    result = np.zeros((len(rows.first), len(case.columns.first)), plane.dtype)
    done = top = strips = 0
    while top < height:
        bottom = min(top + heights[strips % len(heights)], height)
        out = np.zeros((len(rows.first) - done + LANES - 1, result.shape[1]), plane.dtype)
        window = (part[done:] for part in rows)
        finished = kernels.resample_strip(
            plane[top:bottom], top, *window, *columns, accumulators, scratch, done, done, out
        )
        result[done : done + finished] = out[:finished]
        done, top, strips = done + finished, bottom, strips + 1
    assert done == len(rows.first)
    return result


def reference(case: Case) -> NDArray[np.float64]:
    rows = case.rows.dense(case.plane.shape[0])
    columns = case.columns.dense(case.plane.shape[1])
    exact: NDArray[np.float64] = rows @ case.plane @ columns.T
    return exact


@st.composite
def shrunk(draw: st.DrawFn) -> Case:
    height, width = draw(st.integers(1, 40)), draw(st.integers(1, 60))
    rows, columns = draw(st.integers(1, height)), draw(st.integers(1, width))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    plane = random.integers(0, 256, (height, width), np.uint8)
    taps, block = draw(st.integers(1, 5)), draw(st.integers(1, 70))
    return Case(plane, box(height, rows), box(width, columns), taps, block)


@st.composite
def enlarged(draw: st.DrawFn) -> Case:
    height, width = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    rows = draw(st.integers(height, 6 * height))
    columns = draw(st.integers(width, 6 * width))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    plane = random.integers(0, 256, (height, width), np.uint8)
    taps, block = draw(st.integers(1, 5)), draw(st.integers(1, 70))
    return Case(plane, linear(height, rows), linear(width, columns), taps, block)


heights = st.lists(st.integers(1, 17), min_size=1, max_size=5)


@every_form
@given(case=shrunk() | enlarged(), heights=heights)
def test_rows_agree_with_double_precision(kernels: Any, case: Case, heights: list[int]) -> None:
    result = resample(kernels, case, heights)
    assert np.abs(result - reference(case)).max() <= ROUNDING


@every_form
@given(case=shrunk() | enlarged(), heights=heights)
def test_strip_heights_do_not_matter(kernels: Any, case: Case, heights: list[int]) -> None:
    whole = resample(kernels, case, [case.plane.shape[0]])
    np.testing.assert_array_equal(resample(kernels, case, heights), whole)


@every_form
@given(case=shrunk() | enlarged(), heights=heights)
def test_taps_and_blocks_do_not_matter(kernels: Any, case: Case, heights: list[int]) -> None:
    plain = case._replace(taps=1, block=512)
    np.testing.assert_array_equal(
        resample(kernels, case, heights), resample(kernels, plain, heights)
    )


@every_form
@given(case=shrunk() | enlarged(), heights=heights)
def test_forms_agree_bit_for_bit(kernels: Any, case: Case, heights: list[int]) -> None:
    np.testing.assert_array_equal(resample(kernels, case, heights), resample(PLAIN, case, heights))


@every_form
@given(case=shrunk() | enlarged(), heights=heights)
def test_16_bits_agree_with_double_precision(kernels: Any, case: Case, heights: list[int]) -> None:
    deep = case._replace(plane=case.plane.astype(np.uint16) * 257)
    result = resample(kernels, deep, heights)
    assert result.dtype == np.uint16
    assert np.abs(result - reference(deep)).max() <= 0.5 + 0.05  # of 65,535: float32 has 24 bits


def test_look_up_channels(kernels: Any) -> None:
    random = np.random.default_rng(0)
    picture = random.integers(0, 256, (5, 7, 3), np.uint8)
    table = random.integers(0, 65536, 256, np.uint16)
    light = np.zeros((3, 5, 7), np.uint16)
    kernels.look_up_channels(picture, table, light)
    np.testing.assert_array_equal(light, np.moveaxis(table[picture], -1, 0))


@pytest.mark.parametrize("shape", [(3, 5, 6), (3, 4, 7), (2, 5, 7)])
def test_light_of_another_size_is_refused(shape: tuple[int, int, int]) -> None:
    picture, table = np.zeros((5, 7, 3), np.uint8), np.zeros(256, np.uint16)
    with pytest.raises(ValueError, match="size"):
        _native.look_up_channels(picture, table, np.zeros(shape, np.uint16))


@pytest.mark.parametrize("value", [0, 1, 127, 254, 255])
@pytest.mark.parametrize(("height", "width"), [(7, 9), (23, 31), (90, 130)])
def test_constant_pictures_stay_constant(kernels: Any, value: int, height: int, width: int) -> None:
    plane = np.full((37, 53), value, np.uint8)
    scale = box if height < 37 else linear
    columns = (box if width < 53 else linear)(53, width)
    result = resample(kernels, Case(plane, scale(37, height), columns), [8])
    np.testing.assert_array_equal(result, value)


def test_columns_beyond_one_block(kernels: Any) -> None:
    width = 2 * resampling.COLUMN_BLOCK + 3
    plane = np.random.default_rng(1).integers(0, 256, (5, width), np.uint8)
    case = Case(plane, box(5, 2), box(width, 700))
    assert np.abs(resample(kernels, case, [2]) - reference(case)).max() <= ROUNDING


def test_rows_wider_than_the_plane(kernels: Any) -> None:
    wide = np.random.default_rng(2).integers(0, 256, (16, 64), np.uint8)
    case = Case(wide[:, :50], box(16, 5), box(50, 20))
    np.testing.assert_array_equal(
        resample(kernels, case, [8]),
        resample(kernels, case._replace(plane=case.plane.copy()), [8]),
    )


@pytest.mark.parametrize(
    ("total", "expected"), [(-3.0, 0), (0.49, 0), (0.5, 1), (254.5, 255), (300.0, 255)]
)
def test_rounds_half_up_and_clamps(kernels: Any, total: float, expected: int) -> None:
    single = table(np.ones((1, 1)))
    scaled = Table(single.first, single.lengths, np.full((1, 1), total, np.float32))
    plane = np.ones((1, 1), np.uint8)
    np.testing.assert_array_equal(resample(kernels, Case(plane, scaled, single), [1]), expected)


def grid(planes: int, step: int) -> list[NDArray[np.uint8]]:
    """Every combination of the levels 0, step, 2 * step, ..., 255, as planes."""
    levels = np.unique([*range(0, 256, step), 127, 128, 255]).astype(np.uint8)
    axes = np.meshgrid(*[levels] * planes, indexing="ij")
    return [axis.reshape(len(levels), -1) for axis in axes]


def step(kernels: Any, fine: int, coarse: int) -> int:
    return coarse if kernels is PLAIN else fine


def to_rgb(y: Any, cb: Any, cr: Any) -> NDArray[np.float64]:
    """T.871 clause 7, before rounding."""
    y, cb, cr = (np.asarray(plane, float) for plane in (y, cb, cr))
    green = y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128)
    rgb = np.stack([y + 1.402 * (cr - 128), green, y + 1.772 * (cb - 128)], axis=-1)
    return rgb.clip(0, 255)


def empty_rgb(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.full((*plane.shape, 3), 77, np.uint8)


def pillow_cmyk(planes: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    image = Image.merge("CMYK", [Image.fromarray(plane) for plane in planes])
    return np.asarray(image.convert("RGB"))


def test_ycbcr_follows_the_formula(kernels: Any) -> None:
    planes = grid(3, step(kernels, 3, 29))
    rgb = empty_rgb(planes[0])
    kernels.ycbcr_to_rgb(*planes, rgb)
    assert np.abs(rgb - to_rgb(*planes)).max() <= 0.51


def test_neutral_ycbcr_is_gray(kernels: Any) -> None:
    y = np.arange(256, dtype=np.uint8)[None]
    neutral = np.full_like(y, 128)
    rgb = empty_rgb(y)
    kernels.ycbcr_to_rgb(y, neutral, neutral, rgb)
    np.testing.assert_array_equal(rgb, np.repeat(y[..., None], 3, axis=-1))


@pytest.mark.parametrize("inverted", [False, True])
def test_cmyk_equals_pillow(kernels: Any, inverted: bool) -> None:
    planes = grid(4, step(kernels, 11, 64))
    rgb = empty_rgb(planes[0])
    kernels.cmyk_to_rgb(*planes, inverted, rgb)
    inks = [255 - plane for plane in planes] if inverted else planes
    np.testing.assert_array_equal(rgb, pillow_cmyk(inks))


@pytest.mark.parametrize("inverted", [False, True])
def test_ycck_is_complemented_ycbcr(kernels: Any, inverted: bool) -> None:
    y, cb, cr, k = grid(4, step(kernels, 15, 64))
    rgb, colours, expected = empty_rgb(y), empty_rgb(y), empty_rgb(y)
    kernels.ycck_to_rgb(y, cb, cr, k, inverted, rgb)
    kernels.ycbcr_to_rgb(y, cb, cr, colours)
    c, m, yellow = np.ascontiguousarray(np.moveaxis(255 - colours, -1, 0))
    kernels.cmyk_to_rgb(c, m, yellow, k, inverted, expected)
    np.testing.assert_array_equal(rgb, expected)


def arguments() -> dict[str, Any]:
    """A valid call of the compiled resample_strip."""
    rows, columns = box(8, 3), box(20, 7)
    return {
        "strip": np.zeros((8, 20), np.uint8), "strip_row": 0,
        "row_first": rows.first, "row_count": rows.lengths, "row_weights": rows.weights,
        "col_first": columns.first, "col_weights": columns.columns()[1],
        "accumulators": np.zeros((2, 20), np.float32), "scratch": np.zeros((3, 64), np.float32),
        "out_row": 0, "window_row": 0, "out": np.zeros((6, 7), np.uint8),
    }  # fmt: skip


def changed(values: NDArray[np.int32], index: int, value: int) -> NDArray[np.int32]:
    copy = values.copy()
    copy[index] = value
    return copy


def test_valid_arguments_are_taken() -> None:
    assert _native.resample_strip(**arguments()) == 3


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("strip", lambda a: np.zeros((8, 19), np.uint8)),
        ("strip", lambda a: np.zeros((8, 40), np.uint8)[:, ::2]),
        ("strip", lambda a: np.zeros((8, 20), np.uint8)[::-1]),
        ("strip", lambda a: np.broadcast_to(np.zeros(20, np.uint8), (8, 20))),
        ("strip_row", lambda a: -1),
        ("row_first", lambda a: changed(a, 1, -1)),
        ("row_first", lambda a: a[:2]),
        ("row_count", lambda a: changed(a, 0, 0)),
        ("row_count", lambda a: changed(a, 2, 99)),
        ("row_count", lambda a: changed(a, 2, -(2**31))),
        ("row_weights", lambda a: a[:2]),
        ("row_weights", lambda a: np.ascontiguousarray(a[:, :1])),
        ("col_first", lambda a: changed(a, 6, 20)),
        ("col_first", lambda a: changed(a, 3, 2)),
        ("col_first", lambda a: changed(a, 0, -1)),
        ("col_first", lambda a: a[:6]),
        ("col_first", lambda a: changed(a, 0, 2**31 - 1)),
        ("col_first", lambda a: changed(a, 0, -(2**31))),
        ("col_weights", lambda a: np.zeros((7, 0), np.float32)),
        ("accumulators", lambda a: np.zeros((0, 20), np.float32)),
        ("accumulators", lambda a: np.zeros((2, 19), np.float32)),
        ("accumulators", lambda a: np.zeros((2, 21), np.float32)),
        ("scratch", lambda a: np.zeros((2, 64), np.float32)),
        ("scratch", lambda a: np.zeros((3, 12), np.float32)),
        ("scratch", lambda a: np.zeros((3, 63), np.float32)),
        ("out_row", lambda a: -1),
        ("window_row", lambda a: 1),
        ("window_row", lambda a: -1),
        ("out", lambda a: np.zeros((5, 7), np.uint8)),
        ("out", lambda a: np.zeros((6, 6), np.uint8)),
    ],
)
def test_refuses_values_out_of_range(name: str, change: Any) -> None:
    call = arguments()
    call[name] = change(call[name])
    with pytest.raises(ValueError, match=r"tap|strip|accumulators|scratch|window|out"):
        _native.resample_strip(**call)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("strip", np.zeros((8, 20), np.int8)),
        ("strip", np.zeros(160, np.uint8)),
        ("strip", None),
        ("row_first", np.zeros(3, np.int64)),
        ("row_weights", np.zeros((3, 4), np.float64)),
        ("col_first", np.zeros(14, np.int32)[::2]),
        ("accumulators", np.zeros((20, 2), np.float32).T),
        ("accumulators", np.zeros((2, 20), np.float64)),
        ("scratch", np.zeros(192, np.float32)),
        ("scratch", np.zeros((3, 64), np.float64)),
        ("out", np.zeros((7, 6), np.uint8).T),
        ("out", bytes(21)),
    ],
)
def test_refuses_other_types(name: str, value: Any) -> None:
    with pytest.raises(TypeError):
        _native.resample_strip(**{**arguments(), name: value})


def test_refuses_to_write_to_read_only_arrays() -> None:
    for name in ("accumulators", "scratch", "out"):
        call = arguments()
        call[name].flags.writeable = False
        with pytest.raises(TypeError):
            _native.resample_strip(**call)


@pytest.mark.parametrize("shape", [(3, 5), (2, 4), (0, 4)])
def test_colours_refuse_planes_of_another_size(shape: tuple[int, int]) -> None:
    right, wrong = np.zeros((3, 4), np.uint8), np.zeros(shape, np.uint8)
    rgb = empty_rgb(right)
    for bad in range(3):
        with pytest.raises(ValueError, match="differ in size"):
            COMPILED.ycbcr_to_rgb(*[wrong if i == bad else right for i in range(3)], rgb)
    for bad in range(4):
        planes = [wrong if i == bad else right for i in range(4)]
        with pytest.raises(ValueError, match="differ in size"):
            COMPILED.cmyk_to_rgb(*planes, False, rgb)
        with pytest.raises(ValueError, match="differ in size"):
            COMPILED.ycck_to_rgb(*planes, False, rgb)


def test_colours_refuse_other_layouts() -> None:
    plane = np.zeros((3, 4), np.uint8)
    for rgb in (np.zeros((3, 4, 4), np.uint8), np.zeros((3, 3, 4), np.uint8).swapaxes(1, 2)):
        with pytest.raises(TypeError):
            COMPILED.ycbcr_to_rgb(plane, plane, plane, rgb)


def test_empty_pictures_convert_to_nothing() -> None:
    nothing = np.zeros((0, 4), np.uint8)
    COMPILED.ycbcr_to_rgb(nothing, nothing, nothing, np.zeros((0, 4, 3), np.uint8))


def tap_tables(
    draw: st.DrawFn, inputs: int, dtype: type[np.generic]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[Any]]:
    """First inputs, lengths and weights of a few outputs."""
    outputs = draw(st.integers(1, 5))
    first = draw(st.lists(st.integers(0, inputs - 1), min_size=outputs, max_size=outputs))
    lengths = [draw(st.integers(1, inputs - begin)) for begin in first]
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    weights = rng.uniform(-0.2, 1, (outputs, max(lengths)))
    weights /= weights.shape[1]
    if dtype is np.int32:
        weights = np.round(weights * (1 << reduction.FIXED_BITS))
    return np.array(first, np.int32), np.array(lengths, np.int32), weights.astype(dtype)


def dense(tables: tuple[NDArray[Any], ...], inputs: int) -> NDArray[np.float64]:
    return Table(*tables).dense(inputs)


@st.composite
def reductions(draw: st.DrawFn, dtype: type[np.generic]) -> Any:
    """(plane, tables of rows, tables of columns, strip heights)."""
    height, width = draw(st.integers(1, 30)), draw(st.integers(1, 30))
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    plane = rng.integers(0, 256, (height, width), dtype=np.uint8)
    step = draw(st.integers(1, 31))
    return plane, tap_tables(draw, height, dtype), tap_tables(draw, width, dtype), step


@every_form
@given(case=reductions(np.int32))
def test_reduction_in_fixed_point(kernels: Any, case: Any) -> None:
    plane, rows, columns, step = case
    sums = np.zeros((len(rows[0]), len(columns[0])), np.int32)
    line = np.empty(len(columns[0]), np.int32)
    for start in range(0, len(plane), step):
        strip = plane[start : start + step]
        kernels.reduce_strip_fixed(strip, start, *rows, *columns, line, sums)
    half = 1 << (reduction.FIXED_BITS - 1)
    lines = (plane @ dense(columns, plane.shape[1]).T).astype(np.int64) + half
    lines = (lines >> reduction.FIXED_BITS).clip(0, 255)
    expected = dense(rows, len(plane)) @ lines
    np.testing.assert_array_equal(sums, expected)
    out = np.empty(sums.shape, np.uint8)
    turned = np.empty(plane.shape[::-1], np.uint8)
    between = np.empty((len(plane), len(line)), np.uint8)
    room = np.empty(max(between.shape), np.int32)
    kernels.reduce_plane_fixed(plane, *rows, *columns, turned, room, between, out)
    rounded = (expected.astype(np.int64) + half) >> reduction.FIXED_BITS
    np.testing.assert_array_equal(out, rounded.clip(0, 255))


@every_form
@given(case=reductions(np.float32))
def test_reduction_of_rows_and_columns(kernels: Any, case: Any) -> None:
    plane, rows, columns, step = case
    sums = np.zeros((len(rows[0]), plane.shape[1]), np.float32)
    for start in range(0, len(plane), step):
        kernels.reduce_rows(plane[start : start + step], start, *rows, sums)
    out = np.empty((len(columns[0]), len(sums)), np.float32)
    kernels.reduce_columns(np.ascontiguousarray(sums.T), *columns, out)
    expected = dense(rows, len(plane)) @ plane @ dense(columns, plane.shape[1]).T
    np.testing.assert_allclose(out.T, expected, atol=0.01)
    at_once, turned = np.empty_like(out), np.empty((plane.shape[1], len(sums)), np.float32)
    kernels.reduce_plane(plane, *rows, *columns, np.empty_like(sums), turned, at_once)
    np.testing.assert_array_equal(at_once, out)


@st.composite
def framed_pictures(draw: st.DrawFn) -> NDArray[np.uint8]:
    """Noise within borders that are constant but for a few levels and outliers."""
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    height, width = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    level = draw(st.integers(0, 240))
    picture = rng.integers(level, level + draw(st.integers(1, 15)), (height, width), dtype=np.uint8)
    top, left = draw(st.integers(0, height)), draw(st.integers(0, width))
    bottom, right = draw(st.integers(top, height)), draw(st.integers(left, width))
    inside = rng.integers(0, 256, (bottom - top, right - left), dtype=np.uint8)
    picture[top:bottom, left:right] = inside
    return picture


def content_of(lines: NDArray[np.uint8]) -> tuple[int, int]:
    def border(lines: NDArray[np.uint8]) -> int:
        far = np.abs(lines.astype(int) - int(lines[0, 0])) > hashing.NOISE
        busy = far.sum(axis=1) > lines.shape[1] * hashing.OUTLIERS
        return int(busy.argmax()) if busy.any() else len(lines)

    before, behind = border(lines), len(lines) - border(lines[::-1])
    return (before, behind) if before < behind else (0, len(lines))


@every_form
@given(picture=framed_pictures())
def test_content_within_borders(kernels: Any, picture: NDArray[np.uint8]) -> None:
    box = np.empty(4, np.int64)
    kernels.find_content(picture, box)
    top, bottom = content_of(picture)
    left, right = content_of(picture[top:bottom].T)
    assert box.tolist() == [left, top, right, bottom]


@every_form
@given(shape=st.tuples(st.integers(1, 30), st.integers(1, 30)), seed=st.integers(0, 1000))
def test_steps_between_neighbours(kernels: Any, shape: tuple[int, int], seed: int) -> None:
    picture = np.random.default_rng(seed).uniform(-5, 260, shape).astype(np.float32)
    steps = [np.trunc(np.diff(picture, axis=axis) * np.float32(100) / 255) for axis in (0, 1)]
    assert kernels.total_steps(picture) == sum(int(np.abs(part).sum()) for part in steps)


@every_form
@given(
    values=st.lists(st.floats(-5, 5) | st.sampled_from([-1.0, 0.0, 1.0]), min_size=1, max_size=64),
    lower=st.booleans(),
)
def test_values_above_their_median(kernels: Any, values: list[float], lower: bool) -> None:
    eights = np.resize(np.array(values), 8 * -(-len(values) // 8))
    bits, given_values = np.empty(len(eights) // 8, np.uint8), eights.copy()
    kernels.above_median(eights, lower, np.empty_like(eights), bits)
    median = np.sort(eights)[len(eights) // 2 - 1] if lower else np.median(eights)
    np.testing.assert_array_equal(bits, np.packbits(eights > median))
    np.testing.assert_array_equal(eights, given_values)


@every_form
@given(side=st.sampled_from([1, 2, 8, 32]), data=st.data(), seed=st.integers(0, 1000))
def test_low_frequencies(kernels: Any, side: int, data: st.DataObject, seed: int) -> None:
    begin = data.draw(st.integers(0, side), "begin")
    end = data.draw(st.integers(begin, side), "end")
    picture = np.random.default_rng(seed).uniform(-5, 260, (side, side))
    basis = dct_rows(side, begin, end)
    out = frequencies_of(kernels, picture, begin, basis)
    expected = basis @ picture @ basis.T
    np.testing.assert_allclose(out, expected, atol=1e-9 * side * side)


@every_form
@given(side=st.sampled_from([8, 32, 64]), seed=st.integers(0, 1000))
def test_frequencies_that_are_not_there_are_nothing(kernels: Any, side: int, seed: int) -> None:
    line = np.random.default_rng(seed).uniform(-5, 260, side)
    line = np.concatenate([line[: side // 4], line[: side // 4][::-1]] * 2)
    picture = np.repeat(line[None], side, axis=0)
    out = frequencies_of(kernels, picture, 0, dct_rows(side, 0, side))
    assert not out[1:].any()
    assert not out[:, np.arange(side) % 4 != 0].any()
    assert out[0, 4] != 0


def dct_rows(side: int, begin: int, end: int) -> NDArray[np.float64]:
    """Rows begin .. end - 1 of the DCT-II, not normalised."""
    angles = np.pi * np.arange(begin, end)[:, None] * (2 * np.arange(side) + 1) / (2 * side)
    return np.asarray(np.cos(angles))


def frequencies_of(
    kernels: Any, picture: NDArray[np.float64], begin: int, basis: NDArray[np.float64]
) -> NDArray[np.float64]:
    count, side = basis.shape
    out = np.empty((count, count))
    rooms = np.empty((count, side)), np.empty((side, count))
    kernels.low_frequencies(picture.T.copy(), begin, basis, *rooms, out)
    return out


def every_order(picture: NDArray[Any]) -> list[NDArray[Any]]:
    """The same picture, its samples in memory in other orders."""
    apart = np.repeat(picture, 2, axis=1)[:, ::2]
    return [picture, np.asfortranarray(picture), apart, picture[::-1].copy()[::-1]]


@given(side=st.sampled_from([8, 16]), seed=st.integers(0, 1000))
def test_hashes_of_frequencies(side: int, seed: int) -> None:
    picture = np.random.default_rng(seed).uniform(0, 255, (side, side)).astype(np.float32)
    for same in every_order(picture.astype(np.uint8)):
        values = frequencies_of(COMPILED, same.astype(np.float64), 0, dct_rows(side, 0, 4))
        expected = np.packbits(values > np.median(values)).tobytes()
        assert _native.phash(same, dct_rows(side, 0, 4)) == expected
    steps = [np.abs(np.trunc(np.diff(picture, axis=axis) * 100 / 255)).sum() for axis in (0, 1)]
    for same in every_order(picture):
        values = frequencies_of(COMPILED, same.astype(np.float64), 1, dct_rows(side, 1, 5))
        above = values.ravel()[::-1] > np.sort(values, axis=None)[7]
        bits, quality = _native.pdq(same, dct_rows(side, 1, 5))
        assert bits == np.packbits(above).tobytes()
        assert quality == min(100, int(sum(steps)) // 90)


@given(shape=st.tuples(st.integers(1, 9), st.integers(1, 9)), seed=st.integers(0, 1000))
def test_hashes_of_samples(shape: tuple[int, int], seed: int) -> None:
    picture = np.random.default_rng(seed).integers(0, 7, shape, dtype=np.uint8)
    for same in every_order(picture):
        brighter = same[:, 1:] > same[:, :-1]
        assert _native.dhash(same) == np.packbits(brighter).tobytes()
        assert _native.average_hash(same) == np.packbits(same > same.mean()).tobytes()


@st.composite
def part_of_axis(draw: st.DrawFn) -> tuple[float, float, int]:
    """Low and high edge of a part, and the samples of the whole."""
    side = draw(st.integers(2, 90))
    low = draw(st.floats(0, 0.9)) * side
    return low, min(low + draw(st.floats(0.05, 1)) * (side - low), side), side


@given(x=part_of_axis(), y=part_of_axis())
def test_frequencies_of_area_averages(
    x: tuple[float, float, int], y: tuple[float, float, int]
) -> None:
    """Of a chequered picture with noise: no part of it is blank."""
    (left, right, width), (top, bottom, height) = x, y
    chequers = 150 * (np.add.outer(np.arange(height), np.arange(width)) % 2)
    noise = np.random.default_rng(width).integers(0, 100, (height, width))
    luma = (chequers + noise).astype(np.uint8)
    out, rows = np.empty((4, 4)), dct_rows(16, 1, 5)
    _native.area_frequencies(luma, left, top, right, bottom, 1, rows, out)
    averages = weights_of_parts(*y) @ luma @ weights_of_parts(*x).T
    if np.ptp(averages) > 0.02:  # more than the 64th of a level that counts as blank
        expected = rows @ averages @ rows.T
        np.testing.assert_allclose(out, expected / max(1.0, np.abs(expected).max()), atol=2e-3)


@pytest.mark.parametrize("level", [0, 77, 255])
def test_blank_parts_have_no_frequencies(level: int) -> None:
    luma, out = np.full((40, 30), level, np.uint8), np.ones((4, 4))
    luma[:, 20:] = 130
    _native.area_frequencies(luma, 0.3, 0.7, 19.9, 39.1, 1, dct_rows(16, 1, 5), out)
    assert not out.any()


def weights_of_parts(low: float, high: float, inputs: int) -> NDArray[np.float64]:
    """Of 16 equal parts, as averages of inputs 0 .. inputs - 1: (16, inputs)."""
    edges = low + np.arange(17) * (high - low) / 16
    below = np.clip(edges[:, None] - np.arange(inputs), 0, 1)
    return np.asarray(np.diff(below, axis=0) * 16 / (high - low))


@every_form
@given(shape=st.tuples(st.integers(1, 30), st.integers(1, 30)), seed=st.integers(0, 1000))
def test_rounded_while_turned(kernels: Any, shape: tuple[int, int], seed: int) -> None:
    halves = np.random.default_rng(seed).integers(-40, 600, shape) / 2
    samples = np.empty(shape[::-1], np.uint8)
    kernels.round_turned(halves.astype(np.float32), samples)
    np.testing.assert_array_equal(samples, np.rint(halves.T).clip(0, 255))


@every_form
@given(low=st.floats(0, 50), length=st.floats(0.01, 400), outputs=st.integers(1, 64))
def test_weights_of_equal_parts(kernels: Any, low: float, length: float, outputs: int) -> None:
    """Cumulative sums of the inputs, linear within each, differ by what lies between two edges."""
    high = low + length
    taps = int(np.ceil((high - low) / outputs)) + 2
    first, count = np.empty((2, outputs), np.int32)
    weights = np.empty((outputs, taps), np.float32)
    kernels.weigh_areas(low, high, first, count, weights)
    edges = low + np.arange(outputs + 1) * (high - low) / outputs
    inputs = np.arange(int(np.ceil(high)) + 1)
    below = np.clip(edges[:, None] - inputs, 0, 1)
    expected = np.diff(below, axis=0) * outputs / (high - low)
    np.testing.assert_allclose(dense((first, count, weights), len(inputs)), expected, atol=1e-5)
    assert (first >= 0).all()
    assert (count >= 1).all()
    assert (first + count <= np.ceil(high)).all()


def test_hashing_refuses_arrays_of_another_size() -> None:
    for values in (np.zeros(9), np.zeros(0)):
        with pytest.raises(ValueError, match="above_median"):
            _native.above_median(values, False)
    out = np.zeros((2, 2))
    with pytest.raises(ValueError, match="a power of two"):
        _native.low_frequencies(np.zeros((6, 6)), 0, np.zeros((2, 6)), out)
    with pytest.raises(ValueError, match="a power of two"):
        _native.low_frequencies(np.zeros((8192, 1)), 0, np.zeros((2, 8192)), out)
    for picture in (np.zeros((8, 4)), np.zeros((4, 8)), np.zeros((16, 16))):
        with pytest.raises(ValueError, match="of a square"):
            _native.low_frequencies(picture, 0, np.zeros((2, 8)), out)
    for begin in (-1, 7):
        with pytest.raises(ValueError, match="out of range"):
            _native.low_frequencies(np.zeros((8, 8)), begin, np.zeros((2, 8)), out)
    with pytest.raises(ValueError, match="one for each"):
        _native.low_frequencies(np.zeros((8, 8)), 0, np.zeros((3, 8)), out)
    square = np.zeros((8, 8), np.uint8)
    for frequencies in (0, 2):
        with pytest.raises(ValueError, match="above_median"):
            _native.phash(square, np.zeros((frequencies, 8)))
    with pytest.raises(ValueError, match="of a square"):
        _native.phash(square[:4], np.zeros((4, 8)))
    with pytest.raises(ValueError, match="a square"):
        _native.pdq(np.zeros((4, 16), np.float32), np.zeros((4, 8)))
    nothing = np.zeros((0, 0), np.uint8)
    for hash in (_native.dhash, _native.average_hash):
        with pytest.raises(ValueError, match="no samples"):
            hash(nothing)
    with pytest.raises(ValueError, match="samples"):
        _native.round_turned(np.zeros((2, 3), np.float32), np.zeros((2, 3), np.uint8))
    with pytest.raises(ValueError, match="find_content"):
        _native.find_content(np.zeros((0, 4), np.uint8), np.zeros(4, np.int64))
    with pytest.raises(ValueError, match="find_content"):
        _native.find_content(square, np.zeros(3, np.int64))


def test_areas_lie_within_the_picture() -> None:
    for low, high in ((-1.0, 2.0), (2.0, 2.0), (0.0, float("nan")), (0.0, 2.0**31 - 0.5)):
        with pytest.raises(ValueError, match="axis"):
            _native.area_taps(low, high, 8)
    with pytest.raises(ValueError, match="axis"):
        _native.area_taps(0.0, 2.0, 0)
    luma, rows, out = np.zeros((5, 4), np.uint8), np.zeros((2, 8)), np.zeros((2, 2))
    for right, bottom in ((4.5, 5.0), (4.0, 5.5)):
        with pytest.raises(ValueError, match="not within"):
            _native.area_frequencies(luma, 0.0, 0.0, right, bottom, 1, rows, out)
    with pytest.raises(ValueError, match="one for each"):
        _native.area_frequencies(luma, 0.0, 0.0, 4.0, 5.0, 1, rows, out[:1])


@pytest.mark.parametrize(
    ("first", "lengths", "rows"),
    [
        ([-1], [2], 1),
        ([0], [0], 1),
        ([0], [5], 1),
        ([2**31 - 2], [3], 1),
        ([0, 1], [1], 2),
        ([0], [1], 2),
    ],
)
@pytest.mark.parametrize("kind", [_native.FloatTaps, _native.FixedTaps])
def test_taps_out_of_range_are_refused(
    kind: Any, first: list[int], lengths: list[int], rows: int
) -> None:
    dtype = np.float32 if kind is _native.FloatTaps else np.int32
    tables = np.array(first, np.int32), np.array(lengths, np.int32)
    with pytest.raises(ValueError, match="tap"):
        kind(*tables, np.ones((rows, 4), dtype))


def test_taps_show_what_they_are_made_of() -> None:
    arrays = np.arange(3, dtype=np.int32), np.ones(3, np.int32), np.ones((3, 2), np.float32)
    taps = _native.FloatTaps(*arrays)
    shown = taps.first, taps.lengths, taps.weights
    assert taps.nbytes == sum(array.nbytes for array in arrays)
    del taps
    for array, source in zip(shown, arrays, strict=True):
        np.testing.assert_array_equal(array, source)
        assert not array.flags.writeable


def one_tap(kind: Any, behind: int = 0) -> Any:
    """A single output, which is input number `behind`."""
    dtype = np.float32 if kind is _native.FloatTaps else np.int32
    return kind(np.full(1, behind, np.int32), np.ones(1, np.int32), np.ones((1, 1), dtype))


def test_reductions_refuse_taps_behind_the_plane() -> None:
    plane, fixed, floats = np.zeros((2, 4), np.uint8), _native.FixedTaps, _native.FloatTaps
    sums, out = np.zeros((1, 1), np.int32), np.zeros((1, 1), np.float32)
    with pytest.raises(ValueError, match="taps"):
        _native.reduce_strip_fixed(plane, 0, one_tap(fixed), one_tap(fixed, 4), sums[0], sums)
    with pytest.raises(ValueError, match="taps"):
        _native.reduce_columns(np.zeros((4, 1), np.float32), one_tap(floats, 4), out)
    for rows, columns in ((2, 0), (0, 4)):
        with pytest.raises(ValueError, match="taps"):
            _native.reduce_plane(plane, one_tap(floats, rows), one_tap(floats, columns), out)
        with pytest.raises(ValueError, match="taps"):
            _native.reduce_plane_fixed(
                plane, one_tap(fixed, rows), one_tap(fixed, columns), plane[:1, :1].copy()
            )


def test_reductions_refuse_arrays_of_another_size() -> None:
    strip, rows = np.zeros((2, 4), np.uint8), one_tap(_native.FloatTaps)
    for shape in ((1, 5), (2, 4)):
        with pytest.raises(ValueError, match="sums"):
            _native.reduce_rows(strip, 0, rows, np.zeros(shape, np.float32))
    wrong = np.zeros((2, 1), np.float32)
    with pytest.raises(ValueError, match="out"):
        _native.reduce_columns(np.zeros((4, 1), np.float32), rows, wrong)
    with pytest.raises(ValueError, match="out"):
        _native.reduce_plane(strip, rows, rows, wrong)
    fixed = one_tap(_native.FixedTaps)
    with pytest.raises(ValueError, match="out"):
        _native.reduce_plane_fixed(strip, fixed, fixed, wrong.astype(np.uint8))
    sums = np.zeros((1, 1), np.int32)
    for wrong_line, wrong_sums in ((np.zeros(2, np.int32), sums), (sums[0], sums[:0])):
        with pytest.raises(ValueError, match="line and sums"):
            _native.reduce_strip_fixed(strip, 0, fixed, fixed, wrong_line, wrong_sums)
