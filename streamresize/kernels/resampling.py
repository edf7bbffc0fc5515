"""Weighted averaging of rows: vertical sums first, one horizontal step for each finished row."""

# Columns summed at a time, so that their sums stay in the first-level cache.
COLUMN_BLOCK = 2048


def add_row(row, weight, sums):
    """sums[x] += weight * row[x]; the slices let the compiler vectorise it."""
    for x in range(sums.shape[0]):
        sums[x] += weight * row[x]


def add_rows(strip, begin, end, weights, offset, sums):
    """sums[x] += weights[offset + r - begin] * strip[r, x] for begin <= r < end."""
    width = sums.shape[0]
    for left in range(0, width, COLUMN_BLOCK):
        right = min(left + COLUMN_BLOCK, width)
        block = sums[left:right]
        for row in range(begin, end):
            add_row(strip[row, left:right], weights[offset + row - begin], block)


def sample(total):
    """Truncated and clamped to 0..255."""
    return min(max(int(total), 0), 255)


def finish_row_of_few_taps(sums, first, count, weights, out):
    """As `finish_row` for tables of 1 to 3 taps: a loop over so few costs more than the sum."""
    half = sums.dtype.type(0.5)
    for column in range(out.shape[0]):
        start = first[column]
        total = half + weights[column, 0] * sums[start]
        if count[column] == 3:
            total += weights[column, 1] * sums[start + 1]
            total += weights[column, 2] * sums[start + 2]
        elif count[column] == 2:
            total += weights[column, 1] * sums[start + 1]
        out[column] = sample(total)


def finish_row(sums, first, count, weights, out):
    """One output row from one row of vertical sums, rounded half up."""
    for column in range(out.shape[0]):
        samples = sums[first[column] : first[column] + count[column]]
        total = sums.dtype.type(0.5)
        for tap in range(samples.shape[0]):
            total += weights[column, tap] * samples[tap]
        out[column] = sample(total)


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
            if col_weights.shape[1] <= 3:
                finish_row_of_few_taps(sums, col_first, col_count, col_weights, out[finished])
            else:
                finish_row(sums, col_first, col_count, col_weights, out[finished])
            finished += 1
    return finished
