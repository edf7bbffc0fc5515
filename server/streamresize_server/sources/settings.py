"""What may be read, how much of it, and for how long."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

from streamresize_server.sources.hosts import HostPattern
from streamresize_server.sources.prefixes import StoragePrefix

MIN_READ_AHEAD = 1 << 16
POSITIVE = (
    "max_source_bytes",
    "connect_seconds",
    "first_byte_seconds",
    "stall_seconds",
    "download_seconds",
    "storage_threads",
)


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """What is not listed is not read; ValueError names the field that is wrong.

    roots: folders in which a path is looked for, in this order.
    allow_hosts, deny_hosts: of http and https, patterns as in `HostPattern`.
    allow_networks: that may be connected to although private, as `10.1.0.0/16`.
    storage: what is read through fsspec, as `s3://bucket/folder`, or `s3://` for all of it.
    max_source_bytes: of a source.
    max_redirects: that are followed.
    connect_seconds: until a connection is made, its name looked up and TLS agreed on.
    first_byte_seconds: until the headers of an answer are there, the connection included.
    stall_seconds: without any byte.
    download_seconds: of waiting for one source; the time its reader takes does not count.
    read_ahead: bytes of a source that wait in memory for their reader.
    storage_threads: that read through fsspec.
    user_agent: as servers are told.
    """

    roots: tuple[Path, ...] = ()
    allow_hosts: tuple[str, ...] = ("*",)
    deny_hosts: tuple[str, ...] = ()
    allow_networks: tuple[str, ...] = ()
    storage: tuple[str, ...] = ()
    max_source_bytes: int = 1 << 28
    max_redirects: int = 5
    connect_seconds: float = 5
    first_byte_seconds: float = 10
    stall_seconds: float = 10
    download_seconds: float = 60
    read_ahead: int = 1 << 20
    storage_threads: int = 8
    user_agent: str = "streamresize"

    def __post_init__(self) -> None:
        for name in POSITIVE:
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be above 0")
        if self.read_ahead < MIN_READ_AHEAD:
            raise ValueError(f"read_ahead must not be below {MIN_READ_AHEAD}")
        if self.max_redirects < 0:
            raise ValueError("max_redirects must not be below 0")
        if not (self.user_agent.isascii() and self.user_agent.isprintable()):
            raise ValueError("user_agent must be printable ASCII")
        _each("roots", self.roots, _folder)
        _each("allow_hosts", self.allow_hosts, HostPattern.parse)
        _each("deny_hosts", self.deny_hosts, HostPattern.parse)
        _each("allow_networks", self.allow_networks, ip_network)
        _each("storage", self.storage, StoragePrefix.parse)


def _each(name: str, values: Iterable[object], parse: Callable[..., object]) -> None:
    if isinstance(values, str):
        raise ValueError(f"{name} must be a sequence of values")
    for value in values:
        try:
            parse(value)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error


def _folder(path: Path) -> None:
    if not Path(path).is_dir():
        raise ValueError(f"no folder: {path}")
