"""ICC profiles made by code (ICC.1:2001-04, version 2.4)."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Sequence

WHITE_D50 = (0.9642, 1.0, 0.8249)
# X, Y, Z of the primaries, adapted to D50
ADOBE_RGB = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
WIDE = ((0.71630, 0.25820, 0.0), (0.10097, 0.72491, 0.05178), (0.14690, 0.01689, 0.77319))
SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))


def _fixed(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def gamma(value: float) -> bytes:
    """A curve of one exponent."""
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(value * 256))


def srgb_curve(entries: int = 1024) -> bytes:
    """The transfer function of IEC 61966-2-1 as a table."""
    codes = [i / (entries - 1) for i in range(entries)]
    light = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in codes]
    values = [round(v * 65535) for v in light]
    return b"curv" + bytes(4) + struct.pack(f">I{entries}H", entries, *values)


def srgb_function() -> bytes:
    """The same as a function of type 3."""
    numbers = _fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    return b"para" + bytes(4) + struct.pack(">HH", 3, 0) + numbers


def _xyz(values: Sequence[float]) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(*values)


def _description(text: str) -> bytes:
    ascii = text.encode() + b"\0"
    return b"desc" + bytes(4) + struct.pack(">I", len(ascii)) + ascii + bytes(78)


def profile(
    space: bytes,
    tags: dict[bytes, bytes],
    *,
    pcs: bytes = b"XYZ ",
    device: bytes = b"mntr",
    name: str = "made",
) -> bytes:
    """Header, table and data of any tags, a description and a white point among them."""
    tags = {b"desc": _description(name), b"wtpt": _xyz(WHITE_D50), **tags}
    at = 132 + 12 * len(tags)
    table = struct.pack(">I", len(tags))
    body = b""
    for signature, data in tags.items():
        table += struct.pack(">4sII", signature, at + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = struct.pack(
        ">I4sI4s4s4s12s4s28s12s48s", at + len(body), b"", 0x02400000, device, space, pcs,
        bytes(12), b"acsp", bytes(28), _fixed(*WHITE_D50), b"",
    )  # fmt: skip
    return header + table + body


def rgb_profile(
    primaries: Sequence[Sequence[float]] = WIDE, curve: bytes | None = None, **more: bytes
) -> bytes:
    """Three primaries and a curve; more: further tags."""
    curve = gamma(2.2) if curve is None else curve
    tags = {}
    for letter, place in zip((b"r", b"g", b"b"), primaries, strict=True):
        tags[letter + b"XYZ"] = _xyz(place)
        tags[letter + b"TRC"] = curve
    return profile(b"RGB ", {**tags, **{name.encode(): data for name, data in more.items()}})


def gray_profile(curve: bytes | None = None) -> bytes:
    return profile(b"GRAY", {b"kTRC": gamma(1.8) if curve is None else curve})


def cmyk_profile(grid: int = 3) -> bytes:
    """Inks that multiply, as a table to CIELAB of `grid` points an axis."""
    identity = bytes(range(256))
    cells = bytearray()
    steps = [i / (grid - 1) for i in range(grid)]
    for c, m, y, k in itertools.product(steps, repeat=4):
        light = (1 - 0.45 * c) * (1 - 0.55 * m) * (1 - 0.12 * y) * (1 - 0.85 * k)
        a = (1 - k) * (70 * m - 35 * c)
        b = (1 - k) * (85 * y - 45 * c)
        cells += bytes([round(255 * light), round(128 + a) & 255, round(128 + b) & 255])
    table = b"mft1" + bytes(4) + bytes([4, 3, grid, 0]) + _fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    data = table + identity * 4 + bytes(cells) + identity * 3
    return profile(b"CMYK", {b"A2B0": data}, pcs=b"Lab ", device=b"prtr")
