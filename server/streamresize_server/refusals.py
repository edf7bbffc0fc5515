"""Requests that are refused before any work is done; which status each becomes is said elsewhere.

Refused
├── BadSignature    the URL is not signed as it must be
├── Expired         the time until which the URL was meant has passed
├── UnknownOption   there is no such option, or none of that name here
└── BadValue        an option, or the source, is not written as it must be
"""

from __future__ import annotations


class Refused(Exception):
    """Base class; its text is meant for the client and names the fix."""


class BadSignature(Refused):
    """The signature is missing, or is not one of the path under any of the keys."""

    def __init__(self) -> None:
        super().__init__("the signature does not belong to this path")


class Expired(Refused):
    """The URL was meant until `until`, in seconds since 1970."""

    def __init__(self, until: int) -> None:
        super().__init__("the URL has expired")
        self.until = until


class UnknownOption(Refused):
    """There is no option `name`."""

    def __init__(self, name: str) -> None:
        super().__init__(f"unknown option {shown(name)}")
        self.name = name


class BadValue(Refused):
    """The value of `name` makes no sense; `reason` says what is expected."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


def shown(text: str, most: int = 40) -> str:
    """The text in quotes, in ASCII and cut where it is long."""
    return ascii(text if len(text) <= most else f"{text[:most]}...")
