"""A whole plane to a few rows or samples, row by row as it comes."""

import numpy as np

FIXED_BITS = 22
FIXED_HALF = 1 << (FIXED_BITS - 1)


def fixed_sample(total):
    """A sum of samples with weights of FIXED_BITS, rounded and clamped to 0..255."""
    return min(max((total + FIXED_HALF) >> FIXED_BITS, 0), 255)


def weigh_fixed(samples, weights):
    """Sum of the products; called with slices, which lets the compiler vectorise it."""
    total = np.int32(0)
    for tap in range(samples.shape[0]):
        total = np.int32(total + weights[tap] * np.int32(samples[tap]))
    return total


def reduce_row_fixed(row, first, count, weights, line):
    """line[c] = rounded sum of `count[c]` samples from first[c] on."""
    for column in range(first.shape[0]):
        begin, taps = first[column], count[column]
        line[column] = fixed_sample(weigh_fixed(row[begin : begin + taps], weights[column, :taps]))


def add_line(line, weight, sums):
    """Add weight * line to sums."""
    for column in range(sums.shape[0]):
        sums[column] += weight * line[column]


def add_to_outputs(line, row, first, count, weights, sums):
    """Add a line, made of input row `row`, to the sums of all outputs that it belongs to."""
    for output in range(first.shape[0]):
        tap = row - first[output]
        if 0 <= tap < count[output]:
            add_line(line, weights[output, tap], sums[output])


def reduce_strip_fixed(
    strip,
    strip_row,
    row_first,
    row_count,
    row_weights,
    col_first,
    col_count,
    col_weights,
    line,
    sums,
):
    """Add a strip to the sums of a reduction in fixed point, columns first.

    strip: uint8 (rows, width), rows strip_row, strip_row + 1, ... of the plane. row_*: int32 (n,),
    (n,) and (n, taps): first input row, number of input rows and their weights, of FIXED_BITS, for
    each output row; col_*: the same for the columns. line: int32 (columns,), overwritten.
    sums: int32 (n, columns).
    """
    for row in range(strip.shape[0]):
        reduce_row_fixed(strip[row], col_first, col_count, col_weights, line)
        add_to_outputs(line, strip_row + row, row_first, row_count, row_weights, sums)


def reduce_rows(strip, strip_row, first, count, weights, sums):
    """Add a strip to weighted sums of whole rows.

    strip, strip_row, first, count: as above. weights: float32 (n, taps). sums: float32 (n, width).
    """
    for row in range(strip.shape[0]):
        add_to_outputs(strip[row], strip_row + row, first, count, weights, sums)


def reduce_columns(columns, first, count, weights, out):
    """out[i] = sum of weights[i, t] * columns[first[i] + t] for t < count[i]; all float32.

    Of a plane that has been transposed, so that the rows here are its columns.
    """
    out[:] = 0.0
    for output in range(first.shape[0]):
        begin = first[output]
        for tap in range(count[output]):
            add_line(columns[begin + tap], weights[output, tap], out[output])
