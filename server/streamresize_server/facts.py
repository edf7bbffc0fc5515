"""What is known of a made picture beside its bytes."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from streamresize import Format, Result

PHASH = "X-Image-Phash"  # headers, or trailers, of answers
SIZE = "X-Image-Size"


class Validators(NamedTuple):
    """What an origin said of a source's state (RFC 9110 8.8); None where it did not."""

    etag: str | None = None
    last_modified: str | None = None


def etag_of(data: bytes) -> str:
    """An ETag with its quotes, another one for other data."""
    return f'"{sha256(data).hexdigest()[:32]}"'


class Facts(NamedTuple):
    """width, height: pixels. phash: of the source, 16 hexadecimal digits. source: its state.

    etag: of the answer, with its quotes, where there is one.
    """

    format: Format
    width: int
    height: int
    phash: str
    source: Validators = Validators()
    etag: str | None = None


def facts_of(result: Result, source: Validators, etag: str | None) -> Facts:
    """Of a result's only picture."""
    (image,) = result.images
    phash = str(result.fingerprint)
    return Facts(image.format, image.width, image.height, phash, source, etag)
