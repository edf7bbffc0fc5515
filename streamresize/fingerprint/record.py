"""What is kept of a picture to find it again."""

from __future__ import annotations

import io
import struct
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from streamresize.fingerprint.bits import hamming, unpack
from streamresize.fingerprint.symmetric import FREQUENCIES, Coefficients, symmetric_hash
from streamresize.geometry import ORIENTATIONS
from streamresize.strips import Samples

if TYPE_CHECKING:
    from imagehash import ImageHash

MAGIC = b"SRfp"
VERSION = 1
HEAD = struct.Struct("<4sBBxxfII")  # magic, version, PDQ quality, scale, width, height
COEFFICIENT_BYTES = 2 * FREQUENCIES**2
PARTS = {"phash": 8, "phash256": 32, "dhash": 8, "average": 8, "pdq": 32,
         "symmetric": COEFFICIENT_BYTES, "trimmed": COEFFICIENT_BYTES}  # fmt: skip
parts_of = attrgetter(*PARTS)
LUMA_QUALITY = 70
MOST_LUMA_SIDE = 4096
HASHES = ("phash", "phash256", "dhash", "average", "pdq")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Hashes of a picture as it is stored, not turned upright, and its luma in small.

    width, height: of the picture. scale: pixels of it for each sample of the luma that the hashes
    come from, across; 1.0 where they are exact.
    phash, phash256, dhash, average: `imagehash.phash` of 64 and of 256 bits, `dhash`,
    `average_hash`; `hex()` gives imagehash's form.
    pdq, pdq_quality: 256 bits, in the order of the hexadecimal form; quality 0 to 100.
    symmetric, trimmed: float16 coefficients of `symmetric_hash`, of the whole picture and of what
    is within its constant borders.
    luma: uint8 (h, w), for verification. Does not count in comparisons for equality.
    """

    width: int
    height: int
    scale: float
    phash: bytes
    phash256: bytes
    dhash: bytes
    average: bytes
    pdq: bytes
    pdq_quality: int
    symmetric: bytes
    trimmed: bytes
    luma: Samples = field(compare=False, repr=False)

    def __str__(self) -> str:
        """`imagehash.phash` as imagehash writes it."""
        return self.phash.hex()

    def imagehash(self, name: str = "phash") -> ImageHash:
        """One of the hashes as an `imagehash.ImageHash`."""
        from imagehash import ImageHash

        bits = unpack(getattr(self, name))
        side = int(bits.size**0.5)
        return ImageHash(bits.reshape(side, side))

    def distance(self, other: Fingerprint, hash: str = "phash") -> int:
        """Hamming distance of one of HASHES. Raises ValueError for another name."""
        if hash not in HASHES:
            raise ValueError(f"hash must be one of {', '.join(HASHES)}, not {hash!r}")
        return hamming(getattr(self, hash), getattr(other, hash))

    def symmetric_distance(self, other: Fingerprint, part: str = "symmetric") -> tuple[int, int]:
        """(Hamming distance of 256 bits, EXIF orientation of `other` in which it is smallest).

        part: "symmetric" or "trimmed".
        """
        mine = symmetric_hash(coefficients_of(getattr(self, part)))
        theirs = coefficients_of(getattr(other, part))
        return min(
            (hamming(mine, symmetric_hash(theirs, orientation)), number)
            for number, orientation in ORIENTATIONS.items()
        )

    def to_bytes(self) -> bytes:
        """The compact form: luma becomes a grey JPEG, the rest stays as it is."""
        head = HEAD.pack(MAGIC, VERSION, self.pdq_quality, self.scale, self.width, self.height)
        return b"".join((head, *parts_of(self), _luma_file(self.luma)))

    @classmethod
    def from_bytes(cls, data: bytes) -> Fingerprint:
        """The reverse of `to_bytes`, luma as JPEG leaves it. Raises ValueError for other data."""
        if len(data) <= HEAD.size + sum(PARTS.values()):
            raise ValueError("not a fingerprint: too short")
        magic, version, quality, scale, width, height = HEAD.unpack_from(data)
        if magic != MAGIC or version != VERSION:
            raise ValueError("not a fingerprint, or of another version")
        parts, at = {}, HEAD.size
        for name, size in PARTS.items():
            parts[name] = data[at : at + size]
            at += size
        luma = _luma_from_file(data[at:])
        return cls(width, height, scale, pdq_quality=quality, luma=luma, **parts)

    def to_dict(self) -> dict[str, Any]:
        """JSON-able values: hashes in hexadecimal, the rest in base64."""
        return {
            "version": VERSION,
            "width": self.width,
            "height": self.height,
            "scale": self.scale,
            **{name: getattr(self, name).hex() for name in HASHES},
            "pdq_quality": self.pdq_quality,
            "symmetric": b64encode(self.symmetric).decode(),
            "trimmed": b64encode(self.trimmed).decode(),
            "luma": b64encode(_luma_file(self.luma)).decode(),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Fingerprint:
        """The reverse of `to_dict`. Raises ValueError for other values."""
        try:
            if values["version"] != VERSION:
                raise ValueError("a fingerprint of another version")
            head = HEAD.pack(
                MAGIC, VERSION, *(values[n] for n in ("pdq_quality", "scale", "width", "height"))
            )
            parts = [bytes.fromhex(values[name]) for name in HASHES]
            parts += [b64decode(values[name]) for name in ("symmetric", "trimmed", "luma")]
        except (KeyError, TypeError, struct.error) as error:
            raise ValueError(f"not a fingerprint: {error}") from error
        if [len(part) for part in parts[:-1]] != list(PARTS.values()):
            raise ValueError("not a fingerprint: a hash of another length")
        return cls.from_bytes(head + b"".join(parts))


def coefficients_of(part: bytes) -> Coefficients:
    """The stored form of `symmetric` or `trimmed` as float16 (16, 16)."""
    return np.frombuffer(part, np.float16).reshape(FREQUENCIES, FREQUENCIES)


def _luma_file(luma: Samples) -> bytes:
    from PIL import Image

    return Image.fromarray(luma).tobytes("jpeg", "L", LUMA_QUALITY)


def _luma_from_file(data: bytes) -> Samples:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=["jpeg"]) as image:
            if image.mode != "L" or max(image.size) > MOST_LUMA_SIDE:
                raise ValueError("not a fingerprint: luma is no small grey picture")
            return np.asarray(image)
    except OSError as error:
        raise ValueError(f"not a fingerprint: {error}") from error
