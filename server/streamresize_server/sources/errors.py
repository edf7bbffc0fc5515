"""Why a source is not given, and the status that says so.

SourceFailure
├── BadReference   400  no reference that can be understood
├── NotAllowed     403  the settings do not let this be read
├── NotFound       404  no such file or object
├── OriginRefused  4xx  the origin's own answer
├── TooLarge       413  more bytes than `max_source_bytes`
├── OriginFailed   502  the origin is unreachable, or what it sends is not usable
└── OriginTimeout  504  the origin is too slow

A message says what to change, and names neither addresses nor paths of this machine.
"""

from __future__ import annotations

from http import HTTPStatus

KNOWN = frozenset(HTTPStatus)


class SourceFailure(Exception):
    """Base class; `status` is that of HTTP."""

    status = 500


class BadReference(SourceFailure):
    status = 400


class NotAllowed(SourceFailure):
    status = 403


class NotFound(SourceFailure):
    status = 404


class OriginRefused(SourceFailure):
    """The origin answered with `code`, from 400 to 499; an unknown one counts as 400 (RFC 9110)."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code
        self.status = code if code in KNOWN else 400

    def __str__(self) -> str:
        return f"the source's server answers with status {self.code}"


class TooLarge(SourceFailure):
    """The source has more bytes than `bound`, which the setting `limit` makes the most."""

    status = 413
    limit = "max_source_bytes"

    def __init__(self, bound: int) -> None:
        super().__init__(bound)
        self.bound = bound

    def __str__(self) -> str:
        return f"the source has more than {self.bound} bytes, the bound set by {self.limit}"


class OriginFailed(SourceFailure):
    status = 502


class OriginTimeout(SourceFailure):
    """Nothing came for `seconds`, the bound set by `limit`."""

    status = 504

    def __init__(self, limit: str, seconds: float) -> None:
        super().__init__(limit, seconds)
        self.limit = limit
        self.seconds = seconds

    def __str__(self) -> str:
        return f"the source is too slow: {self.limit} is {self.seconds:g} s"
