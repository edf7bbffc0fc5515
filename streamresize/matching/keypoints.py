"""ORB keypoints: small places of a picture that are found again after crops and rotations.

E. Rublee et al., "ORB: an efficient alternative to SIFT or SURF", 2011, as in OpenCV, which the
extra `features` installs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from streamresize.matching.affine import Affine, from_matrix
from streamresize.strips import Samples

MOST_KEYPOINTS = 300
FAST_THRESHOLD = 7  # levels that a corner differs by: low, so that smooth pictures have some
SPREAD_FROM = 4  # so many times as many are found first
CELLS = 5  # a side
EDGE = 16  # samples from the edge that have no keypoints
DESCRIPTOR_BYTES = 32
MOST_DISTANCE = 70  # bits between descriptors of the same place
DISTINCT = 0.85  # of the distance to the second best
TOLERANCE = 4.0  # samples
FEWEST_INLIERS = 6
LARGEST_SCALE = 8.0


class Keypoints(NamedTuple):
    """places: float32 (n, 2), x and y in samples of the luma. descriptors: uint8 (n, 32)."""

    places: NDArray[np.float32]
    descriptors: NDArray[np.uint8]


NONE = Keypoints(np.empty((0, 2), np.float32), np.empty((0, DESCRIPTOR_BYTES), np.uint8))


def keypoints(luma: Samples, most: int = MOST_KEYPOINTS) -> Keypoints:
    """The strongest corners of a picture, uint8 (h, w), spread over it.

    Raises ModuleNotFoundError, which names the extra, where OpenCV is not installed.
    """
    cv2, luma = opencv(), np.ascontiguousarray(luma)
    if min(luma.shape) <= 2 * EDGE:
        return NONE
    orb = cv2.ORB_create(SPREAD_FROM * most, edgeThreshold=EDGE, fastThreshold=FAST_THRESHOLD)
    found, descriptors = orb.compute(luma, _spread(orb.detect(luma, None), luma.shape, most))
    if descriptors is None:
        return NONE
    # OpenCV's places count from the centre of the first sample.
    places = np.array([keypoint.pt for keypoint in found], np.float32) + np.float32(0.5)
    return Keypoints(places, descriptors)


def _spread(found: Sequence[Any], shape: tuple[int, ...], most: int) -> list[Any]:
    """The strongest of each cell, so that a few words of text are not all there is."""
    left = [2 * most // CELLS**2] * CELLS**2
    chosen = []
    for keypoint in sorted(found, key=lambda keypoint: -keypoint.response):
        x, y = keypoint.pt
        cell = int(y * CELLS / shape[0]) * CELLS + int(x * CELLS / shape[1])
        if left[cell]:
            left[cell] -= 1
            chosen.append(keypoint)
    return chosen[:most]


class Fit(NamedTuple):
    """A map from places of one picture to those of another, and how many keypoints it explains."""

    map: Affine
    inliers: int


def fit(first: Keypoints, second: Keypoints) -> Fit | None:
    """The affine map that most keypoints agree on, or None where too few do."""
    if min(len(first.places), len(second.places)) < FEWEST_INLIERS:
        return None
    cv2 = opencv()
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(first.descriptors, second.descriptors, k=2)
    chosen = [
        best
        for best, other in pairs
        if best.distance <= MOST_DISTANCE and best.distance < DISTINCT * other.distance
    ]
    if len(chosen) < FEWEST_INLIERS:
        return None
    sources = first.places[[match.queryIdx for match in chosen]]
    targets = second.places[[match.trainIdx for match in chosen]]
    cv2.setRNGSeed(0)
    matrix, inliers = cv2.estimateAffine2D(
        sources, targets, method=cv2.RANSAC, ransacReprojThreshold=TOLERANCE, maxIters=2000
    )
    if matrix is None or int(inliers.sum()) < FEWEST_INLIERS:
        return None
    map = from_matrix(matrix)
    return Fit(map, int(inliers.sum())) if _is_plausible(map) else None


def _is_plausible(map: Affine) -> bool:
    """Neither folded nor stretched far more in one direction than in the other."""
    large, small = np.linalg.svd(map.matrix[:2, :2], compute_uv=False)
    return bool(small > 1 / LARGEST_SCALE and large < LARGEST_SCALE and large < 2 * small)


def opencv() -> Any:
    try:
        import cv2
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "keypoints need OpenCV: pip install 'streamresize[features]'"
        ) from error
    return cv2
