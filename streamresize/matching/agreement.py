"""How surely two aligned pictures show the same."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streamresize.matching.affine import Affine
from streamresize.matching.distances import Mask, Moments, Values, window_means
from streamresize.strips import Samples

Plane = NDArray[np.float32]

WINDOWS = 8  # along the longer side
STEP = 4  # steps from one window to the next, for each window
FAINT = 3.0  # standard deviation of luma that noise of JPEG has
STRONG = 24.0  # more counts no more
WORST_PART = 0.4  # of the weight that may be covered by something else
LEAST_COMMON = 0.3  # of the part of the first picture


class Aligned(NamedTuple):
    """Both pictures over the same part, float32 (h, w), and where both have samples."""

    map: Affine
    first: Plane
    second: Plane
    common: Mask


def agreement(aligned: Aligned) -> float:
    """0 (nothing in common) to 1 (the same but for brightness).

    The correlation of both in windows, each as heavy as it has texture in either picture; the
    worst 40 % of the weight are left out: text, a logo, a border. Of an overlap below 30 % the
    agreement is 0.
    """
    if aligned.common.mean() < LEAST_COMMON:
        return 0.0
    side = max(4, max(aligned.first.shape) // WINDOWS)
    if min(aligned.first.shape) < side:
        return 0.0
    moments = Moments.of(aligned.first, aligned.second, side)
    whole = window_means(aligned.common.astype(np.float64), side) > 0.999
    chosen = np.zeros_like(whole)
    chosen[:: max(1, side // STEP), :: max(1, side // STEP)] = True
    chosen &= whole
    noise = FAINT**2
    spread = np.sqrt((moments.variance_first + noise) * (moments.variance_second + noise))
    texture = np.sqrt(np.maximum(moments.variance_first, moments.variance_second))
    weight = np.minimum(texture, STRONG)[chosen]
    return _best_part((moments.covariance / spread)[chosen], weight)


def has_detail(luma: Samples) -> bool:
    """Whether samples, uint8 (h, w), differ by more than noise; those of a blank page do not.

    The agreement of others with one that has none stays below a half.
    """
    return bool(np.ptp(luma) > FAINT)


def _best_part(values: Values, weights: Values) -> float:
    """Weighted mean without the worst part of the weight."""
    order = np.argsort(values)[::-1]
    values, weights = values[order], weights[order]
    share = np.diff(np.minimum(np.cumsum(weights), (1 - WORST_PART) * weights.sum()), prepend=0.0)
    total = share.sum()
    return max(0.0, float(share @ values / total)) if total > 0 else 0.0
