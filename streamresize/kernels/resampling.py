"""Weighted averaging of rows: vertical sums first, then a horizontal step for finished rows.

Rows that a strip finishes are finished LANES at a time, and in blocks of columns whose sums stay in
the first-level cache. For the horizontal step the sums of these rows are interleaved: whichever
inputs an output column needs, its samples in all of the rows come from the same vector operations.
"""

import numpy as np

LANES = 4
HALF = np.float32(0.5)
LOWEST = np.float32(0)

# Columns added at a time to the sums of a row that stays open.
COLUMN_BLOCK = 2048

# Leaves an index as it is, and tells the compiler that it does not count from the end.
NOT_NEGATIVE = (1 << 31) - 1


def add_row(row, weight, sums):
    """sums[x] += weight * row[x]; called with slices, which lets the compiler vectorise it."""
    for x in range(sums.shape[0]):
        sums[x] += weight * row[x]


def add_two_rows(upper, upper_weight, lower, lower_weight, sums):
    """As `add_row` with one after the other, but the sums are read and written once."""
    for x in range(sums.shape[0]):
        sums[x] = sums[x] + upper_weight * upper[x] + lower_weight * lower[x]


def add_rows(strip, left, begin, end, weights, offset, sums):
    """sums[x] += weights[offset + r - begin] * strip[r, left + x] for begin <= r < end."""
    right = left + sums.shape[0]
    row, tap = begin, offset
    while row + 1 < end:
        add_two_rows(
            strip[row, left:right], weights[tap], strip[row + 1, left:right], weights[tap + 1], sums
        )
        row, tap = row + 2, tap + 2
    if row < end:
        add_row(strip[row, left:right], weights[tap], sums)


def keep_open(strip, strip_row, first, last, weights, sums):
    """Add to `sums` what the strip has of input rows first .. last - 1."""
    begin = max(first, strip_row) - strip_row
    end = min(last - strip_row, strip.shape[0])
    for left in range(0, sums.shape[0], COLUMN_BLOCK):
        block = sums[left : left + COLUMN_BLOCK]
        if first >= strip_row:
            block[:] = 0
        add_rows(strip, left, begin, end, weights, begin + strip_row - first, block)


def complete(strip, strip_row, first, last, weights, open_sums, left, sums):
    """`sums` of input rows first .. last - 1, which end in the strip, for columns from `left` on.

    open_sums: what `keep_open` has collected of the rows before the strip.
    """
    begin = max(first, strip_row) - strip_row
    if first >= strip_row:
        sums[:] = 0
    else:
        for x in range(sums.shape[0]):
            sums[x] = open_sums[left + x]
    add_rows(strip, left, begin, last - strip_row, weights, begin + strip_row - first, sums)


def highest_of(samples):
    """The largest value of its type: 255 or 65535."""
    return np.float32(np.iinfo(samples.dtype).max)


def sample(total, highest):
    """Clamped to 0..highest and truncated."""
    return np.int32(min(max(total, LOWEST), highest))


def sum_of_three(sums, at, step, first_weight, second_weight, third_weight):
    """Weighted sum of three that lie `step` apart, with the half that rounds."""
    first, second, third = sums[at], sums[at + step], sums[at + 2 * step]
    return HALF + first_weight * first + second_weight * second + third_weight * third


def finish_row_of_three_taps(sums, origin, first, weights, out):
    """As `finish_row` for tables of three taps: a loop over so few costs more than the sum."""
    highest = highest_of(out)
    for column in range(first.shape[0]):
        at = (first[column] - origin) & NOT_NEGATIVE
        w0, w1, w2 = weights[column, 0], weights[column, 1], weights[column, 2]
        out[column] = sample(sum_of_three(sums, at, 1, w0, w1, w2), highest)


def finish_row(sums, origin, first, weights, out):
    """One output row from one row of vertical sums, rounded half up; sums[0] is input `origin`."""
    highest = highest_of(out)
    for column in range(first.shape[0]):
        at = (first[column] - origin) & NOT_NEGATIVE
        total = HALF
        for tap in range(weights.shape[1]):
            total += weights[column, tap] * sums[at + tap]
        out[column] = sample(total, highest)


def store(lanes, at, a, b, c, d):
    """One value of each lane."""
    lanes[at] = a
    lanes[at + 1] = b
    lanes[at + 2] = c
    lanes[at + 3] = d


def interleave(a, b, c, d, lanes):
    """lanes[LANES * x] = a[x], lanes[LANES * x + 1] = b[x], ..."""
    for x in range(a.shape[0]):
        store(lanes, LANES * x, a[x], b[x], c[x], d[x])


def weigh_lanes_of_three_taps(lanes, origin, first, weights, totals):
    """As `weigh_lanes` for tables of three taps."""
    for column in range(first.shape[0]):
        at = LANES * (first[column] - origin) & NOT_NEGATIVE
        w0, w1, w2 = weights[column, 0], weights[column, 1], weights[column, 2]
        # All before the first is stored: only then does the compiler see one vector.
        a = sum_of_three(lanes, at, LANES, w0, w1, w2)
        b = sum_of_three(lanes, at + 1, LANES, w0, w1, w2)
        c = sum_of_three(lanes, at + 2, LANES, w0, w1, w2)
        d = sum_of_three(lanes, at + 3, LANES, w0, w1, w2)
        store(totals, LANES * column, a, b, c, d)


