"""Objects behind fsspec, below the prefixes that are listed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any, cast

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

import streamresize
from streamresize_server.facts import Validators
from streamresize_server.sources import (
    CHUNK_BYTES,
    BadReference,
    NotAllowed,
    NotFound,
    NotModified,
    OpenedSource,
    OriginFailed,
    OriginTimeout,
    SourceFailure,
    Sources,
    SourceSettings,
    TooLarge,
)

from .support.origins import words
from .support.pictures import photo, pillow_jpeg

BODY = bytes(1000) + b"end"


@pytest.fixture
def memory() -> Generator[MemoryFileSystem, None, None]:
    system = fsspec.filesystem("memory")
    for name in ("pub/a.jpg", "pub/deep/b.jpg", "public/c.jpg", "d.jpg"):
        system.pipe_file(f"/{name}", BODY)
    yield system
    system.rm("/", recursive=True)


def settings(*prefixes: str, **changes: Any) -> SourceSettings:
    return SourceSettings(storage=prefixes or ("memory://pub",), **changes)


async def content(opened: OpenedSource | NotModified) -> bytes:
    assert isinstance(opened, OpenedSource)
    return b"".join([chunk async for chunk in cast(Any, opened.content)])


def read(reference: str, chosen: SourceSettings | None = None) -> bytes:
    async def work() -> bytes:
        async with Sources(chosen or settings()) as sources, sources.open(reference) as opened:
            return await content(opened)

    return asyncio.run(work())


@pytest.mark.usefixtures("memory")
def test_what_is_read() -> None:
    assert read("memory://pub/a.jpg") == BODY
    assert read("MEMORY://pub/deep/b.jpg", settings("memory://pub/")) == BODY
    assert read("memory://d.jpg", settings("memory://x", "memory://")) == BODY


HOSTILE = words("""
    memory://public/c.jpg memory://pubx memory://pub memory://pub/ memory://d.jpg memory://
    memory:///pub/a.jpg memory://pub/../d.jpg memory://pub/./a.jpg memory://pub//a.jpg
    memory://pub/deep/../../d.jpg memory://pub/..\\d.jpg memory://pub/a.jpg::memory://d.jpg
    memory://pub/%2e%2e/d.jpg memory://pub/nosuch memory://pub/deep memory://pub/*.jpg
    memory://user@pub/a.jpg memory://pub:80/a.jpg memory+x://pub/a.jpg memory:/pub/a.jpg
    simplecache::memory://pub/a.jpg filecache::file:///etc/passwd zip://a::file:///x.zip
    file:///etc/passwd file://pub/a.jpg local://pub/a.jpg dir::file:///etc s3://pub/a.jpg
    reference://pub github://a:b@main/x ftp://127.0.0.1/x smb://127.0.0.1/x sftp://127.0.0.1/x
    hdfs://127.0.0.1:8020/x data:image/jpeg;base64,AAAA data://image/jpeg;base64,AAAA blockcache://x
    memory://pub/a.jpg/. memory://pub/..
