"""Maps between two pictures: places of the one to places of the other."""

from __future__ import annotations

from math import atan2, degrees, hypot
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from streamresize.fingerprint.borders import Box
from streamresize.geometry import ORIENTATIONS, Orientation

Points = NDArray[np.floating[Any]]


class Affine(NamedTuple):
    """x' = xx x + xy y + x0, y' = yx x + yy y + y0; the corner of a picture is (0, 0)."""

    xx: float
    xy: float
    x0: float
    yx: float
    yy: float
    y0: float

    def __call__(self, x: Points, y: Points) -> tuple[Points, Points]:
        return self.xx * x + self.xy * y + self.x0, self.yx * x + self.yy * y + self.y0

    def after(self, first: Affine) -> Affine:
        """The map that does `first`, then this one."""
        return from_matrix(self.matrix @ first.matrix)

    def inverse(self) -> Affine:
        """Raises numpy.linalg.LinAlgError where the map folds the picture up."""
        return from_matrix(np.linalg.inv(self.matrix))

    @property
    def matrix(self) -> Points:
        """float64 (3, 3)."""
        return np.array([self[:3], self[3:], (0.0, 0.0, 1.0)])

    @property
    def determinant(self) -> float:
        return self.xx * self.yy - self.xy * self.yx

    @property
    def scale(self) -> tuple[float, float]:
        """Lengths of the images of the unit steps across and down."""
        return hypot(self.xx, self.yx), hypot(self.xy, self.yy)

    @property
    def mirrored(self) -> bool:
        return self.determinant < 0

    @property
    def rotation(self) -> float:
        """Degrees, clockwise as seen, -180 to 180, of the second picture against the first.

        Of a mirrored picture: how far it is turned after it was mirrored left and right.
        """
        sign = -1 if self.mirrored else 1
        return degrees(atan2(sign * self.yx, sign * self.xx))

    def box(self, part: Box) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of what encloses the image of a part."""
        x, y = self(
            np.array([part.left, part.right, part.left, part.right], np.float64),
            np.array([part.top, part.top, part.bottom, part.bottom], np.float64),
        )
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def from_matrix(matrix: Points) -> Affine:
    """The first two rows of a (3, 3) or (2, 3) matrix."""
    return Affine(*(float(value) for value in matrix[:2].ravel()))


def scaling(x: float, y: float) -> Affine:
    return Affine(x, 0.0, 0.0, 0.0, y, 0.0)


def box_to_box(source: Box, target: Box, number: int = 1) -> Affine:
    """From `source` of one picture to `target` of another that, turned by EXIF orientation
    `number`, shows the same.
    """
    unit = Affine(
        1 / (source.right - source.left), 0.0, -source.left / (source.right - source.left),
        0.0, 1 / (source.bottom - source.top), -source.top / (source.bottom - source.top),
    )  # fmt: skip
    width, height = target.right - target.left, target.bottom - target.top
    placed = Affine(width, 0.0, target.left, 0.0, height, target.top)
    return placed.after(_unturned(ORIENTATIONS[number])).after(unit)


def _unturned(orientation: Orientation) -> Affine:
    """From the upright unit square to the one that is stored."""
    x, y = ((0.0, 1.0), (1.0, 0.0)) if orientation.transpose else ((1.0, 0.0), (0.0, 1.0))
    mirror_x, mirror_y = orientation.mirror_x, orientation.mirror_y
    across = (-x[0], -x[1], 1.0) if mirror_x else (*x, 0.0)
    down = (-y[0], -y[1], 1.0) if mirror_y else (*y, 0.0)
    return Affine(*across, *down)
