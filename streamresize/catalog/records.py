"""What goes into a catalog, and what comes out."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

from streamresize.api import process
from streamresize.fingerprint import Fingerprint, symmetric_hash
from streamresize.fingerprint.record import VERSION, coefficients_of
from streamresize.request import PassOptions
from streamresize.sources import Source, open_source

if TYPE_CHECKING:
    from typing_extensions import Unpack

MOST_KEPT = 1 << 22  # bytes of a file that is not read a second time
NUMBERS = ("phash", "dhash", "average")  # hashes of 64 bits


class Feature(NamedTuple):
    """More of a picture to find it by, such as its windows.

    kind: a name of at most 32 characters. hashes: uint64 (n, 4), 256 bits each, which the index
    of that kind finds; n may be 0. data: whatever belongs to them, opaque.
    """

    kind: str
    hashes: NDArray[np.uint64]
    data: bytes


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to be added.

    path: name of the file, or its URL. stamp: what changes when the file does. content_hash: 32
    bytes, what `content_hasher` makes of the file. columns: of the fingerprint, as the database
    has them. warnings: a line for each damaged place.
    """

    path: str
    stamp: str
    content_hash: bytes
    bytes: int
    width: int
    height: int
    columns: dict[str, Any] = field(repr=False)
    features: tuple[Feature, ...] = ()
    warnings: tuple[str, ...] = ()


class Image(NamedTuple):
    """A picture of the catalog. paths: where it is, all with the same bytes. added: in UTC."""

    id: int
    content_hash: bytes
    paths: tuple[str, ...]
    bytes: int
    width: int
    height: int
    added: datetime


def fingerprint_columns(fingerprint: Fingerprint) -> dict[str, Any]:
    """The hashes and the binary form, by the names of the columns of the table."""
    numbers = {name: number_of_hash(getattr(fingerprint, name)) for name in NUMBERS}
    symmetric = trimmed = symmetric_bits(fingerprint.symmetric)
    if fingerprint.trimmed != fingerprint.symmetric:
        trimmed = symmetric_bits(fingerprint.trimmed)
    return {
        "version": VERSION,
        **numbers,
        "phash256": fingerprint.phash256,
        "pdq": fingerprint.pdq,
        "pdq_quality": fingerprint.pdq_quality,
        "symmetric": symmetric,
        "trimmed": trimmed,
        "data": fingerprint.to_bytes(),
    }


def symmetric_bits(part: bytes) -> bytes:
    """The symmetric hash of coefficients in their stored form."""
    return symmetric_hash(coefficients_of(part))


def number_of_hash(hash: bytes) -> int:
    """64 bits as databases have them: signed."""
    return int.from_bytes(hash, "big", signed=True)


def hash_of_number(number: int) -> bytes:
    """The reverse of `number_of_hash`."""
    return number.to_bytes(8, "big", signed=True)


def no_features(_: Fingerprint) -> tuple[Feature, ...]:
    return ()


def read_picture(
    path: str,
    *,
    stamp: str = "",
    extract: Callable[[Fingerprint], tuple[Feature, ...]] = no_features,
    **options: Unpack[PassOptions],
) -> Picture:
    """The picture at a path or URL: its bytes are hashed, then decoded.

    extract: makes what else is to be kept of it. options: the keywords of `Pass`. Raises what
    `process` raises.
    """
    content = read_content(path)
    result = process(content.source, [], fingerprint=True, **options)
    fingerprint = cast(Fingerprint, result.fingerprint)
    return picture_of(
        fingerprint,
        path,
        content.digest,
        content.size,
        stamp=stamp,
        features=extract(fingerprint),
        warnings=result.warnings,
    )


def picture_of(
    fingerprint: Fingerprint,
    path: str,
    content_hash: bytes,
    total: int,
    *,
    stamp: str = "",
    features: tuple[Feature, ...] = (),
    warnings: tuple[str, ...] = (),
) -> Picture:
    """The picture at a path or URL, known by its fingerprint; see `Picture`. total: its bytes."""
    columns = fingerprint_columns(fingerprint)
    size = fingerprint.width, fingerprint.height
    return Picture(path, stamp, content_hash, total, *size, columns, features, warnings)


class Content(NamedTuple):
    """digest: hash of the bytes. size: how many. source: they, or where to read them again."""

    digest: bytes
    size: int
    source: Source


def content_hasher() -> blake3:
    """What pictures are known by: `update` it with all bytes of a file, `digest` is the hash.

    BLAKE3 ("BLAKE3: one function, fast everywhere", 2020), which no processor is slow at.
    """
    return blake3()


def read_content(path: str) -> Content:
    """What is at a path or URL; small files are read once. Raises SourceError."""
    hasher, size, kept = content_hasher(), 0, []
    with open_source(path) as source:
        for chunk in source.chunks:
            hasher.update(chunk)
            size += len(chunk)
            if size <= MOST_KEPT:
                kept.append(chunk)
    return Content(hasher.digest(), size, b"".join(kept) if size <= MOST_KEPT else path)


def name_bytes(path: str) -> bytes:
    return os.fsencode(path)


def name_hash(path: str) -> bytes:
    return blake2b(name_bytes(path), digest_size=16).digest()
