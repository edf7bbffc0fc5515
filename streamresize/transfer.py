"""What samples are weighed as, where the components are merged before they are averaged."""

from __future__ import annotations

from functools import cache
from math import inf
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from streamresize.geometry import Residual
from streamresize.strips import DeepSamples, Samples

FULL = 65_535


class Transfer(NamedTuple):
    """Samples of 8 bits to numbers of 16 that are averaged, and back.

    to_deep: uint16 (256,). from_deep: uint8 (65536,), the nearest sample. residual: the smallest
    reductions left to a filter behind each DCT scale.
    """

    to_deep: DeepSamples
    from_deep: Samples
    residual: Residual


def _transfer(
    curve: NDArray[np.float64], borders: NDArray[np.float64], residual: Residual
) -> Transfer:
    """curve: of samples 0 to 255, 0..1. borders: between one sample and the next."""
    to_deep = np.round(FULL * curve).astype(np.uint16)
    from_deep = np.searchsorted(np.ceil(FULL * borders), np.arange(FULL + 1), "right")
    return Transfer(to_deep, from_deep.astype(np.uint8), residual)


def _light(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """SRGB samples to light, both 0..1 (IEC 61966-2-1)."""
    return np.where(samples <= 0.04045, samples / 12.92, ((samples + 0.055) / 1.055) ** 2.4)


Averaging = Literal["fast", "exact", "linear"]
AVERAGINGS: tuple[str, ...] = get_args(Averaging)


@cache
def transfer_of(averaging: Averaging) -> Transfer | None:
    """None where the components are averaged as they are."""
    if averaging == "fast":
        return None
    samples, borders = np.arange(256) / 255, (np.arange(255) + 0.5) / 255
    if averaging == "exact":
        return _transfer(samples, borders, Residual(inf, inf, inf, chroma=inf))
    # Light is no sum of coefficients: luma at scale 1, or 1/2 for far smaller outputs.
    return _transfer(_light(samples), _light(borders), Residual(6.0, inf, inf, chroma=4.0))
