"""What a service may be without."""

from __future__ import annotations


class NotHere(Exception):
    """The service lacks something; the message says how to give it that."""


class CatalogUnavailable(Exception):
    """The database does not do what it should; what it said is in the log."""

    def __init__(self) -> None:
        super().__init__("the catalog cannot be used at the moment")
