"""Objects behind fsspec: s3, gs, hdfs, ..., read by threads of their own.

The file system is made from the setting, never from the reference, which gives only the path: no
reference can name another server, a user, or options.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timezone
from email.utils import format_datetime
from typing import Any, NamedTuple

from streamresize_server.facts import Validators
from streamresize_server.sources.errors import (
    NotAllowed,
    NotFound,
    OriginFailed,
    TooLarge,
)
from streamresize_server.sources.opened import (
    CHUNK_BYTES,
    UNKNOWN,
    NotModified,
    OpenedSource,
)
from streamresize_server.sources.patience import Patience
from streamresize_server.sources.prefixes import StoragePrefix
from streamresize_server.sources.settings import SourceSettings
from streamresize_server.sources.worker import Worker

BLOCK_BYTES = 1 << 20  # read ahead by fsspec at most


class _Place(NamedTuple):
    prefix: StoragePrefix
    system: Any
    root: str


class _Object(NamedTuple):
    file: Any
    length: int | None
    validators: Validators
    modified: datetime | None


class StorageSources:
    """What the setting `storage` lists. Raises ValueError where a file system cannot be made."""

    def __init__(self, settings: SourceSettings) -> None:
        self._settings = settings
        self._places = [_place(StoragePrefix.parse(text)) for text in settings.storage]
        self._threads = ThreadPoolExecutor(settings.storage_threads, "storage")

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    @asynccontextmanager
    async def open(
        self, reference: str, known: Validators = UNKNOWN
    ) -> AsyncGenerator[OpenedSource | NotModified, None]:
        """The object; leaving the context closes it. Raises SourceFailure."""
        system, path = self._find(reference)
        patience = Patience(self._settings)
        worker = Worker(self._threads)
        try:
            async with patience.wait("first_byte_seconds"):
                found = await worker.run(lambda: _open(system, path, worker))
            if known == found.validators:
                yield NotModified()
            else:
                yield self._opened(found, path, worker, patience)
        finally:
            worker.close()

    def _find(self, reference: str) -> tuple[Any, str]:
        for place in self._places:
            path = place.prefix.below(reference)
            if path is not None:
                return place.system, f"{place.root}/{path}" if place.root else path
        raise NotAllowed("the object lies below no prefix that the setting storage lists")

    def _opened(
        self, found: _Object, path: str, worker: Worker, patience: Patience
    ) -> OpenedSource:
        if found.length is not None and found.length > self._settings.max_source_bytes:
            raise TooLarge(self._settings.max_source_bytes)
        return OpenedSource(
            name=path.rpartition("/")[2],
            validators=found.validators,
            length=found.length,
            content=_Chunks(found, worker, patience, self._settings.max_source_bytes),
            last_modified=found.modified,
        )


class _Chunks(AsyncIterator[bytes]):
    def __init__(self, found: _Object, worker: Worker, patience: Patience, most: int) -> None:
        self._found = found
        self._worker = worker
        self._patience = patience
        self._most = most
        self._count = 0

    async def __anext__(self) -> bytes:
        async with self._patience.wait("stall_seconds"):
            chunk = await self._worker.run(self._read)
        self._count += len(chunk)
        if self._count > self._most:
            raise TooLarge(self._most)
        if chunk:
            return chunk
        if self._found.length is not None and self._count < self._found.length:
            raise OriginFailed("the object ends too early")
        raise StopAsyncIteration

    def _read(self) -> bytes:
        with _told():
            return bytes(self._found.file.read(CHUNK_BYTES))


@contextmanager
def _told() -> Generator[None, None, None]:
    """File systems raise what their libraries raise, which has no class in common."""
    try:
        yield
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise NotFound("no such object") from error
    except PermissionError as error:
        raise NotAllowed("this service's account must not read the object") from error
    except Exception as error:
        raise OriginFailed("the object's store cannot be read") from error


def _place(prefix: StoragePrefix) -> _Place:
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise ValueError("storage takes fsspec: pip install 'streamresize[fsspec]'") from error
    try:
        system, root = url_to_fs(prefix.url)
    except Exception as error:
        raise ValueError(f"storage: {prefix.url} cannot be used: {error}") from error
    return _Place(prefix, system, root.rstrip("/"))


def _open(system: Any, path: str, worker: Worker) -> _Object:
    with _told():
        file = system.open(path, "rb", block_size=BLOCK_BYTES)
        worker.keep(file)
        details: Mapping[str, Any] = getattr(file, "details", None) or system.info(path)
        if details.get("type", "file") != "file":
            raise IsADirectoryError
        etag = details.get("ETag") or details.get("etag") or system.ukey(path)
        modified = _modified(details)
        date = format_datetime(modified, usegmt=True) if modified else None
        return _Object(file, details.get("size"), Validators(str(etag), date), modified)


def _modified(details: Mapping[str, Any]) -> datetime | None:
    for key in ("LastModified", "last_modified", "mtime"):
        value = details.get(key)
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value.astimezone(timezone.utc)
        if isinstance(value, (int, float)):
            return datetime.fromtimestamp(value, timezone.utc)
    return None
