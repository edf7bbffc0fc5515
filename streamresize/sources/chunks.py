"""Path, URL, bytes, file object or iterator, read as a stream of chunks.

A path is read, not mapped: a mapped file that another process cuts short kills the reader.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple, TypeAlias, cast

from streamresize.errors import SourceError
from streamresize.sources.url import is_url, open_url

Chunk: TypeAlias = bytes | bytearray | memoryview
Source: TypeAlias = str | os.PathLike[str] | Chunk | BinaryIO | Iterable[Chunk]

CHUNK_BYTES = 1 << 18


class Store(NamedTuple):
    """Where the bytes of a source can be read again, `size` of them from byte `start` of it on.

    place: an open file's descriptor, or the bytes themselves.
    """

    place: int | memoryview
    start: int
    size: int


class OpenSource(NamedTuple):
    """chunks: the bytes, once. store: where they can be read again; None for a mere stream."""

    chunks: Iterator[Chunk]
    store: Store | None = None


@contextmanager
def open_source(source: Source) -> Generator[OpenSource, None, None]:
    """Open `source` and give its bytes in chunks of at most CHUNK_BYTES (iterators: as they are).

    Only a path or URL is opened, and closed, here; a file object is read from where it stands and
    left open. A str with `scheme://` is a URL, read with fsspec. Raises SourceError when opening or
    reading fails, TypeError for anything else.
    """
    if isinstance(source, str) and is_url(source):
        with open_url(source) as file:
            yield _open_file(file)
    elif isinstance(source, (str, os.PathLike)):
        with _opened(source) as file:
            yield _open_file(file)
    elif hasattr(source, "read"):
        yield _open_file(cast(BinaryIO, source))
    elif _is_buffer(source):
        with memoryview(cast(Chunk, source)) as view, view.cast("B") as octets:
            yield OpenSource(_from_buffer(octets), Store(octets, 0, octets.nbytes))
    else:
        yield OpenSource(iter(cast(Iterable[Chunk], source)))


def _opened(path: str | os.PathLike[str]) -> BinaryIO:
    try:
        return cast(BinaryIO, io.FileIO(path))
    except OSError as error:
        raise SourceError(f"cannot open {os.fspath(path)}: {error.strerror}") from error


def _open_file(file: BinaryIO) -> OpenSource:
    """Regular files opened by Python itself have a store: others may show different bytes."""
    raw = file.raw if isinstance(file, io.BufferedReader) else file
    facts = os.fstat(raw.fileno()) if isinstance(raw, io.FileIO) else None
    if facts is None or not stat.S_ISREG(facts.st_mode):
        return OpenSource(_from_file(file, CHUNK_BYTES))
    start = file.tell()
    size = max(0, facts.st_size - start)
    return OpenSource(_from_file(file, size), Store(raw.fileno(), start, size))


def _is_buffer(source: object) -> bool:
    try:
        memoryview(source)  # type: ignore[arg-type]
    except TypeError:
        return False
    return True


def _from_file(file: BinaryIO, size: int) -> Iterator[Chunk]:
    """size: what the file seems to hold; room for a whole chunk takes longer than a small read."""
    room = min(max(size, 1), CHUNK_BYTES)
    while True:
        try:
            chunk = file.read(room)
        except OSError as error:
            raise SourceError(f"cannot read the source: {error}") from error
        if not chunk:
            return
        if not isinstance(chunk, (bytes, bytearray, memoryview)):
            raise TypeError("the file object must be opened in binary mode")
        yield chunk
        room = CHUNK_BYTES


def _from_buffer(octets: memoryview) -> Iterator[Chunk]:
    for start in range(0, len(octets), CHUNK_BYTES):
        yield octets[start : start + CHUNK_BYTES]
