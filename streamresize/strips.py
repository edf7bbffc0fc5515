"""The only type that crosses stages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Strip:
    """Rows of every component plane, as they are decoded.

    planes: one uint8 array (rows, width) for each component, at its own sampling and DCT scale.
    starts: for each component, the row of its plane that planes[i][0] is.
    """

    planes: tuple[Samples, ...]
    starts: tuple[int, ...]
