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


def total_steps(picture):
    """Sum of the steps between neighbours in float32 (h, w), down and across."""
    total = np.int32(0)
    for row in range(1, picture.shape[0]):
        for column in range(picture.shape[1]):
            total = np.int32(total + step(picture[row - 1, column], picture[row, column]))
    for row in range(picture.shape[0]):
        for column in range(1, picture.shape[1]):
            total = np.int32(total + step(picture[row, column - 1], picture[row, column]))
    return total
