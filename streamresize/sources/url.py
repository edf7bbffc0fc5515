"""`scheme://...`, opened with fsspec and whatever protocols the user has installed for it."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from streamresize.errors import SourceError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

BLOCK_BYTES = 1 << 20  # read ahead by fsspec at most


def is_url(name: str) -> bool:
    """Whether `name` begins with a scheme and `://`."""
    return "://" in name and re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", name) is not None


def file_system(url: str) -> tuple[AbstractFileSystem, str]:
    """The file system of `url`, and its path there.

    Raises SourceError when fsspec, the protocol, or the protocol's package is missing.
    """
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        message = f"cannot open {url}: it takes fsspec (pip install 'streamresize[fsspec]')"
        raise SourceError(message) from error
    with _told(url):
        return cast("tuple[AbstractFileSystem, str]", url_to_fs(url))


@contextmanager
def open_url(url: str) -> Generator[BinaryIO, None, None]:
    """A readable file. Raises SourceError when it cannot be opened, and its `read` does, too."""
    system, path = file_system(url)
    with _told(url):
        file = system.open(path, "rb", block_size=BLOCK_BYTES)
    with file:
        yield cast(BinaryIO, _Readable(url, file))


class _Readable:
    """Of an fsspec file, what a source needs."""

    def __init__(self, url: str, file: Any) -> None:
        self._url = url
        self._file = file

    def read(self, size: int = -1) -> bytes:
        with _told(self._url):
            return cast(bytes, self._file.read(size))


@contextmanager
def _told(url: str) -> Generator[None, None, None]:
    """File systems raise what their libraries raise, which has no class in common."""
    try:
        yield
    except Exception as error:
        raise SourceError(f"cannot read {url}: {reason(error)}") from error


def reason(error: Exception) -> str:
    """One line on what went wrong in a file system."""
    if isinstance(error, FileNotFoundError):
        return "no such file"
    return next(iter(str(error).splitlines()), type(error).__name__)
