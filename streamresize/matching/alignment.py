"""Where exactly one picture lies in another: a first guess, moved until the samples agree.

B. D. Lucas and T. Kanade, "An Iterative Image Registration Technique with an Application to Stereo
Vision", 1981, from coarse to fine, for affine maps, with samples taken against those
around them; what does not fit (text, borders, another background) is left out.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from streamresize.fingerprint.borders import Box
from streamresize.fingerprint.reduction import area_averages
from streamresize.matching.affine import Affine, scaling
from streamresize.matching.agreement import Aligned, Plane, agreement
from streamresize.matching.distances import Mask, window_means
from streamresize.strips import Samples

SIDES = (32, 64, 128)  # samples of the longer side, from coarse to fine
STEPS = (12, 8, 6)  # at most, for each of them
STILL = 0.02  # samples that the corners move by in a last step
PROMISING = 0.35  # agreement at a side below which it ends there
AROUND = 4  # samples to each side that a sample is compared with
FAINT = 3.0  # standard deviation of luma that counts as flat
OUTLIER = 2.5  # standard deviations
LEAST_SAMPLES = 200
FARTHEST = 1.3  # factor that a guess may be stretched by in any direction

Places = NDArray[np.floating[Any]]


def align(first: Samples, second: Samples, part: Box, guess: Affine) -> Aligned | None:
    """Lay `part` of the first picture, uint8 (h, w), over the second.

    guess, and the map of the result: from places of the first to places of the second. None where
    they do not agree.
    """
    aligned: Aligned | None = None
    first_guess = guess
    for side, steps in zip(SIDES, STEPS):
        level = _Level.of(first, second, part, guess, side)
        if level is None:
            break
        refined = level.refine(guess, steps)
        if _is_near(refined, first_guess):
            guess = max(guess, refined, key=lambda at: agreement(level.aligned(at)))
        aligned = level.aligned(guess)
        if agreement(aligned) < PROMISING:
            return None
    return aligned


def _is_near(map: Affine, guess: Affine) -> bool:
    change = map.matrix[:2, :2] @ np.linalg.inv(guess.matrix[:2, :2])
    large, small = np.linalg.svd(change, compute_uv=False)
    return bool(large <= FARTHEST and small >= 1 / FARTHEST)


class _Level(NamedTuple):
    """Both pictures reduced to about one step of a grid over a part of the first one.

    x, y: places of the grid in the first picture. template: its samples there. relief: samples
    against those around them, so that what covers a part of a picture matters only there.
    """

    x: Places
    y: Places
    template: Plane
    second: Plane
    relief: tuple[Plane, Plane]  # of template and second
    step: float
    reduction: Affine  # from places of the second picture to samples of `second`

    @classmethod
    def of(
        cls, first: Samples, second: Samples, part: Box, guess: Affine, side: int
    ) -> _Level | None:
        width, height = part.right - part.left, part.bottom - part.top
        magnification = abs(guess.determinant) ** 0.5
        if not 1e-3 < magnification < 1e3:
            return None
        step = max(1.0, max(width, height) / side, 1 / magnification)
        columns, rows = max(1, round(width / step)), max(1, round(height / step))
        x, y = np.meshgrid(
            part.left + (np.arange(columns, dtype=np.float32) + 0.5) * (width / columns),
            part.top + (np.arange(rows, dtype=np.float32) + 0.5) * (height / rows),
        )
        template = area_averages(first, part, columns, rows)
        high, wide = second.shape
        across, down = (max(1.0, step * factor) for factor in guess_scale(guess))
        small = (max(1, round(wide / across)), max(1, round(high / down)))
        reduced = area_averages(second, Box(0, 0, wide, high), *small)
        reliefs = _relief(template), _relief(reduced)
        to_reduced = scaling(small[0] / wide, small[1] / high)
        return cls(x, y, template, reduced, reliefs, step, to_reduced)

    def refine(self, guess: Affine, steps: int) -> Affine:
        for _ in range(steps):
            change = self._change(guess)
            if change is None:
                return guess
            guess = Affine(*(value + by for value, by in zip(guess, change)))
            moved = Affine(*change)(self.x[[0, 0, -1, -1], [0, -1, 0, -1]],
                                    self.y[[0, 0, -1, -1], [0, -1, 0, -1]])  # fmt: skip
            if np.abs(moved).max() < STILL * self.step:
                return guess
        return guess

    def _change(self, guess: Affine) -> NDArray[np.float64] | None:
        """A Gauss-Newton step of the six numbers of the map."""
        x, y = self.reduction(*guess(self.x, self.y))
        inside = _inside(self.second, x, y)
        if np.count_nonzero(inside) < LEAST_SAMPLES / 2:
            return None
        u, v, template = self.x[inside], self.y[inside], self.relief[0][inside]
        value, slope_x, slope_y = _bilinear(self.relief[1], x[inside], y[inside])
        slope_x, slope_y = slope_x * self.reduction.xx, slope_y * self.reduction.yy
        one = np.ones_like(u)
        by_map: list[Places] = [
            slope_x * u,
            slope_x * v,
            slope_x,
            slope_y * u,
            slope_y * v,
            slope_y,
        ]
        columns = [*by_map, -template, -one]
        jacobian = np.stack(columns, axis=1)
        kept = _inliers(value, template)
        jacobian, value = jacobian[kept], value[kept]
        size = np.abs(jacobian).max(axis=0) + 1e-6
        jacobian = jacobian / size
        normal = (jacobian.T @ jacobian).astype(np.float64)
        normal[np.diag_indices(8)] += 1e-6 * np.trace(normal)
        solution = np.linalg.solve(normal, -(jacobian.T @ value).astype(np.float64)) / size
        return np.asarray(solution[:6])

    def aligned(self, map: Affine) -> Aligned:
        x, y = self.reduction(*map(self.x, self.y))
        common = _inside(self.second, x, y)
        second = np.zeros_like(self.template)
        second[common] = _bilinear(self.second, x[common], y[common])[0]
        return Aligned(map, self.template, second, common)


def guess_scale(map: Affine) -> tuple[float, float]:
    """Steps of the second picture, across and down, that a step of the first one takes."""
    return max(abs(map.xx), abs(map.xy)), max(abs(map.yx), abs(map.yy))


def _relief(plane: Plane) -> Plane:
    """Samples less the mean around them, in standard deviations."""
    side = 2 * AROUND + 1
    padded = np.pad(plane, AROUND, mode="edge").astype(np.float64)
    means = window_means(padded, side)
    variances = (window_means(padded**2, side) - means**2).clip(0.0, None)
    return np.asarray((plane - means) / (np.sqrt(variances) + FAINT), np.float32)


def _inside(plane: Plane, x: Places, y: Places) -> Mask:
    height, width = plane.shape
    return np.asarray((x >= 0) & (x <= width) & (y >= 0) & (y <= height))


def _bilinear(plane: Plane, x: Places, y: Places) -> tuple[Plane, Plane, Plane]:
    """Values and slopes across and down at places; samples lie at halves."""
    padded = np.pad(plane, 1, mode="edge")
    left, top = np.floor(x + 0.5).astype(np.intp), np.floor(y + 0.5).astype(np.intp)
    right_part, low_part = x + 0.5 - left, y + 0.5 - top
    stride = padded.shape[1]
    flat = padded.ravel()
    at = top * stride + left
    a, b, c, d = flat[at], flat[at + 1], flat[at + stride], flat[at + stride + 1]
    upper, lower = a + right_part * (b - a), c + right_part * (d - c)
    slope_x = (1 - low_part) * (b - a) + low_part * (d - c)
    return upper + low_part * (lower - upper), slope_x, lower - upper


def _inliers(value: Plane, template: Plane) -> Mask:
    """Samples that a line through (template, value) leaves close, found in two rounds."""
    kept = np.ones(len(value), np.bool_)
    for _ in range(2):
        slope, offset = _line(template[kept], value[kept])
        off = np.abs(value - slope * template - offset)
        kept = off <= OUTLIER * 1.4826 * np.median(off)
    return kept


def _line(x: Plane, y: Plane) -> tuple[float, float]:
    mean_x, mean_y = float(x.mean()), float(y.mean())
    away = x - mean_x
    spread = float(away @ away)
    slope = float(away @ (y - mean_y)) / spread if spread > 0 else 0.0
    return slope, mean_y - slope * mean_x
