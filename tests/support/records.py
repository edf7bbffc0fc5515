"""Pictures of a catalog without files: random hashes, and some that are near each other."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np

from streamresize.catalog import Feature, Picture
from streamresize.catalog.records import fingerprint_columns
from streamresize.fingerprint import Fingerprint


def fingerprint(seed: int) -> Fingerprint:
    random = np.random.default_rng(seed)
    coefficients = [random.uniform(-1, 1, (16, 16)).astype(np.float16).tobytes() for _ in range(2)]
    return Fingerprint(
        width=40 + seed % 50,
        height=30,
        scale=1.0,
        phash=random.bytes(8),
        phash256=random.bytes(32),
        dhash=random.bytes(8),
        average=random.bytes(8),
        pdq=random.bytes(32),
        pdq_quality=seed % 101,
        symmetric=coefficients[0],
        trimmed=coefficients[1],
        luma=random.integers(0, 256, (6, 8), np.uint8),
    )


def with_bits_flipped(hash: bytes, bits: int) -> bytes:
    """The hash with as many of its lowest bits changed."""
    return (int.from_bytes(hash, "big") ^ ((1 << bits) - 1)).to_bytes(len(hash), "big")


def picture(
    seed: int,
    path: str | None = None,
    *,
    print: Fingerprint | None = None,
    features: tuple[Feature, ...] = (),
) -> Picture:
    """The same seed means the same bytes."""
    print = print or fingerprint(seed)
    return Picture(
        path=f"/pictures/{seed}.jpg" if path is None else path,
        stamp=f"stamp {seed}",
        content_hash=blake2b(str(seed).encode(), digest_size=32).digest(),
        bytes=1000 + seed,
        width=print.width,
        height=print.height,
        columns=fingerprint_columns(print),
        features=features,
    )
