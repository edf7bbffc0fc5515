"""A PNG file from rows as they come (ISO/IEC 15948)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import cast

import numpy as np
from numpy.typing import NDArray

from streamresize.metadata import NO_METADATA, Metadata
from streamresize.strips import Samples
from streamresize.targets import Target

SIGNATURE = b"\x89PNG\r\n\x1a\n"
XMP_KEYWORD = b"XML:com.adobe.xmp"
GRAY, TRUECOLOR = 0, 2  # colour types, 11.2.2
SUB, UP, PAETH = 1, 2, 4  # filter types, 9.2
PART_BYTES = 1 << 16  # of rows that are filtered together

Reals = NDArray[np.int16]


class PngRows:
    """Takes bands of rows, uint8 (rows, width) gray or (rows, width, 3) RGB, and writes chunks.

    compression: of zlib, 0 to 9. metadata: what the file carries.
    """

    def __init__(
        self,
        target: Target,
        height: int,
        width: int,
        *,
        compression: int,
        metadata: Metadata = NO_METADATA,
    ) -> None:
        self._target = target
        self._size = (width, height)
        self._deflate = zlib.compressobj(compression, strategy=zlib.Z_FILTERED)
        self._metadata = metadata
        self._above: Samples | None = None

    def add(self, band: Samples) -> None:
        pixels = band.reshape(*band.shape[:2], -1)
        if self._above is None:
            self._begin(pixels.shape[2])
            self._above = np.zeros_like(pixels[0])
        step = max(1, PART_BYTES // pixels[0].size)
        for start in range(0, len(pixels), step):
            rows = pixels[start : start + step]
            self._write_data(self._deflate.compress(filtered(rows, self._above)))
            self._above = rows[-1].copy()

    def finish(self) -> None:
        self._write_data(self._deflate.flush())
        self._chunk(b"IEND", b"")

    def _begin(self, channels: int) -> None:
        kind = GRAY if channels == 1 else TRUECOLOR
        self._target.write(SIGNATURE)
        self._chunk(b"IHDR", struct.pack(">IIBBBBB", *self._size, 8, kind, 0, 0, 0))
        for name, data in metadata_chunks(self._metadata):
            self._chunk(name, data)

    def _write_data(self, data: bytes) -> None:
        if data:
            self._chunk(b"IDAT", data)

    def _chunk(self, kind: bytes, data: bytes) -> None:
        checksum = zlib.crc32(data, zlib.crc32(kind))
        self._target.write(struct.pack(">I4s", len(data), kind))
        self._target.write(data)
        self._target.write(struct.pack(">I", checksum))


def metadata_chunks(metadata: Metadata) -> Iterator[tuple[bytes, bytes]]:
    """Names and data of the chunks for ICC (11.3.2.3), EXIF (11.3.4.5) and XMP (11.3.3.4)."""
    if metadata.profile:
        yield b"iCCP", b"ICC Profile\0\0" + zlib.compress(metadata.profile)
    if metadata.exif:
        yield b"eXIf", metadata.exif
    if metadata.xmp:
        yield b"iTXt", XMP_KEYWORD + bytes(5) + metadata.xmp


def filtered(rows: Samples, above: Samples) -> bytes:
    """Rows (n, width, channels), each behind its filter type, coded by the filter that leaves the
    smallest sum of absolute differences (12.8 recommends that choice).

    above: the row before the first, (width, channels).
    """
    raw = rows.astype(np.int16)
    up = np.concatenate([above[None].astype(np.int16), raw[:-1]])
    left, corner = _shifted(raw), _shifted(up)
    kinds = np.array([SUB, UP, PAETH], np.uint8)
    residuals = [(raw - guess).astype(np.uint8) for guess in (left, up, _paeth(left, up, corner))]
    costs = [np.abs(residual.view(np.int8).astype(np.int16)).sum((1, 2)) for residual in residuals]
    best = np.argmin(costs, axis=0)
    out = np.empty((len(rows), 1 + rows[0].size), np.uint8)
    out[:, 0] = kinds[best]
    for number, residual in enumerate(residuals):
        chosen = best == number
        out[chosen, 1:] = residual.reshape(len(rows), -1)[chosen]
    return out.tobytes()


def _shifted(rows: Reals) -> Reals:
    """The pixel to the left of each; zero in front of the first."""
    result = np.zeros_like(rows)
    result[:, 1:] = rows[:, :-1]
    return result


def _paeth(left: Reals, up: Reals, corner: Reals) -> Reals:
    """Of left, up and corner the one that is nearest to left + up - corner (9.4)."""
    to_left = np.abs(up - corner)
    to_up = np.abs(left - corner)
    to_corner = np.abs(left + up - 2 * corner)
    by_left = (to_left <= to_up) & (to_left <= to_corner)
    return cast(Reals, np.where(by_left, left, np.where(to_up <= to_corner, up, corner)))
