"""Values in URLs: text to numbers, flags, colours, formats. All raise BadValue."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from collections.abc import Collection
from typing import TypeAlias
from urllib.parse import unquote_to_bytes

from PIL import ImageColor

from streamresize import FORMATS, Format
from streamresize_server.refusals import BadValue, shown

RGB: TypeAlias = tuple[int, int, int]

MOST = 2**31 - 1
TRUE = frozenset({"1", "t", "true"})
FALSE = frozenset({"0", "f", "false"})
FORMAT_OF_NAME: dict[str, Format] = {name: name for name in FORMATS if name != "array"}
FORMAT_OF_NAME["jpg"] = "jpeg"

_INTEGER = re.compile(r"[+-]?\d{1,10}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d{1,10}(\.\d{0,20})?|\.\d{1,20})(e[+-]?\d\d?)?", re.ASCII | re.I)
_HEX_COLOR = re.compile(r"[0-9a-f]{3}|[0-9a-f]{6}", re.I | re.ASCII)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_STRAY_PERCENT = re.compile(r"%(?![0-9a-f]{2})", re.I | re.ASCII)
_BASE64 = re.compile(r"[\w-]+", re.ASCII)


def malformed(name: str, value: str, expected: str) -> BadValue:
    return BadValue(name, f"expected {expected}, not {shown(value)}")


def integer(name: str, value: str, low: int = 0, high: int = MOST) -> int:
    if _INTEGER.fullmatch(value) and low <= int(value) <= high:
        return int(value)
    raise malformed(name, value, f"a whole number from {low} to {high}")


def number(name: str, value: str, low: float = 0.0, high: float = MOST) -> float:
    if _NUMBER.fullmatch(value) and low <= float(value) <= high:
        return float(value) + 0.0  # no negative zero
    raise malformed(name, value, f"a number from {low:g} to {high:g}")


def above_zero(name: str, value: str) -> float:
    result = number(name, value)
    if result == 0.0:
        raise malformed(name, value, "a number above 0")
    return result


def flag(name: str, value: str) -> bool:
    if value.lower() in TRUE | FALSE:
        return value.lower() in TRUE
    raise malformed(name, value, "1, t, true, 0, f or false")


def choice(name: str, value: str, choices: Collection[str]) -> str:
    if value in choices:
        return value
    raise malformed(name, value, f"one of {', '.join(choices)}")


def format_name(name: str, value: str) -> Format:
    return FORMAT_OF_NAME[choice(name, value, FORMAT_OF_NAME)]


def hex_color(name: str, value: str) -> RGB:
    """Red, green and blue of "fc0" or "ffcc00"."""
    if not _HEX_COLOR.fullmatch(value):
        raise malformed(name, value, "a colour such as ffcc00")
    red, green, blue = ImageColor.getrgb(f"#{value}")[:3]
    return red, green, blue


def color(name: str, value: str) -> RGB:
    """The same, of a name of CSS, and with a # in front, too."""
    if value.lower() in ImageColor.colormap:
        red, green, blue = ImageColor.getrgb(value)[:3]
        return red, green, blue
    return hex_color(name, value.removeprefix("#"))


def text(name: str, value: str) -> str:
    """Anything but nothing, without control characters and halves of surrogate pairs."""
    if value and not _UNPRINTABLE.search(value):
        return value
    raise malformed(name, value, "text without control characters")


def from_percent(name: str, value: str) -> str:
    """Text in percent-encoded UTF-8."""
    if _STRAY_PERCENT.search(value):
        raise malformed(name, value, "two hexadecimal digits behind each %")
    return _decoded(name, value, unquote_to_bytes(value))


def from_base64(name: str, value: str) -> str:
    """Text in UTF-8 as base64url, padded or not."""
    digits = value.rstrip("=")
    if not _BASE64.fullmatch(digits) or len(digits) % 4 == 1:
        raise malformed(name, value, "base64url")
    return _decoded(name, value, urlsafe_b64decode(digits + -len(digits) % 4 * "="))


def _decoded(name: str, value: str, data: bytes) -> str:
    try:
        return text(name, data.decode())
    except UnicodeDecodeError:
        raise malformed(name, value, "text in UTF-8") from None
