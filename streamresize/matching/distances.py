"""How far two pictures of the same shape are from each other: second opinions to the hashes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.generic]
Values = NDArray[np.float64]
Mask = NDArray[np.bool_]

PEAK = 255.0
SSIM_SIDE = 8
SSIM_MEAN, SSIM_VARIANCE = (0.01 * PEAK) ** 2, (0.03 * PEAK) ** 2
BINS = 32


def mse(first: Plane, second: Plane) -> float:
    """Mean squared difference of samples 0 to 255: 0 to 65025."""
    difference = first.astype(np.float64) - second.astype(np.float64)
    return float((difference**2).mean())


def ssim(first: Plane, second: Plane) -> float:
    """Mean structural similarity over windows of 8 x 8, -1 to 1.

    Z. Wang et al., "Image Quality Assessment: From Error Visibility to Structural Similarity",
    2004, with square windows. Pictures below 8 samples a side are one window.
    """
    m = Moments.of(first, second, min(SSIM_SIDE, *first.shape))
    brightness = 2 * m.mean_first * m.mean_second + SSIM_MEAN
    brightness /= m.mean_first**2 + m.mean_second**2 + SSIM_MEAN
    structure = 2 * m.covariance + SSIM_VARIANCE
    structure /= m.variance_first + m.variance_second + SSIM_VARIANCE
    return float((brightness * structure).mean())


def histogram_distance(first: Plane, second: Plane) -> float:
    """Earth mover's distance of the histograms of 32 bins, as part of the range: 0 to 1."""
    shares = [
        np.histogram(plane, bins=BINS, range=(0, PEAK + 1))[0] / plane.size
        for plane in (first, second)
    ]
    return float(np.abs(np.cumsum(shares[0] - shares[1])).sum() / (BINS - 1))


class Moments:
    """Means, variances and covariance in every square window of two pictures."""

    def __init__(self, first: Values, second: Values, side: int) -> None:
        self.mean_first, self.mean_second = window_means(first, side), window_means(second, side)
        self.variance_first = _variance(first, self.mean_first, side)
        self.variance_second = _variance(second, self.mean_second, side)
        product = window_means(first * second, side)
        self.covariance = product - self.mean_first * self.mean_second

    @classmethod
    def of(cls, first: Plane, second: Plane, side: int) -> Moments:
        return cls(first.astype(np.float64), second.astype(np.float64), side)


def window_means(plane: Values, side: int) -> Values:
    """Means over every side x side window that lies within a picture (h, w)."""
    sums = np.zeros((plane.shape[0] + 1, plane.shape[1] + 1))
    sums[1:, 1:] = plane.cumsum(axis=0).cumsum(axis=1)
    windows = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    means: Values = windows / side**2
    return means


def _variance(plane: Values, means: Values, side: int) -> Values:
    variance: Values = (window_means(plane**2, side) - means**2).clip(0.0, None)
    return variance