def weigh_lanes(lanes, origin, first, weights, totals):
    """As `finish_row` for LANES interleaved rows, to interleaved totals."""
    for column in range(first.shape[0]):
        start = LANES * (first[column] - origin) & NOT_NEGATIVE
        a = b = c = d = HALF
        for tap in range(weights.shape[1]):
            at = start + LANES * tap
            weight = weights[column, tap]
            a += weight * lanes[at]
            b += weight * lanes[at + 1]
            c += weight * lanes[at + 2]
            d += weight * lanes[at + 3]
        store(totals, LANES * column, a, b, c, d)


def separate(totals, a, b, c, d):
    """The reverse of `interleave`, to samples."""
    highest = highest_of(a)
    for column in range(a.shape[0]):
        a[column] = sample(totals[LANES * column], highest)
        b[column] = sample(totals[LANES * column + 1], highest)
        c[column] = sample(totals[LANES * column + 2], highest)
        d[column] = sample(totals[LANES * column + 3], highest)


def finish_block_of_one(scratch, origin, first, weights, out):
    """One row: the sums in scratch[0] to out[0]."""
    if weights.shape[1] == 3:
        finish_row_of_three_taps(scratch[0], origin, first, weights, out[0])
    else:
        finish_row(scratch[0], origin, first, weights, out[0])


def finish_block(scratch, width, origin, first, weights, out):
    """LANES rows: the `width` sums of each in scratch[0] to `out`, by way of the rest of it."""
    sums, lanes, totals = scratch[0], scratch[1], scratch[2]
    length = sums.shape[0] // LANES
    interleave(
        sums[:width],
        sums[length : length + width],
        sums[2 * length : 2 * length + width],
        sums[3 * length : 3 * length + width],
        lanes,
    )
    if weights.shape[1] == 3:
        weigh_lanes_of_three_taps(lanes, origin, first, weights, totals)
    else:
        weigh_lanes(lanes, origin, first, weights, totals)
    separate(totals, out[0], out[1], out[2], out[3])


def columns_in_reach(first, taps, left, length):
    """The end of at most `length` columns from `left` on whose taps lie in `length` inputs."""
    low, high = left + 1, min(left + length, first.shape[0])
    while low < high:
        middle = (low + high + 1) // 2
        if first[middle - 1] + taps <= first[left] + length:
            low = middle
        else:
            high = middle - 1
    return low


def finish_rows(
    strip,
    strip_row,
    row_first,
    row_count,
    row_weights,
    col_first,
    col_weights,
    accumulators,
    number,
    scratch,
    out,
):
    """Finish 1 to LANES output rows, whose last input rows are in the strip.

    number: of the first of them, which tells its accumulator. out: LANES rows, all overwritten.
    """
    length = scratch.shape[1] // LANES
    columns, taps = col_weights.shape
    left = 0
    while left < columns:
        right = columns_in_reach(col_first, taps, left, length)
        origin = int(col_first[left])
        width = min(int(col_first[right - 1]) + taps, accumulators.shape[1]) - origin
        for row in range(row_first.shape[0]):
            complete(
                strip,
                strip_row,
                row_first[row],
                row_first[row] + row_count[row],
                row_weights[row],
                accumulators[(number + row) % accumulators.shape[0]],
                origin,
                scratch[0, row * length : row * length + width],
            )
        first, weights = col_first[left:right], col_weights[left:right]
        if row_first.shape[0] == 1:
            finish_block_of_one(scratch, origin, first, weights, out[:, left:right])
        else:
            finish_block(scratch, width, origin, first, weights, out[:, left:right])
        left = right


def resample_strip(
    strip,
    strip_row,
    row_first,
    row_count,
    row_weights,
    col_first,
    col_weights,
    accumulators,
    scratch,
    out_row,
    window_row,
    out,
):
    """Add a strip to the open output rows; return how many rows were finished into `out`.

    strip: uint8 or uint16 (rows, >= width), rows strip_row, strip_row + 1, ... of the plane.
    row_first, row_count: int32 (n,), row_weights: float32 (n, taps): first input row, number of
    input rows and their weights for output rows window_row .. window_row + n - 1. First and last
    input rows do not decrease. col_*: the same for the columns of the output, but zeros behind the
    last weight instead of a count. A table of three taps is faster than one of fewer.
    accumulators: float32 (k, width), vertical sums of the open output rows; row i uses number
    i % k, so at most k rows may be open at once.
    scratch: float32 (3, LANES * m): m inputs, at least a column's taps, are taken at a time. What
    it holds does not matter, as long as it is finite.
    out_row: the first output row that is not finished yet.
    out: as the strip, (>= n + LANES - 1, columns); what lies behind the finished rows is spoiled.
    """
    strip_end = strip_row + strip.shape[0]
    begin = end = out_row - window_row
    while end < row_first.shape[0] and row_first[end] + row_count[end] <= strip_end:
        end += 1
    for row in range(begin, end, LANES):
        stop = min(row + LANES, end)
        finish_rows(
            strip,
            strip_row,
            row_first[row:stop],
            row_count[row:stop],
            row_weights[row:stop],
            col_first,
            col_weights,
            accumulators,
            window_row + row,
            scratch,
            out[row - begin : row - begin + LANES],
        )
    for row in range(end, row_first.shape[0]):
        first = row_first[row]
        if first >= strip_end:
            break
        sums = accumulators[(window_row + row) % accumulators.shape[0]]
        keep_open(strip, strip_row, first, first + row_count[row], row_weights[row], sums)
    return end - begin
