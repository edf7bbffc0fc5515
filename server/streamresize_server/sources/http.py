"""http and https URLs.

Every host that is asked, a redirect's too, passes the lists of hosts and the rules of addresses.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from ipaddress import ip_network
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from streamresize_server.facts import Validators
from streamresize_server.sources.addresses import AddressRefused, AddressRules
from streamresize_server.sources.errors import (
    BadReference,
    NotAllowed,
    OriginFailed,
    OriginRefused,
    OriginTimeout,
    SourceFailure,
    TooLarge,
)
from streamresize_server.sources.hosts import HostRules
from streamresize_server.sources.opened import (
    CHUNK_BYTES,
    UNKNOWN,
    NotModified,
    OpenedSource,
)
from streamresize_server.sources.patience import Patience
from streamresize_server.sources.settings import SourceSettings
from streamresize_server.sources.urls import base_name, parse_url

REDIRECTS = frozenset({301, 302, 303, 307, 308})


class HttpSources:
    """One pool of connections; made and closed within a running event loop.

    resolver: what looks names up, the system by default.
    """

    def __init__(self, settings: SourceSettings, resolver: AbstractResolver | None = None) -> None:
        self._settings = settings
        self._hosts = HostRules(settings.allow_hosts, settings.deny_hosts)
        addresses = AddressRules(ip_network(text) for text in settings.allow_networks)
        connector = aiohttp.TCPConnector(
            limit=0, resolver=resolver, socket_factory=addresses.socket_factory()
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={
                "Accept": "image/*,*/*;q=0.5",
                "Accept-Encoding": "identity",
                "User-Agent": settings.user_agent,
            },
            read_bufsize=settings.read_ahead // 2,  # aiohttp stops reading at twice that
            timeout=aiohttp.ClientTimeout(connect=settings.connect_seconds),
        )

    async def close(self) -> None:
        await self._session.close()

    @asynccontextmanager
    async def open(
        self, reference: str, known: Validators = UNKNOWN
    ) -> AsyncGenerator[OpenedSource | NotModified, None]:
        """The answer, its headers read; leaving the context ends the download.

        Raises SourceFailure.
        """
        patience = Patience(self._settings)
        headers = _conditions(known)
        response = await self._answer(parse_url(reference), headers, patience)
        try:
            if response.status == 304 and headers:
                yield NotModified()
            else:
                yield self._opened(response, patience)
        finally:
            response.close()

    async def _answer(
        self, url: URL, headers: Mapping[str, str], patience: Patience
    ) -> aiohttp.ClientResponse:
        """Of the last server, to which the others redirect."""
        for _ in range(self._settings.max_redirects + 1):
            if not self._hosts.permit(url):
                raise NotAllowed(f"the host {url.raw_host} is not one of allow_hosts")
            async with patience.wait("first_byte_seconds"):
                with _told(url, self._settings):
                    response = await self._session.get(url, headers=headers, allow_redirects=False)
            if response.status not in REDIRECTS:
                return response
            response.release()
            url = _redirected(url, response.headers.get("Location", ""))
        raise OriginFailed(
            f"the URL redirects more than {self._settings.max_redirects} times (max_redirects)"
        )

    def _opened(self, response: aiohttp.ClientResponse, patience: Patience) -> OpenedSource:
        if 400 <= response.status < 500:
            raise OriginRefused(response.status)
        if response.status != 200:
            raise OriginFailed(f"the source's server answers with status {response.status}")
        if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            raise OriginFailed("the source's server compresses its answer, though not asked to")
        length = response.content_length
        if length is not None and length > self._settings.max_source_bytes:
            raise TooLarge(self._settings.max_source_bytes)
        validators = _validators(response.headers)
        return OpenedSource(
            name=base_name(response.url.raw_path),
            validators=validators,
            length=length,
            content=_Body(response, self._settings, patience),
            last_modified=_date(validators.last_modified or ""),
        )


class _Body(AsyncIterator[bytes]):
    """The bytes that have arrived since the last were taken; aiohttp reads ahead."""

    def __init__(
        self, response: aiohttp.ClientResponse, settings: SourceSettings, patience: Patience
    ) -> None:
        self._response = response
        self._settings = settings
        self._patience = patience
        self._left = settings.max_source_bytes
        self._room = min(CHUNK_BYTES, settings.read_ahead // 2)

    async def __anext__(self) -> bytes:
        async with self._patience.wait("stall_seconds"):
            with _told(self._response.url, self._settings):
                chunk = await self._read()
        if not chunk:
            raise StopAsyncIteration
        self._left -= len(chunk)
        if self._left < 0:
            self._response.close()
            raise TooLarge(self._settings.max_source_bytes)
        return chunk

    async def _read(self) -> bytes:
        try:
            return await self._response.content.read(self._room)
        except RuntimeError as error:  # of aiohttp, for a connection that its parser has closed
            raise aiohttp.ClientPayloadError from error


@contextmanager
def _told(url: URL, settings: SourceSettings) -> Generator[None, None, None]:
    """What aiohttp raises, as a SourceFailure."""
    try:
        yield
    except (aiohttp.ClientError, HttpProcessingError, asyncio.TimeoutError) as error:
        raise _failure(error, url.raw_host or "", settings) from error


def _failure(error: Exception, host: str, settings: SourceSettings) -> SourceFailure:
    if isinstance(error, asyncio.TimeoutError):
        return OriginTimeout("connect_seconds", settings.connect_seconds)
    if isinstance(error, (aiohttp.ClientSSLError, aiohttp.ClientConnectorCertificateError)):
        return OriginFailed(f"{host} offers no TLS that can be trusted")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return OriginFailed(f"the name {host} cannot be resolved")
    if isinstance(error, aiohttp.ClientConnectorError):
        if isinstance(error.os_error, AddressRefused):
            return NotAllowed(f"the address of {host} is private; allow_networks can allow it")
        return OriginFailed(f"no connection to {host}")
    if isinstance(error, (aiohttp.ClientPayloadError, HttpProcessingError)):
        return OriginFailed(f"the answer of {host} ends too early or is damaged")
    if isinstance(error, aiohttp.ClientConnectionError):
        return OriginFailed(f"the connection to {host} broke")
    return OriginFailed(f"the answer of {host} is not HTTP")


def _redirected(url: URL, location: str) -> URL:
    """Raises NotAllowed for another scheme and for leaving TLS, OriginFailed for no URL."""
    try:
        target = urljoin(str(url), location)
        if not target.lower().startswith(("http://", "https://")):
            raise NotAllowed(f"{url.raw_host} redirects to what is neither http nor https")
        next_url = parse_url(target)
    except (BadReference, ValueError) as error:
        raise OriginFailed(f"{url.raw_host} redirects to what is no URL to ask for") from error
    if (url.scheme, next_url.scheme) == ("https", "http"):
        raise NotAllowed(f"{url.raw_host} redirects from https to http")
    return next_url


def _conditions(known: Validators) -> dict[str, str]:
    conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in conditions.items() if value}


def _validators(headers: Mapping[str, str]) -> Validators:
    return Validators(_plain(headers.get("ETag", "")), _plain(headers.get("Last-Modified", "")))


def _plain(value: str) -> str | None:
    """`value` where it can be sent back."""
    return value if value and value.isascii() and value.isprintable() else None


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date.replace(tzinfo=date.tzinfo or timezone.utc).astimezone(timezone.utc)
