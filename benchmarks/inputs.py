"""Large JPEGs made here, in memory that does not depend on their height."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

MCU = 16  # pixels a side, at 4:2:0
STRIP_MCU_ROWS = 16
QUALITY = 85

Picture = NDArray[np.uint8]


def synthetic_strip(width: int, height: int, seed: int) -> Picture:
    """A photo-like picture, uint8 (height, width, 3): gradients, edges and texture."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    shade = 96 + 64 * np.sin(x / 611 + seed) * np.cos(y / 97) + 32 * np.sin((x + 3 * y) / 53)
    stripes = 24 * (((x // 37 + (y + 16 * seed) // 29) % 5) == 0)
    texture = random.normal(0, 7, (height, width)).astype(np.float32)
    texture *= 0.5 + 0.5 * np.sin(x / 301) * np.sin(y / 41 + seed)
    luma = shade + stripes + texture
    tints = [12 * np.sin(x / 433), -6 * np.cos(y / 67), 18 * np.sin((x - y) / 251 + seed)]
    return np.stack([np.clip(luma + tint, 0, 255) for tint in tints], axis=-1).astype(np.uint8)


def encoded(picture: Picture) -> bytes:
    """Baseline 4:2:0 with standard tables and a restart marker behind every MCU row."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(
        buffer, "jpeg", quality=QUALITY, subsampling="4:2:0", restart_marker_rows=1
    )
    return buffer.getvalue()


def split_at_scan(jpeg: bytes) -> tuple[bytes, bytes]:
    """Everything up to the end of the SOS segment, and the entropy-coded data without EOI."""
    at = 2
    while True:
        marker, length = jpeg[at + 1], struct.unpack(">H", jpeg[at + 2 : at + 4])[0]
        at += 2 + length
        if marker == 0xDA:
            return jpeg[:at], jpeg[at : jpeg.rindex(b"\xff\xd9")]


def with_height(header: bytes, height: int) -> bytes:
    """The header with another height in its SOF0 segment (T.81 B.2.2)."""
    at = header.index(b"\xff\xc0") + 5
    return header[:at] + struct.pack(">H", height) + header[at + 2 :]


def intervals(scan: bytes) -> list[bytes]:
    """The restart intervals of entropy-coded data, without their markers."""
    octets = np.frombuffer(scan, np.uint8)
    is_marker = (octets[:-1] == 0xFF) & (octets[1:] >= 0xD0) & (octets[1:] <= 0xD7)
    cuts = np.flatnonzero(is_marker)
    starts = [0, *(cuts + 2).tolist()]
    return [scan[a:b] for a, b in zip(starts, [*cuts.tolist(), len(scan)])]


def large_jpeg(width: int, height: int) -> Iterator[bytes]:
    """A baseline 4:2:0 JPEG of any size (a multiple of 16 high), piece by piece.

    Strips are encoded one by one and joined at restart markers, where the DC prediction starts
    anew; the markers are numbered again. Four different strips take turns.
    """
    if height % MCU:
        raise ValueError(f"the height must be a multiple of {MCU}")
    strip_height = min(height, STRIP_MCU_ROWS * MCU)
    strips = [
        split_at_scan(encoded(synthetic_strip(width, strip_height, seed))) for seed in range(4)
    ]
    parts = [intervals(scan) for _, scan in strips]
    yield with_height(strips[0][0], height)
    rows = height // MCU
    for row in range(rows):
        strip = parts[row // STRIP_MCU_ROWS % len(parts)]
        yield strip[row % STRIP_MCU_ROWS % len(strip)]
        yield bytes([0xFF, 0xD0 + row % 8]) if row < rows - 1 else b"\xff\xd9"


def write_large_jpeg(path: Path, width: int, height: int) -> Path:
    """Write `large_jpeg` to `path`, unless it is there already."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        with temporary.open("wb") as file:
            file.writelines(large_jpeg(width, height))
        temporary.replace(path)
    return path
