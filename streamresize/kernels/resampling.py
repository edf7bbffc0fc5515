"""Weighted averaging of rows: vertical sums first, one horizontal step for each finished row."""

# Columns summed at a time, so that their sums stay in the first-level cache.
COLUMN_BLOCK = 2048


def add_rows(strip, begin, end, weights, offset, sums):
    """sums[x] += weights[offset + r - begin] * strip[r, x] for begin <= r < end."""
    width = sums.shape[0]
    for left in range(0, width, COLUMN_BLOCK):
        right = min(left + COLUMN_BLOCK, width)
        for row in range(begin, end):
            weight = weights[offset + row - begin]
            for x in range(left, right):
                sums[x] += weight * strip[row, x]


def finish_row(sums, col_first, col_count, col_weights, out):
    """One output row from one row of vertical sums, rounded half up and clamped to 0..255."""
    for column in range(out.shape[0]):
        first = col_first[column]
        total = sums.dtype.type(0.5)
        for tap in range(col_count[column]):
            total += col_weights[column, tap] * sums[first + tap]
        out[column] = min(max(int(total), 0), 255)


def resample_strip(
    strip,
    strip_row,
    row_first,
    row_count,
    row_weights,
    col_first,
    col_count,
    col_weights,
    accumulators,
    out_row,
    window_row,
    out,
):
    """Add a strip to the open output rows; return how many rows were finished into `out`.

    strip: uint8 (rows, >= width), rows strip_row, strip_row + 1, ... of the plane.
    row_first, row_count: int32 (n,), row_weights: float32 (n, taps): first input row, number of
    input rows and their weights for output rows window_row .. window_row + n - 1. First and last
    input rows do not decrease. col_*: the same for the columns of the output.
    accumulators: float32 (k, width), vertical sums of the open output rows; row i uses number
    i % k, so at most k rows may be open at once.
    out_row: the first output row that is not finished yet. out: uint8 (>= n, columns).
    """
    strip_end = strip_row + strip.shape[0]
    finished = 0
    for entry in range(out_row - window_row, row_first.shape[0]):
        first = row_first[entry]
        last = first + row_count[entry]
        if first >= strip_end:
            break
        sums = accumulators[(window_row + entry) % accumulators.shape[0]]
        if first >= strip_row:
            sums[:] = 0
        begin = max(first, strip_row)
        add_rows(
            strip,
            begin - strip_row,
            min(last, strip_end) - strip_row,
            row_weights[entry],
            begin - first,
            sums,
        )
        if last <= strip_end:
            finish_row(sums, col_first, col_count, col_weights, out[finished])
            finished += 1
    return finished
