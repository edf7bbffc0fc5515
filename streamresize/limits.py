"""Every bound on what a source may ask for, in one place."""

from __future__ import annotations

from dataclasses import dataclass

MAX_DIMENSION = 65_535  # T.81 B.2.2: X and Y are 16-bit fields


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds checked before memory is taken or time is spent; `LimitExceeded` names the field.

    width, height: of the source, in pixels.
    pixels: width times height of the source.
    source_bytes: compressed bytes read.
    metadata_bytes: payload of the application segments that are kept (JFIF, EXIF, ICC, Adobe).
    scans: of a progressive or non-interleaved file.
    blocks, blocks_per_byte: work. Decoding may visit `blocks` 8 x 8 blocks, or `blocks_per_byte`
        for each byte of the source where that is more; every scan visits its blocks anew.
    """

    width: int = MAX_DIMENSION
    height: int = MAX_DIMENSION
    pixels: int = MAX_DIMENSION * MAX_DIMENSION
    source_bytes: int = 1 << 40
    metadata_bytes: int = 1 << 24
    scans: int = 200
    blocks: int = 1 << 24
    blocks_per_byte: int = 64
