"""Which objects behind fsspec may be read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from streamresize_server.sources.errors import BadReference

PREFIX = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<rest>[^?#]*)")
# The machine's own files, what this service does itself, and systems that wrap another one.
NEVER = frozenset({"asynclocal", "data", "file", "http", "https", "local"}) | {
    "async_wrapper",
    "blockcache",
    "cached",
    "dir",
    "filecache",
    "generic",
    "libarchive",
    "reference",
    "root",
    "simplecache",
    "tar",
    "zip",
}
OUTSIDE = frozenset({"", ".", ".."})


@dataclass(frozen=True, slots=True)
class StoragePrefix:
    """`scheme://` and whole parts of a path below it, without a slash at the end."""

    scheme: str
    place: str

    @classmethod
    def parse(cls, text: str) -> StoragePrefix:
        """Raises ValueError."""
        match = PREFIX.fullmatch(text)
        if match is None or "::" in text:
            raise ValueError(f"no scheme://place: {text!r}")
        if match["scheme"] in NEVER:
            raise ValueError(f"{match['scheme']}:// is never read through fsspec")
        place = match["rest"].rstrip("/")
        if place and not OUTSIDE.isdisjoint(place.split("/")):
            raise ValueError(f"no scheme://place: {text!r}")
        return cls(match["scheme"], place)

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.place}"

    def below(self, reference: str) -> str | None:
        """The path of `reference` below this prefix; None where it lies elsewhere.

        Raises BadReference for a path that could lead out again.
        """
        scheme, _, rest = reference.partition("://")
        start = f"{self.place}/" if self.place else ""
        if scheme.lower() != self.scheme or not rest.startswith(start):
            return None
        path = rest[len(start) :]
        if not OUTSIDE.isdisjoint(path.split("/")) or re.search(r"[\x00-\x1f\x7f\\]|::", path):
            raise BadReference("give the object's path without empty parts, `..` and `::`")
        return path
