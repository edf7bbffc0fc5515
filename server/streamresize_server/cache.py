"""Results kept: small ones in memory, too, all of them in files, within a bound of bytes.

A result is one file, named by the hash of what was asked for: a line of JSON, and the body. It is
written under a temporary name and renamed, so that any number of processes may share a folder, and
one that dies leaves nothing behind that is read. A file's time of modification is that of its last
comparison with the origin; its time of access that of the last request, the oldest of which goes
first.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import IO, NamedTuple

from streamresize_server.facts import Facts, Validators
from streamresize_server.threads import in_thread

SMALL_BYTES = 1 << 16  # bodies up to this size are kept in memory, too
READ_BYTES = 1 << 18
HEADER_BYTES = 1 << 13  # at most
TOUCH_SECONDS = 60  # times of access are that exact
SCAN_SHARE = 16  # files are counted anew when this part of the bound has been written
ABANDONED_SECONDS = 3600  # after which a temporary file is nobody's any more
TEMPORARY = ".tmp"


class FileBody:
    """A body in a file, behind `start` bytes of something else. To be closed."""

    def __init__(self, file: IO[bytes], start: int, size: int) -> None:
        self._file = file
        self._start = start
        self.size = size

    async def chunks(self) -> AsyncIterator[bytes]:
        """All of it."""
        for offset in range(0, self.size, READ_BYTES):
            length = min(READ_BYTES, self.size - offset)
            position = self._start + offset
            yield await in_thread(os.pread, self._file.fileno(), length, position)

    def close(self) -> None:
        self._file.close()


class Kept(NamedTuple):
    """A result. checked: when its source was last known to be unchanged, in seconds (epoch)."""

    facts: Facts
    checked: float
    body: bytes | FileBody

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return len(self.body) if isinstance(self.body, bytes) else self.body.size

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body."""
        if isinstance(self.body, bytes):
            yield self.body
        else:
            async for chunk in self.body.chunks():
                yield chunk

    def close(self) -> None:
        """To be called when the body is not needed any more."""
        if isinstance(self.body, FileBody):
            self.body.close()


def key_of(source: str, recipe: str) -> str:
    """64 hexadecimal digits for what was asked for."""
    return hashlib.sha256(f"{source}\n{recipe}".encode("utf-8", "surrogatepass")).hexdigest()


class Cache:
    """files: None to keep small bodies in memory alone. memory: bytes of these."""

    def __init__(self, files: Files | None, memory: int) -> None:
        self._files = files
        self._small = Small(memory)

    @property
    def memory_bytes(self) -> int:
        """Of the bodies in memory."""
        return self._small.size

    @property
    def file_bytes(self) -> int:
        """Of all files, as far as this process knows."""
        return self._files.size if self._files else 0

    def small(self, key: str) -> Kept | None:
        """What can be had without looking at a file."""
        return self._small.get(key)

    async def get(self, key: str) -> Kept | None:
        """A result, or None."""
        kept = self._small.get(key)
        if kept is None and self._files is not None:
            kept = await in_thread(self._files.get, key)
            self._remember(key, kept)
        return kept

    async def put(self, key: str, facts: Facts, body: AsyncIterator[bytes], size: int) -> None:
        """Keep a result. Raises OSError where there is no room for a file."""
        if size <= SMALL_BYTES:
            whole = b"".join([chunk async for chunk in body])
            self._remember(key, Kept(facts, time.time(), whole))
            body = _at_once(whole)
        if self._files is not None:
            await self._files.put(key, facts, body, size)

    async def confirm(self, key: str, kept: Kept) -> None:
        """The source is what it was."""
        self._remember(key, kept._replace(checked=time.time()))
        if self._files is not None:
            await in_thread(self._files.confirm, key)

    def _remember(self, key: str, kept: Kept | None) -> None:
        if kept is not None and isinstance(kept.body, bytes):
            self._small.put(key, kept)


async def _at_once(body: bytes) -> AsyncIterator[bytes]:
    yield body