""") + ["memory://pub/a.jpg\0", "memory://pub/\r\n"]


@pytest.mark.parametrize("reference", HOSTILE)
@pytest.mark.usefixtures("memory")
def test_what_is_not_read(reference: str) -> None:
    with pytest.raises(SourceFailure) as caught:
        read(reference)
    assert caught.value.status in (400, 403, 404)


@pytest.mark.usefixtures("memory")
def test_the_kinds_of_refusal() -> None:
    for reference, kind in {
        "memory://pub/nosuch": NotFound,
        "memory://pub/../d.jpg": BadReference,
        "memory://public/c.jpg": NotAllowed,
    }.items():
        with pytest.raises(kind):
            read(reference)
    with pytest.raises(TooLarge):
        read("memory://pub/a.jpg", settings(max_source_bytes=1002))
    assert read("memory://pub/a.jpg", settings(max_source_bytes=1003)) == BODY
    with pytest.raises(NotAllowed, match="storage"):
        read("memory://pub/a.jpg", SourceSettings())


@pytest.mark.parametrize(
    "prefix",
    [
        "",
        "s3",
        "s3:/a",
        "file://",
        "file:///srv",
        "local://x",
        "http://x",
        "https://x",
        "simplecache::s3://x",
        "s3://a::b",
        "simplecache://",
        "zip://x",
        "dir://x",
        "s3://a/../b",
        "s3://a//b",
        "S3://a",
    ],
)
def test_prefixes_that_are_none(prefix: str) -> None:
    with pytest.raises(ValueError, match=r"^storage: "):
        settings(prefix)


def test_a_file_system_that_cannot_be_made() -> None:
    async def work() -> None:
        with pytest.raises(ValueError, match="storage: nowhere://x cannot be used"):
            Sources(settings("nowhere://x"))

    asyncio.run(work())


def test_validators(memory: MemoryFileSystem) -> None:
    async def work() -> None:
        async with Sources(settings()) as sources:
            async with sources.open("memory://pub/deep/b.jpg") as first:
                assert isinstance(first, OpenedSource)
                assert (first.name, first.length) == ("b.jpg", len(BODY))
            async with sources.open("memory://pub/deep/b.jpg", first.validators) as again:
                assert again == NotModified()
            memory.pipe_file("/pub/deep/b.jpg", BODY)
            for validators in (first.validators, Validators()):
                async with sources.open("memory://pub/deep/b.jpg", validators) as changed:
                    assert await content(changed) == BODY

    asyncio.run(work())


class Store:
    """A file system with ETags whose files read as they are told."""

    root = ""

    def __init__(self, file: Any, size: int | None = None) -> None:
        file.details = {
            "type": "file",
            "size": size,
            "ETag": '"e"',
            "LastModified": datetime(2020, 1, 2, tzinfo=timezone.utc),
        }
        self.file = file

    def open(self, path: str, mode: str, block_size: int) -> Any:
        assert (path, mode) == ("bucket/key", "rb")
        return self.file


class File:
    """Gives `pieces`; closed once."""

    def __init__(self, *pieces: Any) -> None:
        self.pieces = list(pieces)
        self.closed = 0

    def read(self, size: int) -> bytes:
        assert size == CHUNK_BYTES
        piece = self.pieces.pop(0) if self.pieces else b""
        if isinstance(piece, Exception):
            raise piece
        if isinstance(piece, threading.Event):
            piece.wait()
            return b""
        return cast(bytes, piece)

    def close(self) -> None:
        self.closed += 1


async def opened_in(store: Store, **changes: Any) -> tuple[OpenedSource, bytes]:
    async with Sources(settings("memory://", **changes)) as sources:
        place = sources._storage._places[0]
        sources._storage._places = [place._replace(system=store, root="bucket")]
        async with sources.open("memory://key") as opened:
            assert isinstance(opened, OpenedSource)
            return opened, await content(opened)


def test_what_the_store_says() -> None:
    file = File(b"abc", b"de")
    opened, data = asyncio.run(opened_in(Store(file, 5)))
    assert data == b"abcde"
    assert opened.validators == Validators('"e"', "Thu, 02 Jan 2020 00:00:00 GMT")
    assert opened.last_modified == datetime(2020, 1, 2, tzinfo=timezone.utc)
    assert file.closed == 1


@pytest.mark.parametrize(
    ("pieces", "size", "kind"),
    [
        ([b"abc"], 4, OriginFailed),
        ([b"abc", ValueError("key AKIA123 is wrong")], 4, OriginFailed),
        ([PermissionError("no")], 4, NotAllowed),
        ([b"x" * 100] * 11, None, TooLarge),
        ([], 1001, TooLarge),
    ],
)
def test_what_goes_wrong(pieces: list[Any], size: int | None, kind: type[SourceFailure]) -> None:
    file = File(*pieces)
    with pytest.raises(kind) as caught:
        asyncio.run(opened_in(Store(file, size), max_source_bytes=1000))
    assert "AKIA" not in str(caught.value)
    assert file.closed == 1


def test_a_stalled_read_is_abandoned_and_closed_behind() -> None:
    event = threading.Event()
    file = File(b"abc", event)

    async def work() -> None:
        with pytest.raises(OriginTimeout, match="stall_seconds"):
            await opened_in(Store(file), stall_seconds=0.1)
        assert file.closed == 0
        event.set()
        while not file.closed:
            await asyncio.sleep(0.01)

    asyncio.run(work())
    assert file.closed == 1


@pytest.mark.usefixtures("memory")
def test_nothing_is_left_behind() -> None:
    async def work() -> None:
        before = threading.active_count()
        async with Sources(settings(max_source_bytes=1002, storage_threads=2)) as sources:
            for number in range(200):
                name = ["a.jpg", "nosuch", "deep/b.jpg"][number % 3]
                with suppress(SourceFailure, asyncio.TimeoutError):
                    opening = sources.open(f"memory://pub/{name}")
                    await asyncio.wait_for(opening.__aenter__(), 0 if number % 2 else 5)
            assert len(asyncio.all_tasks()) == 1
        while threading.active_count() > before:
            await asyncio.sleep(0.01)

    asyncio.run(work())


def test_the_library_reads_it(memory: MemoryFileSystem) -> None:
    data = pillow_jpeg(photo(900, 700), quality=100)
    memory.pipe_file("/pub/big.jpg", data)
    size = streamresize.Size(100, 100)

    async def work() -> streamresize.Result:
        async with Sources(settings()) as sources, sources.open("memory://pub/big.jpg") as opened:
            assert isinstance(opened, OpenedSource)
            return await streamresize.aprocess(cast(Any, opened.content), [size])

    assert asyncio.run(work()) == streamresize.process(data, [size])
