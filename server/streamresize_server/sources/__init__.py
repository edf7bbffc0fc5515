"""Where pictures come from: files below the roots, http and https, and what fsspec reads."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from aiohttp.abc import AbstractResolver

from streamresize_server.facts import Validators
from streamresize_server.sources.errors import (
    BadReference,
    NotAllowed,
    NotFound,
    OriginFailed,
    OriginRefused,
    OriginTimeout,
    SourceFailure,
    TooLarge,
)
from streamresize_server.sources.fsspec import StorageSources
from streamresize_server.sources.http import HttpSources
from streamresize_server.sources.local import LocalSources
from streamresize_server.sources.opened import (
    CHUNK_BYTES,
    UNKNOWN,
    NotModified,
    OpenedSource,
)
from streamresize_server.sources.settings import SourceSettings

__all__ = [
    "CHUNK_BYTES",
    "BadReference",
    "NotAllowed",
    "NotFound",
    "NotModified",
    "OpenedSource",
    "OriginFailed",
    "OriginRefused",
    "OriginTimeout",
    "SourceFailure",
    "SourceSettings",
    "Sources",
    "TooLarge",
]

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")

Opening = AbstractAsyncContextManager[OpenedSource | NotModified]


class Sources:
    """To be made, used and closed within one running event loop.

    resolver: what looks names up, the system by default. Raises ValueError where a file system of
    the setting `storage` cannot be made.
    """

    def __init__(self, settings: SourceSettings, resolver: AbstractResolver | None = None) -> None:
        self._storage = StorageSources(settings)
        self._local = LocalSources(settings)
        self._http = HttpSources(settings, resolver)

    async def __aenter__(self) -> Sources:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        self._storage.close()
        self._local.close()
        await self._http.close()

    @asynccontextmanager
    async def open(
        self, reference: str, known: Validators = UNKNOWN
    ) -> AsyncGenerator[OpenedSource | NotModified, None]:
        """The source, while the context lasts; leaving it ends a download at once.

        reference: `http://...`, `https://...`, `local:///path`, the URL of an object below one of
        the prefixes of `storage`, or, without a scheme, a path below the roots. Percent signs in
        paths are not decoded here. known: the validators of an earlier OpenedSource; NotModified
        says that they still hold. Raises SourceFailure, as taking the content does.
        """
        async with self._opening(reference, known) as opened:
            yield opened

    def _opening(self, reference: str, known: Validators) -> Opening:
        match = SCHEME.match(reference)
        if match is None:
            return self._local.open(reference, known)
        scheme = match[1].lower()
        if scheme in ("http", "https"):
            return self._http.open(reference, known)
        if scheme != "local":
            return self._storage.open(reference, known)
        path = reference[match.end() :]
        if not path.startswith("/"):
            raise BadReference("write three slashes in local:///path")
        return self._local.open(path, known)
