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


def add_four_lines(a, a_weight, b, b_weight, c, c_weight, d, d_weight, sums):
    """As `add_line` with one after the other, but the sums are read and written once."""
    for x in range(sums.shape[0]):
        sums[x] = sums[x] + a_weight * a[x] + b_weight * b[x] + c_weight * c[x] + d_weight * d[x]


def weigh_lines(lines, weights, start, sums):
    """sums[x] = start + sum of weights[i] * lines[i, x], in their order."""
    sums[:] = start
    fours = lines.shape[0] - lines.shape[0] % 4
    for i in range(0, fours, 4):
        add_four_lines(
            lines[i], weights[i], lines[i + 1], weights[i + 1],
            lines[i + 2], weights[i + 2], lines[i + 3], weights[i + 3], sums,
        )  # fmt: skip
    for i in range(fours, lines.shape[0]):
        add_line(lines[i], weights[i], sums)


def weigh_windows(lines, first, count, weights, sums):
    """sums[i] = sum of weights[i, t] * lines[first[i] + t] for t < count[i]."""
    for output in range(first.shape[0]):
        begin, taps = first[output], count[output]
        weigh_lines(lines[begin : begin + taps], weights[output, :taps], 0, sums[output])


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
    weigh_windows(columns, first, count, weights, out)


def turn(rows, columns):
    """columns[x, y] = rows[y, x]."""
    for column in range(rows.shape[1]):
        for row in range(rows.shape[0]):
            columns[column, row] = rows[row, column]


def reduce_plane(
    plane,
    row_first,
    row_count,
    row_weights,
    col_first,
    col_count,
    col_weights,
    sums,
    turned,
    out,
):
    """A whole plane at once: `reduce_rows`, then `reduce_columns`.

    plane: uint8 (height, width). sums, turned: float32 (rows, width) and (width, rows),
    overwritten. out: float32 (columns, rows), transposed as the kernel leaves it.
    """
    weigh_windows(plane, row_first, row_count, row_weights, sums)
    turn(sums, turned)
    weigh_windows(turned, col_first, col_count, col_weights, out)


def weigh_areas(low, high, first, count, weights):
    """Averages over equal parts of what is from `low` to `high`; input i lies from i to i + 1.

    first, count: int32 (n,). weights: float32 (n, taps), taps at least (high - low) / n + 2; zero
    behind the count.
    """
    outputs, taps = weights.shape
    for output in range(outputs):
        begin = low + output * (high - low) / outputs
        end = low + (output + 1) * (high - low) / outputs
        at = np.int32(np.floor(begin))
        inputs = min(max(np.int32(np.ceil(end)) - at, 1), taps)
        first[output], count[output] = at, inputs
        for tap in range(taps):
            overlap = min(at + tap + 1.0, end) - max(at + tap + 0.0, begin)
            weights[output, tap] = max(overlap, 0.0) * (outputs / (high - low))


def round_turned(columns, samples):
    """samples[y, x] = columns[x, y], rounded (halves to even) and clamped to 0..255.

    columns: float32 (width, height). samples: uint8 (height, width).
    """
    for column in range(columns.shape[0]):
        for row in range(columns.shape[1]):
            level = min(max(np.rint(columns[column, row]), np.float32(0)), np.float32(255))
            samples[row, column] = np.int32(level)


def clamp(total):
    """A sum that began with FIXED_HALF as a sample."""
    return min(max(total >> FIXED_BITS, 0), 255)


def reduce_plane_fixed(
    plane,
    row_first,
    row_count,
    row_weights,
    col_first,
    col_count,
    col_weights,
    turned,
    sums,
    lines,
    out,
):
    """A whole plane at once: `reduce_strip_fixed`, and its sums rounded to samples.

    plane: uint8 (height, width). Overwritten: turned, uint8 (width, height); sums, int32, as long
    as the longer of a column of the plane and a row of `out`; lines, uint8 (height, columns).
    """
    turn(plane, turned)
    height, width = lines.shape
    for column in range(width):
        begin, taps = col_first[column], col_count[column]
        inputs = turned[begin : begin + taps]
        weigh_lines(inputs, col_weights[column, :taps], FIXED_HALF, sums[:height])
        for row in range(height):
            lines[row, column] = clamp(sums[row])
    for row in range(out.shape[0]):
        begin, taps = row_first[row], row_count[row]
        inputs = lines[begin : begin + taps]
        weigh_lines(inputs, row_weights[row, :taps], FIXED_HALF, sums[:width])
        for column in range(width):
            out[row, column] = clamp(sums[column])


def fold(lines):
    """Sums and differences of lines, float64 (2^n, m), and their mirror images, n times.

    A DCT gives both lines of such a pair the same factor, or the opposite one. Where the picture is
    even, nothing at all is left of a difference, whatever would have been rounded.
    """
    size = lines.shape[0]
    while size > 1:
        for upper in range(size // 2):
            lower = size - 1 - upper
            for place in range(lines.shape[1]):
                first, second = lines[upper, place], lines[lower, place]
                lines[upper, place] = second + first
                lines[lower, place] = second - first
        size //= 2


def weigh_folded(lines, begin, basis, out):
    """Frequencies begin, begin + 1, ... of the DCT-II, not normalised, of what `fold` has left.

    Odd ones come from the second half of the lines, as do those of the sums in the first, and so
    on. basis: float64 (frequencies, 2^n). out: float64 (frequencies, m).
    """
    for number in range(out.shape[0]):
        frequency, size = begin + number, lines.shape[0]
        while size > 1 and frequency % 2 == 0:
            frequency //= 2
            size //= 2
        half = slice(size // 2, size)
        weigh_lines(lines[half], basis[number, half], 0, out[number])


def low_frequencies(picture, begin, basis, lines, turned, out):
    """Frequencies begin, begin + 1, ... of the DCT-II, not normalised, down and across.

    picture: float64 (2^n, 2^n), transposed, overwritten. basis: see `weigh_folded`. lines: float64
    (frequencies, 2^n) and turned: (2^n, frequencies), overwritten. out: float64 (frequencies,
    frequencies).
    """
    fold(picture)
    weigh_folded(picture, begin, basis, lines)
    turn(lines, turned)
    fold(turned)
    weigh_folded(turned, begin, basis, out)
