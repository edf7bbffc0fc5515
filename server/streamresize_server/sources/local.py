"""Files below the roots.

A path is opened without reading (O_PATH), which has no effect on devices and does not wait for
pipes; what was opened is then judged by its real path, its kind and its size, and only that very
file is opened for reading. Links count by where they lead, and nothing can be exchanged in between.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import AsyncGenerator, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timezone
from email.utils import formatdate
from pathlib import Path
from typing import BinaryIO, cast

from streamresize_server.facts import Validators
from streamresize_server.sources.errors import (
    BadReference,
    NotAllowed,
    NotFound,
    OriginFailed,
    TooLarge,
)
from streamresize_server.sources.opened import UNKNOWN, NotModified, OpenedSource
from streamresize_server.sources.patience import Patience
from streamresize_server.sources.settings import SourceSettings
from streamresize_server.sources.worker import Worker

THREADS = 4
OUR_OWN = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO})


class LocalSources:
    """Regular files below the setting `roots`."""

    def __init__(self, settings: SourceSettings) -> None:
        self._settings = settings
        self._threads = ThreadPoolExecutor(THREADS, "files")

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    @asynccontextmanager
    async def open(
        self, path: str, known: Validators = UNKNOWN
    ) -> AsyncGenerator[OpenedSource | NotModified, None]:
        """The first file with this path below one of the roots; leaving the context closes it.

        Raises BadReference, NotAllowed, NotFound, TooLarge, OriginFailed, OriginTimeout.
        """
        if not self._settings.roots:
            raise NotAllowed("files are not read: the setting roots lists no folder")
        relative = relative_path(path)
        worker = Worker(self._threads)
        try:
            async with Patience(self._settings).wait("first_byte_seconds"):
                file = await worker.run(lambda: self._open(relative, worker))
            yield self._opened(file, relative.rpartition("/")[2], known)
        finally:
            worker.close()

    def _open(self, relative: str, worker: Worker) -> BinaryIO:
        for root in self._settings.roots:
            file = _open_beneath(root, relative)
            if file is not None:
                worker.keep(file)
                return file
        raise NotFound("no such file below the roots")

    def _opened(self, file: BinaryIO, name: str, known: Validators) -> OpenedSource | NotModified:
        status = os.fstat(file.fileno())
        current = validators_of(status)
        if known.etag == current.etag:
            return NotModified()
        if status.st_size > self._settings.max_source_bytes:
            raise TooLarge(self._settings.max_source_bytes)
        modified = datetime.fromtimestamp(status.st_mtime, timezone.utc)
        return OpenedSource(name, current, status.st_size, file, modified)


def relative_path(path: str) -> str:
    """`path` below a root; one slash at its beginning or more are none of the system's root.

    Raises BadReference.
    """
    parts = [part for part in path.split("/") if part not in ("", ".")]
    try:
        octets = os.fsencode(path)
    except UnicodeEncodeError:
        octets = b"\0"
    if not parts or ".." in parts or b"\0" in octets:
        raise BadReference("give a path below the root, without `..`")
    return "/".join(parts)


def validators_of(status: os.stat_result) -> Validators:
    etag = f'"{status.st_mtime_ns:x}-{status.st_size:x}-{status.st_ino:x}"'
    return Validators(etag, formatdate(status.st_mtime, usegmt=True))


def _open_beneath(root: Path, relative: str) -> BinaryIO | None:
    try:
        with _pinned(root) as folder, _pinned(relative, folder) as found:
            if not _inside(found, folder) or not stat.S_ISREG(os.fstat(found).st_mode):
                return None
            return cast(BinaryIO, open(_name(found), "rb", buffering=0))
    except OSError as error:
        if error.errno in OUR_OWN:
            raise OriginFailed("the file cannot be read at the moment") from error
        return None


@contextmanager
def _pinned(path: Path | str, folder: int | None = None) -> Generator[int, None, None]:
    handle = os.open(path, os.O_PATH, dir_fd=folder)
    try:
        yield handle
    finally:
        os.close(handle)


def _name(handle: int) -> Path:
    return Path(f"/proc/self/fd/{handle}")


def _inside(handle: int, folder: int) -> bool:
    return _name(folder).readlink() in _name(handle).readlink().parents
