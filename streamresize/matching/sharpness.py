"""How much detail a file really holds: an enlargement has pixels, but nothing between them."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import streamresize
from streamresize.limits import Limits

TILE = 256  # samples a side
EVERY = 4  # row and column of a tile that counts
SHARE = 0.9  # of the energy, weighted by frequency, that lies below the band limit
STANDARD_SUM = 3688  # of the quantisation table for luma, ITU-T T.81, table K.1

Spectrum = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sharpness:
    """width, height: pixels. across, down: the band limit, as part of what they could hold, 0 to 1.

    quality: what libjpeg would have been asked for to get these quantisation tables, 1 to 100;
    None where they are not known.
    """

    width: int
    height: int
    across: float
    down: float
    quality: int | None

    @property
    def fullness(self) -> float:
        """Part of the pixels that the detail takes."""
        return self.across * self.down


def sharpness(path: str | os.PathLike[str], *, limits: Limits | None = None) -> Sharpness:
    """Measure a JPEG file, by path or URL, from its luma, in tiles, as it is decoded.

    Enlargements with repeated samples ("nearest") are not told from sharp pictures: the edges of
    their blocks are sharp. Raises what `process` raises.
    """
    info = streamresize.probe(path, limits=limits)
    spectra = _Spectra()
    rows: list[NDArray[np.generic]] = []
    count = 0
    for strip in streamresize.strips(path, (1,) + (8,) * (info.components - 1), limits=limits):
        rows.append(strip.in_8_bits()[0])
        count += len(rows[-1])
        if count >= TILE:
            band = np.concatenate(rows)
            spectra.add(band[:TILE])
            rows, count = [band[TILE:]], count - TILE
    if spectra.tiles == 0 and rows:
        spectra.add(np.concatenate(rows))
    across, down = spectra.limits()
    return Sharpness(info.width, info.height, across, down, _quality(path))


class _Spectra:
    """Energy by frequency, along rows and along columns of tiles."""

    def __init__(self) -> None:
        self.tiles = 0
        self._across = np.zeros(TILE // 2 + 1)
        self._down = np.zeros(TILE // 2 + 1)

    def add(self, band: NDArray[np.generic]) -> None:
        """A band of rows, uint8 (TILE, width); what is left at the right is passed over."""
        for left in range(0, max(1, band.shape[1] - TILE + 1), TILE):
            tile = band[:, left : left + TILE].astype(np.float64)
            self._across += _energy(tile[::EVERY])
            self._down += _energy(tile.T[::EVERY])
            self.tiles += 1

    def limits(self) -> tuple[float, float]:
        return _limit(self._across), _limit(self._down)


def _energy(lines: NDArray[np.float64]) -> Spectrum:
    """Along lines, weighted by frequency: between that of samples and that of their differences.

    The former hardly shows what an enlargement lacks, the latter is mostly noise.
    """
    lines = lines - lines.mean(axis=1, keepdims=True)
    window = np.hanning(lines.shape[1] + 2)[1:-1]
    spectrum = np.fft.rfft(lines * window, n=TILE, axis=1)
    weight = np.arange(TILE // 2 + 1)
    return np.asarray((np.abs(spectrum) ** 2).sum(axis=0) * weight)


def _limit(energy: Spectrum) -> float:
    total = np.cumsum(energy)
    if total[-1] <= 0:
        return 0.0
    return float(np.searchsorted(total, SHARE * total[-1]) / (len(energy) - 1))


def _quality(path: str | os.PathLike[str]) -> int | None:
    from PIL import Image

    try:
        with Image.open(path) as image:
            table = image.quantization[0]  # type: ignore[attr-defined]
    except (OSError, AttributeError, KeyError, ValueError, TypeError):
        return None
    scale = 100 * float(sum(table)) / STANDARD_SUM
    quality = 100 - scale / 2 if scale <= 100 else 5000 / scale
    return min(100, max(1, round(quality)))
