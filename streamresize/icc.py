"""ICC profiles as data (ICC.1:2022): joined from segments, checked, compared with sRGB.

Nothing here computes colours of a picture; `streamresize.color` does.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Space = Literal["GRAY", "RGB ", "CMYK"]
Reals = NDArray[np.float64]

SEGMENT = b"ICC_PROFILE\0"  # then the number of the part, from 1, and how many there are (B.4)
HEADER_BYTES = 132  # with the number of tags
TAG_BYTES = 12
MAX_TAGS = 100  # LittleCMS reads no more
MAX_DESCRIPTION = 200
DEVICES = (b"scnr", b"mntr", b"prtr", b"spac")
SPACES: dict[int, tuple[Space, ...]] = {
    1: ("GRAY", "RGB "),
    2: ("GRAY", "RGB "),  # the first component is shown as gray
    3: ("RGB ",),
    4: ("CMYK",),
}
# D2B tables may chain any number of elements, each of which costs time at every pixel.
UNBOUNDED = (b"D2B0", b"D2B1", b"D2B2", b"D2B3")

# sRGB's primaries, adapted to D50 (IEC 61966-2-1, ICC.1 annex E): X, Y, Z of red, green and blue.
SRGB_PRIMARIES = {
    b"rXYZ": (0.4361, 0.2225, 0.0139),
    b"gXYZ": (0.3851, 0.7169, 0.0971),
    b"bXYZ": (0.1431, 0.0606, 0.7141),
}
XYZ_TOLERANCE = 0.001
CODE_TOLERANCE = 1.0  # of 255
FIXED = 65536.0  # s15Fixed16Number


class BrokenProfile(ValueError):
    """The profile cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile whose header and table of tags are sound.

    space: of the picture's samples. tags: signature to data, type signature first.
    """

    data: bytes = field(repr=False)
    space: Space
    tags: dict[bytes, memoryview] = field(repr=False)

    @property
    def is_srgb(self) -> bool:
        """Samples mean within one code of 255 what they mean in sRGB (or in its grays)."""
        if b"A2B0" in self.tags:
            return False
        if self.space == "GRAY":
            return self._has_srgb_curve(b"kTRC")
        return self.space == "RGB " and all(
            self._is_at(xyz, place) and self._has_srgb_curve(xyz[:1] + b"TRC")
            for xyz, place in SRGB_PRIMARIES.items()
        )

    def _is_at(self, tag: bytes, place: tuple[float, float, float]) -> bool:
        data = self.tags.get(tag, b"")
        if len(data) < 20:
            return False
        xyz = (number / FIXED for number in struct.unpack_from(">3i", data, 8))
        return all(abs(a - b) <= XYZ_TOLERANCE for a, b in zip(xyz, place))

    def _has_srgb_curve(self, tag: bytes) -> bool:
        codes = np.arange(256) / 255
        light = _curve(self.tags.get(tag, b""), codes)
        if light is None:
            return False
        return bool(np.max(np.abs(_srgb_codes(light) - codes)) * 255 <= CODE_TOLERANCE)

    @property
    def description(self) -> str:
        """The profile's name for people; empty where it has none."""
        data = bytes(self.tags.get(b"desc", b""))
        if data[:4] == b"desc":
            text = data[12 : 12 + _uint32(data, 8)].decode("latin-1")
        else:  # multiLocalizedUnicodeType: the first of its languages
            start = _uint32(data, 24)
            text = data[start : start + _uint32(data, 20)].decode("utf-16-be", "ignore")
        text = text.partition("\0")[0][:MAX_DESCRIPTION]
        return "".join(letter for letter in text if letter.isprintable()).strip()


def embedded(segments: Iterable[tuple[int, bytes]]) -> bytes | None:
    """The profile of APP2 segments, whose parts may come in any order; None if there is none.

    Raises BrokenProfile for missing, repeated or contradicting parts.
    """
    parts = [p[len(SEGMENT) :] for marker, p in segments if marker == 0xE2 and p[:12] == SEGMENT]
    if not parts:
        return None
    if any(len(part) < 2 for part in parts):
        raise BrokenProfile("a part is cut short")
    numbered = sorted((part[0], part[1], part[2:]) for part in parts)
    if [part[:2] for part in numbered] != [(i + 1, len(parts)) for i in range(len(parts))]:
        raise BrokenProfile("its parts are not numbered from 1 to their count")
    return b"".join(part[2] for part in numbered)


def parse(data: bytes, components: int) -> Profile:
    """Check the header and the table of tags of a profile for a picture of 1 to 4 components.

    Raises BrokenProfile, also for a profile that is for other pictures.
    """
    if len(data) < HEADER_BYTES or data[36:40] != b"acsp":
        raise BrokenProfile("no ICC header")
    if _uint32(data, 0) > len(data):
        raise BrokenProfile("cut short")
    if data[12:16] not in DEVICES:
        raise BrokenProfile("not the profile of a device or colour space")
    space = data[16:20].decode("latin-1")
    if space not in SPACES[components]:
        raise BrokenProfile(f"for {space.strip()!r}, the picture has {components} component(s)")
    tags = _tags(data)
    if any(name in tags for name in UNBOUNDED):
        raise BrokenProfile("multi-process elements are not read")
    return Profile(data, space, tags)


def _tags(data: bytes) -> dict[bytes, memoryview]:
    count = _uint32(data, 128)
    if count > MAX_TAGS or HEADER_BYTES + count * TAG_BYTES > len(data):
        raise BrokenProfile(f"{count} tags do not fit")
    tags = {}
    for at in range(HEADER_BYTES, HEADER_BYTES + count * TAG_BYTES, TAG_BYTES):
        name, offset, size = struct.unpack_from(">4sII", data, at)
        if offset + size > len(data):
            raise BrokenProfile("a tag lies outside")
        tags[name] = memoryview(data)[offset : offset + size]
    return tags


def _uint32(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 4], "big")


def _curve(data: bytes | memoryview, codes: Reals) -> Reals | None:
    """Light at codes 0..1 by a table (10.6) or by functions 3 and 4 of 10.18, else None.

    No other kind of curve can be sRGB's.
    """
    kind, count = bytes(data[:4]), _uint32(bytes(data[8:12]), 0)
    if kind == b"curv" and 2 <= count <= (len(data) - 12) // 2:
        table = np.frombuffer(data, ">u2", count, 12) / 65535
        return np.asarray(np.interp(codes, np.linspace(0, 1, count), table))
    parameters = {3: 5, 4: 7}.get(count >> 16, 0)
    if kind != b"para" or not parameters or len(data) < 12 + 4 * parameters:
        return None
    g, a, b, c, d, e, f = np.append(np.frombuffer(data, ">i4", parameters, 12) / FIXED, [0, 0])[:7]
    with np.errstate(all="ignore"):
        power = np.maximum(a * codes + b, 0) ** g + e
    light: Reals = np.nan_to_num(np.where(codes >= d, power, c * codes + f), nan=-1)
    return light


def _srgb_codes(light: Reals) -> Reals:
    """IEC 61966-2-1, 5.2: linear light 0..1 to codes 0..1."""
    light = light.clip(-1, 2)
    return np.where(
        light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 0) ** (1 / 2.4) - 0.055
    )
