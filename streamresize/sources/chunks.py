"""Path, bytes, file object or iterator, read as a stream of chunks.

A path is read, not mapped: a mapped file that another process cuts short kills the reader.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, TypeAlias, cast

from streamresize.errors import SourceError

Chunk: TypeAlias = bytes | bytearray | memoryview
Source: TypeAlias = str | os.PathLike[str] | Chunk | BinaryIO | Iterable[Chunk]

CHUNK_BYTES = 1 << 18


@contextmanager
def open_chunks(source: Source) -> Generator[Iterator[Chunk], None, None]:
    """Open `source` and give its bytes in chunks of at most CHUNK_BYTES (iterators: as they are).

    Only a path is opened, and closed, here; a file object is read from where it stands and left
    open. Raises SourceError when opening or reading fails, TypeError for anything else.
    """
    if isinstance(source, (str, os.PathLike)):
        with _opened(source) as file:
            yield _from_file(file)
    elif hasattr(source, "read"):
        yield _from_file(cast(BinaryIO, source))
    elif _is_buffer(source):
        yield _from_buffer(cast(Chunk, source))
    else:
        yield iter(cast(Iterable[Chunk], source))


@contextmanager
def _opened(path: str | os.PathLike[str]) -> Generator[BinaryIO, None, None]:
    try:
        file = open(path, "rb", buffering=0)  # noqa: SIM115 - closed below, errors told apart
    except OSError as error:
        raise SourceError(f"cannot open {os.fspath(path)}: {error.strerror}") from error
    with file:
        yield cast(BinaryIO, file)


def _is_buffer(source: object) -> bool:
    try:
        memoryview(source)  # type: ignore[arg-type]
    except TypeError:
        return False
    return True


def _from_file(file: BinaryIO) -> Iterator[Chunk]:
    while True:
        try:
            chunk = file.read(CHUNK_BYTES)
        except OSError as error:
            raise SourceError(f"cannot read the source: {error}") from error
        if not chunk:
            return
        if not isinstance(chunk, (bytes, bytearray, memoryview)):
            raise TypeError("the file object must be opened in binary mode")
        yield chunk


def _from_buffer(buffer: Chunk) -> Iterator[Chunk]:
    with memoryview(buffer) as view, view.cast("B") as octets:
        for start in range(0, len(octets), CHUNK_BYTES):
            yield octets[start : start + CHUNK_BYTES]