class Small:
    """Bodies in memory, at most `bound` bytes of them; what was asked for last stays longest."""

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self.size = 0

    def get(self, key: str) -> Kept | None:
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def put(self, key: str, kept: Kept) -> None:
        self._forget(self._kept.pop(key, None))
        self._kept[key] = kept
        self.size += kept.size
        while self.size > self._bound:
            self._forget(self._kept.popitem(last=False)[1])

    def _forget(self, kept: Kept | None) -> None:
        if kept is not None:
            self.size -= kept.size


class Files:
    """The files of a folder, at most `bound` bytes of them, and 1/16 more for each process."""

    def __init__(self, folder: Path, bound: int) -> None:
        self._folder = folder
        self._bound = bound
        self.size = 0  # when last looked through, and written since
        self._unseen = bound  # bytes written since the folder was last looked through
        folder.mkdir(parents=True, exist_ok=True)

    def get(self, key: str) -> Kept | None:
        """What is in a file; the body itself where it is small. Damaged files are removed."""
        path = self._path(key)
        try:
            file = path.open("rb", buffering=0)
        except OSError:
            return None
        try:
            kept = _read(file)
        except (ValueError, TypeError, LookupError, OSError):
            file.close()
            self._remove(path)
            return None
        self._touch(path, file)
        if isinstance(kept.body, bytes):
            file.close()
        return kept

    async def put(self, key: str, facts: Facts, body: AsyncIterator[bytes], size: int) -> None:
        """Raises OSError; there is no file then, or the one that was there."""
        path = self._path(key)
        temporary = path.with_name(f"{path.name}.{token_hex(4)}{TEMPORARY}")
        try:
            with await in_thread(_created, temporary) as file:
                await in_thread(file.write, _header(facts, size))
                async for chunk in body:
                    await in_thread(file.write, chunk)
            await in_thread(temporary.replace, path)
        except BaseException:
            await in_thread(self._remove, temporary)
            raise
        self._unseen += size
        self.size += size
        if self._unseen > self._bound // SCAN_SHARE:
            self._unseen = 0
            await in_thread(self.tidy)

    def confirm(self, key: str) -> None:
        """The source is what it was."""
        with suppress(OSError):
            os.utime(self._path(key))

    def tidy(self) -> None:
        """Remove what is beyond the bound, and what others have left half written."""
        found = sorted(self._found(), key=lambda entry: entry.used, reverse=True)
        total = self.size = 0
        for entry in found:
            total += entry.size
            if total > self._bound or entry.is_abandoned:
                self._remove(entry.path)
            else:
                self.size += entry.size

    def _found(self) -> Iterator[Entry]:
        for path in self._folder.glob("??/*"):
            with suppress(OSError):
                status = path.stat()
                yield Entry(path, status.st_size, max(status.st_atime, status.st_mtime))

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key

    def _touch(self, path: Path, file: IO[bytes]) -> None:
        status = os.fstat(file.fileno())
        if time.time() - status.st_atime > TOUCH_SECONDS:
            with suppress(OSError):
                os.utime(path, (time.time(), status.st_mtime))

    def _remove(self, path: Path) -> None:
        with suppress(OSError):
            path.unlink()


class Entry(NamedTuple):
    """A file. used: time of the last request."""

    path: Path
    size: int
    used: float

    @property
    def is_abandoned(self) -> bool:
        """Its process has died while writing it."""
        return self.path.suffix == TEMPORARY and time.time() - self.used > ABANDONED_SECONDS


def _created(path: Path) -> IO[bytes]:
    path.parent.mkdir(exist_ok=True)
    return path.open("xb")


def _header(facts: Facts, size: int) -> bytes:
    return json.dumps({"size": size, **facts._asdict()}).encode() + b"\n"


def _read(file: IO[bytes]) -> Kept:
    """Raises ValueError, TypeError, LookupError for a file that is not whole."""
    header, end, _ = os.pread(file.fileno(), HEADER_BYTES, 0).partition(b"\n")
    start = len(header) + len(end)
    fields = json.loads(header)
    size = int(fields.pop("size"))
    status = os.fstat(file.fileno())
    if status.st_size != start + size:
        raise ValueError("the file was cut off")
    facts = Facts(**{**fields, "source": Validators(*fields["source"])})
    if size > SMALL_BYTES:
        return Kept(facts, status.st_mtime, FileBody(file, start, size))
    return Kept(facts, status.st_mtime, os.pread(file.fileno(), size, start))
