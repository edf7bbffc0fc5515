"""Which hosts may be asked: lists of whole labels."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from yarl import URL

from streamresize_server.sources.urls import canonical_host

PATTERN = re.compile(
    r"(?:(?P<scheme>https?)://)?(?P<wild>\*\.)?(?P<host>\[[^\]]*\]|[^:/?#@\[\]\s]+)(?::(?P<port>\d+))?/?"
)


@dataclass(frozen=True, slots=True)
class HostPattern:
    """`example.com`, `*.example.com` (anything below it, not itself), or `*`; where a scheme or a
    port is written, only that one.
    """

    scheme: str | None
    host: str
    below: bool
    port: int | None

    @classmethod
    def parse(cls, text: str) -> HostPattern:
        """Raises ValueError."""
        match = PATTERN.fullmatch(text.lower())
        if match is None:
            raise ValueError(f"no pattern of hosts: {text!r}")
        host = match["host"]
        if host != "*" or match["wild"]:
            host = canonical_host(URL(f"http://{host}").raw_host or "", bracketed=host[0] == "[")
        port = int(match["port"]) if match["port"] else None
        return cls(match["scheme"], host, bool(match["wild"]), port)

    def matches(self, url: URL) -> bool:
        """url: as `parse_url` gives it."""
        if self.scheme not in (None, url.scheme) or self.port not in (None, url.port):
            return False
        host = url.raw_host or ""
        if self.below:
            return host.endswith(f".{self.host}")
        return self.host in ("*", host)


class HostRules:
    """What is denied is not asked, whatever is allowed."""

    def __init__(self, allow: Iterable[str], deny: Iterable[str]) -> None:
        self._allow = [HostPattern.parse(text) for text in allow]
        self._deny = [HostPattern.parse(text) for text in deny]

    def permit(self, url: URL) -> bool:
        denied = any(pattern.matches(url) for pattern in self._deny)
        return not denied and any(pattern.matches(url) for pattern in self._allow)
