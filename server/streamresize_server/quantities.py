"""Sizes and times as people write them in settings: 256MiB, 1m30s."""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, ByteSize, TypeAdapter

SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}

_PART = r"(\d+(?:\.\d+)?)(ms|[smhd])"
_DURATION = re.compile(rf"(?:{_PART})+")
_PLAIN = re.compile(r"\d+(?:\.\d+)?")


def seconds(value: object) -> object:
    """Seconds of "90", "1m30s", "500ms"; what is no text stays. Raises ValueError."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if _PLAIN.fullmatch(text):
        return float(text)
    if not _DURATION.fullmatch(text):
        raise ValueError("expected seconds, or a time such as 500ms, 90s, 1m30s, 12h, 7d")
    return sum(float(number) * SECONDS[unit] for number, unit in re.findall(_PART, text))


def size(value: object) -> object:
    """Bytes of "256MiB", "1.5GB"; what is no text stays. Raises ValueError.

    M and MB are a million, MiB is 2 to the 20th.
    """
    return int(_BYTE_SIZE.validate_python(value)) if isinstance(value, str) else value


def shown_size(number: int) -> str:
    """As `size` reads it, in the largest unit that divides it."""
    for unit, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if number and number % unit == 0:
            return f"{number // unit}{name}"
    return f"{number}B"


_BYTE_SIZE = TypeAdapter(ByteSize)

Bytes: TypeAlias = Annotated[int, BeforeValidator(size)]
Seconds: TypeAlias = Annotated[float, BeforeValidator(seconds)]
