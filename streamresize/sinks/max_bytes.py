"""The highest quality whose file is not larger than asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from streamresize.errors import EncodeError
from streamresize.sinks.formats import Encoding

LOWEST, HIGHEST = 1, 100


class Encoded(NamedTuple):
    """A file, and how it was made."""

    data: bytes
    encoding: Encoding


def encode_to_fit(encode: Callable[[Encoding], bytes], asked: Encoding) -> Encoded:
    """`asked` as it is, or with the highest quality (1 to 100) that keeps to its max_bytes.

    Bisects: at most seven files are made. Sizes are taken to grow with quality; where an encoder
    breaks that rule for neighbouring qualities, the one found is as much off.

    Raises EncodeError where the file is too large even at quality 1.
    """
    if asked.max_bytes is None:
        return Encoded(encode(asked), asked)
    best: Encoded | None = None
    low, high = LOWEST, HIGHEST
    size = 0
    while low <= high:
        tried = replace(asked, quality=(low + high) // 2)
        data = encode(tried)
        size = len(data)
        if size <= asked.max_bytes:
            best = Encoded(data, tried)
            low = tried.quality + 1
        else:
            high = tried.quality - 1
    if best is None:
        raise EncodeError(
            f"{asked.format}: {size} bytes at quality {LOWEST}, max_bytes is {asked.max_bytes}"
        )
    return best
