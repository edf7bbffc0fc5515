"""`http://...` and `https://...` as they are sent, the host in one form only."""

from __future__ import annotations

import re
import socket
from ipaddress import IPv6Address
from string import punctuation
from urllib.parse import quote, unquote

from yarl import URL

from streamresize_server.sources.errors import BadReference

MAX_LENGTH = 8000  # characters; aiohttp's servers take lines of 8190
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
PARTS = re.compile(r"(?P<scheme>https?)://(?P<authority>[^/?#]*)(?P<target>[^#]*)", re.I)
HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.(?!-)[a-z0-9_-]{1,63})*")
MAX_HOST = 253  # characters, RFC 1035 2.3.4


def parse_url(text: str) -> URL:
    """The URL to ask for: path and query stay as written, but for what must be escaped.

    Raises BadReference.
    """
    parts = PARTS.match(text)
    if parts is None or CONTROL.search(text) or len(text) > MAX_LENGTH:
        raise BadReference("give a URL as http://host/path or https://host/path")
    scheme, authority, target = parts["scheme"].lower(), parts["authority"], parts["target"]
    if "@" in authority:
        raise BadReference("give the URL without user name and password")
    try:
        place = URL(f"{scheme}://{authority}")
        host = canonical_host(place.raw_host or "", bracketed=authority.startswith("["))
        target = quote(target, safe=punctuation, errors="surrogateescape")
    except ValueError as error:
        raise BadReference("the URL's host, port or path is not valid") from error
    path, _, query = target.partition("?")
    return URL.build(
        scheme=scheme,
        host=f"[{host}]" if ":" in host else host,
        port=place.explicit_port,
        path=path or "/",
        query_string=query,
        encoded=True,
    )


def canonical_host(host: str, *, bracketed: bool = False) -> str:
    """`host`, ASCII, as the system takes it: lower case, no dot at the end, IPv4 as four numbers.

    bracketed: it must be an IPv6 address, without a zone. Raises ValueError.
    """
    if bracketed:
        if "%" in host:
            raise ValueError(f"a zone: {host!r}")
        return str(IPv6Address(host))
    name = host.lower().removesuffix(".")
    if HOST.fullmatch(name) is None or len(name) > MAX_HOST:
        raise ValueError(f"no host: {host!r}")
    try:
        return socket.inet_ntoa(socket.inet_aton(name))
    except OSError:
        return name


def base_name(path: str) -> str:
    """The last part of an escaped path, unescaped."""
    return unquote(path.rpartition("/")[2])
