"""The only type that crosses stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.uint8]
DeepSamples = NDArray[np.uint16]  # of pictures with 12 bits a sample


@dataclass(frozen=True, slots=True)
class Strip:
    """Rows of every component plane, as they are decoded.

    planes: one array (rows, width) for each component, at its own sampling and DCT scale: uint8,
    or uint16 (0 to 4095) where the picture has 12 bits a sample.
    starts: for each component, the row of its plane that planes[i][0] is.
    """

    planes: tuple[Samples | DeepSamples, ...]
    starts: tuple[int, ...]

    def in_8_bits(self) -> tuple[Samples, ...]:
        """The planes as uint8; 12 bits are rounded."""
        if self.planes[0].dtype == np.uint8:
            return cast("tuple[Samples, ...]", self.planes)
        return tuple(_to_8_bits(plane) for plane in self.planes)


def _to_8_bits(plane: Samples | DeepSamples) -> Samples:
    rounded = (np.minimum(plane, 4095 - 8) + 8) >> 4
    return rounded.astype(np.uint8)
