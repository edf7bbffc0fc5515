"""What hashes ask of whole small pictures."""

import numpy as np

NOISE = 12  # levels that the samples of a border may differ in
OUTLIERS = 0.02  # of the samples of a line that may differ by more


def border(lines):
    """How many lines, from the first on, hold nothing: samples within NOISE of their corner's."""
    level = np.int32(lines[0, 0])
    for number in range(lines.shape[0]):
        outliers = 0
        for place in range(lines.shape[1]):
            outliers += abs(np.int32(lines[number, place]) - level) > NOISE
        if outliers > lines.shape[1] * OUTLIERS:
            return number
    return lines.shape[0]


def content(lines):
    """First line with content, and the one behind the last; all lines where there is none.

    The border from one end may reach behind that from the other: 0, 10, 20 are near to their next.
    """
    before, behind = border(lines), lines.shape[0] - border(lines[::-1])
    if before < behind:
        return before, behind
    return 0, lines.shape[0]


def find_content(luma, box):
    """box: int64 (4,), left, top, right, bottom of what is within the constant borders of a luma.

    luma: uint8 (h, w).
    """
    top, bottom = content(luma)
    left, right = content(luma[top:bottom].T)
    box[0], box[1], box[2], box[3] = left, top, right, bottom


def step(before, after):
    """From one sample to the next, in whole percent of the range, either way."""
    return abs(np.int32((after - before) * np.float32(100) / np.float32(255)))


def steps_between(before, after):
    """Sum of the steps from each sample of a line to that of another."""
    total = np.int32(0)
    for place in range(before.shape[0]):
        total = np.int32(total + step(before[place], after[place]))
    return total


def total_steps(picture):
    """Sum of the steps between neighbours in float32 (h, w), down and across."""
    total = np.int32(0)
    for row in range(picture.shape[0]):
        line = picture[row]
        total = np.int32(total + steps_between(line[:-1], line[1:]))
        if row:
            total = np.int32(total + steps_between(picture[row - 1], line))
    return total


def nth_smallest(values, n):
    """Counted from 0; smaller values are moved in front of it, larger ones behind it.

    C. A. R. Hoare, "Algorithm 65: find", 1961.
    """
    first, last = 0, values.shape[0] - 1
    while first < last:
        pivot, low, high = values[n], first, last
        while low <= high:
            while values[low] < pivot:
                low += 1
            while values[high] > pivot:
                high -= 1
            if low <= high:
                values[low], values[high] = values[high], values[low]
                low += 1
                high -= 1
        if high < n:
            first = low
        if n < low:
            last = high
    return values[n]


def middle(values, lower):
    """Median of an even number of values, which are moved, or the lower of the middle two."""
    behind = values.shape[0] // 2
    median = nth_smallest(values, behind - 1)
    if lower:
        return median
    upper = values[behind]
    for place in range(behind + 1, values.shape[0]):
        upper = min(upper, values[place])
    return (median + upper) / 2


def above_median(values, lower, room, bits):
    """Which of 8 n values lie above their median, most significant bit first.

    values: float64 (8 n,), none of them NaN. lower: the median is the lower one of the two in the
    middle, not their mean. room: float64 (8 n,), overwritten. bits: uint8 (n,).
    """
    for place in range(values.shape[0]):
        room[place] = values[place]
    median = middle(room, lower)
    for byte in range(bits.shape[0]):
        packed = 0
        for place in range(8 * byte, 8 * byte + 8):
            packed = 2 * packed + (values[place] > median)
        bits[byte] = packed
