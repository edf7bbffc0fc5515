"""What can go wrong.

StreamResizeError
├── MalformedJPEG     the bytes break the standard, or too little of them came
├── UnsupportedJPEG   a legal process that is not read
├── MalformedImage    a PNG, WebP, GIF, ... that cannot be decoded
├── UnsupportedFormat a known format, or a kind of it, that is not read here
├── LimitExceeded     a bound of `Limits` would be crossed
├── RegionError       the region lies outside the picture
├── SourceError       the source could not be read
├── EncodeError       the result could not be encoded
└── CatalogError      the catalog cannot be opened, read or written
"""

from __future__ import annotations

from streamresize.limits import VARIABLES


class StreamResizeError(Exception):
    """Base class of every error that streamresize raises on account of its input."""


class MalformedJPEG(StreamResizeError):
    """The source breaks ITU-T T.81 at byte `offset`; `reason` says how."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason, offset)
        self.reason = reason
        self.offset = offset

    def __str__(self) -> str:
        return f"{self.reason} (at byte {self.offset})"


class UnsupportedJPEG(StreamResizeError):
    """The source uses `feature`, named at byte `offset`, which is legal but not read."""

    def __init__(self, feature: str, offset: int) -> None:
        super().__init__(feature, offset)
        self.feature = feature
        self.offset = offset

    def __str__(self) -> str:
        return f"not supported: {self.feature} (at byte {self.offset})"


class MalformedImage(StreamResizeError):
    """The source is named a `format` ("png", ...) by its first bytes; `reason`: what is wrong."""

    def __init__(self, format: str, reason: str) -> None:
        super().__init__(format, reason)
        self.format = format
        self.reason = reason

    def __str__(self) -> str:
        return f"damaged {self.format}: {self.reason}"


class UnsupportedFormat(StreamResizeError):
    """The source is a `format` ("heic", ...) that is not read; `reason` says what is missing."""

    def __init__(self, format: str, reason: str) -> None:
        super().__init__(format, reason)
        self.format = format
        self.reason = reason

    def __str__(self) -> str:
        return f"not supported: {self.format}: {self.reason}"


class LimitExceeded(StreamResizeError):
    """`value` is above the bound that field `limit` of `streamresize.Limits` sets."""

    def __init__(self, limit: str, value: int, bound: int) -> None:
        super().__init__(limit, value, bound)
        self.limit = limit
        self.value = value
        self.bound = bound

    def __str__(self) -> str:
        return (
            f"limit exceeded: {self.limit} is {self.value}, the bound is {self.bound}; "
            f"raise it with limits=Limits({self.limit}=...) or {VARIABLES[self.limit]}"
        )


class RegionError(StreamResizeError):
    """`region` (x, y, width, height) has no pixel of the upright picture of `size`."""

    def __init__(self, region: tuple[int | str, ...], size: tuple[int, int]) -> None:
        super().__init__(region, size)
        self.region = region
        self.size = size

    def __str__(self) -> str:
        region = ", ".join(map(str, self.region))
        return f"the region ({region}) lies outside the picture of {self.size[0]} x {self.size[1]}"


class SourceError(StreamResizeError):
    """The source could not be opened or read."""


class EncodeError(StreamResizeError):
    """The result does not fit the output format, or its encoder failed."""


class CatalogError(StreamResizeError):
    """The catalog could not be opened, read or written, or a newer version has made it."""
