"""Files below the roots, and nothing else."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import BinaryIO, cast

import pytest

import streamresize
from streamresize_server.facts import Validators
from streamresize_server.sources import (
    BadReference,
    NotAllowed,
    NotFound,
    NotModified,
    OpenedSource,
    SourceFailure,
    Sources,
    SourceSettings,
    TooLarge,
)
from streamresize_server.sources.opened import UNKNOWN

from .support.origins import open_files, words
from .support.pictures import photo, pillow_jpeg

SECRET = b"not to be read"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """a.jpg and deep/b.jpg beside a secret; links, a pipe, a socket, a device."""
    root = tmp_path / "root"
    (root / "deep").mkdir(parents=True)
    (root / "a.jpg").write_bytes(b"a")
    (root / "deep" / "b.jpg").write_bytes(b"bb")
    (root / "ü é.jpg").write_bytes(b"u")
    (root / "%2e%2e").write_bytes(b"dots")
    (tmp_path / "secret").write_bytes(SECRET)
    (tmp_path / "root-2").mkdir()
    (tmp_path / "root-2" / "secret").write_bytes(SECRET)
    for name, target in {
        "inner": "deep/b.jpg",
        "folder": "deep",
        "upper": "..",
        "outer": "../secret",
        "beside": "../root-2",
        "absolute": str(tmp_path / "secret"),
        "chain": "outer",
        "loop": "loop",
        "null": "/dev/null",
        "zero": "/dev/zero",
        "own": "/proc/self/environ",
        "descriptor": "/dev/fd/0",
    }.items():
        (root / name).symlink_to(target)
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as made, suppress(OSError):
        made.bind(str(root / "socket"))
    return root


def read(reference: str, *roots: Path, max_source_bytes: int = 1000) -> bytes:
    async def run() -> bytes:
        settings = SourceSettings(roots=roots, max_source_bytes=max_source_bytes)
        async with Sources(settings) as sources, sources.open(reference) as opened:
            assert isinstance(opened, OpenedSource)
            data = cast(BinaryIO, opened.content).read()
            assert opened.length == len(data)
            return data

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("reference", "data"),
    [
        ("local:///a.jpg", b"a"),
        ("LOCAL:///a.jpg", b"a"),
        ("a.jpg", b"a"),
        ("/a.jpg", b"a"),
        ("//deep/./b.jpg", b"bb"),
        ("local:///deep//b.jpg", b"bb"),
        ("inner", b"bb"),
        ("folder/b.jpg", b"bb"),
        ("ü é.jpg", b"u"),
        ("%2e%2e", b"dots"),
    ],
)
def test_what_is_read(root: Path, reference: str, data: bytes) -> None:
    assert read(reference, root) == data


HOSTILE = words("""
    .. ../secret /../secret deep/../../secret deep/../a.jpg ../root/a.jpg ../root-2/secret
    ....//secret
    %2e%2e/secret ..%2fsecret %2e%2e%2fsecret ..%252fsecret ..%c0%afsecret ..\\secret ..;/secret
    outer absolute chain loop upper/secret beside/secret folder/../../secret upper/root-2/secret
    null zero own descriptor pipe socket deep folder a.jpg/x ~/secret $HOME file:/etc/passwd
    /etc/passwd //etc/passwd local:////etc/passwd local:///../secret local://../secret
    local://etc/passwd local://localhost/a.jpg file:///etc/passwd file://localhost/etc/passwd
    FILE:///etc/passwd memory://a.jpg simplecache::file:///etc/passwd zip://a::file:///x.zip
    proc/self/environ /proc/self/root/etc/passwd /proc/self/cwd/pyproject.toml /dev/zero nosuch.jpg
""") + ["", "/", ".", "./", "a.jpg\0", "a.jpg\0.png", "\0", "a" * 300, "a/" * 3000, "\ud800"]


@pytest.mark.parametrize("reference", HOSTILE)
def test_what_is_not_read(root: Path, reference: str) -> None:
    before = open_files()
    with pytest.raises(SourceFailure) as caught:
        read(reference, root)
    assert caught.value.status in (400, 403, 404)
    assert str(root.parent) not in str(caught.value)
    assert open_files() == before


def test_there_are_enough_hostile_paths() -> None:
    assert len(set(HOSTILE)) >= 60


def test_the_kinds_of_refusal(root: Path) -> None:
    for reference, kind in {
        "../secret": BadReference,
        "outer": NotFound,
        "nosuch": NotFound,
        "file:///etc/passwd": NotAllowed,
        "local://a.jpg": BadReference,
    }.items():
        with pytest.raises(kind):
            read(reference, root)
    with pytest.raises(NotAllowed, match="roots"):
        read("a.jpg")
    with pytest.raises(TooLarge, match="more than 1 bytes, the bound set by max_source_bytes"):
        read("deep/b.jpg", root, max_source_bytes=1)


def test_roots_are_searched_in_order(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.jpg").write_bytes(b"other")
    (other / "c.jpg").write_bytes(b"c")
    assert read("a.jpg", root, other) == b"a"
    assert read("c.jpg", root, other) == b"c"
    link = tmp_path / "current"
    link.symlink_to(other)
    assert read("c.jpg", link) == b"c"
    assert read(str(other / "c.jpg"), Path("/")) == b"c"


def test_validators(root: Path) -> None:
    async def opened(known: Validators = UNKNOWN) -> OpenedSource | NotModified:
        async with (
            Sources(SourceSettings(roots=(root,))) as sources,
            sources.open("deep/b.jpg", known) as opened,
        ):
            return opened

    os.utime(root / "deep" / "b.jpg", (1000, 1000))
    first = asyncio.run(opened())
    assert isinstance(first, OpenedSource)
    assert first.name == "b.jpg"
    assert first.last_modified == datetime.fromtimestamp(1000, timezone.utc)
    assert first.validators.last_modified == "Thu, 01 Jan 1970 00:16:40 GMT"
    assert first.validators.etag
    assert asyncio.run(opened(first.validators)) == NotModified()
    assert isinstance(asyncio.run(opened(Validators())), OpenedSource)
    (root / "new").write_bytes(b"cc")
    os.utime(root / "new", (1000, 1000))
    (root / "new").rename(root / "deep" / "b.jpg")
    assert isinstance(asyncio.run(opened(first.validators)), OpenedSource)


def test_the_library_reads_it(root: Path) -> None:
    data = pillow_jpeg(photo(90, 70))
    (root / "a.jpg").write_bytes(data)
    size = streamresize.Size(30, 30)

    async def run() -> streamresize.Result:
        async with (
            Sources(SourceSettings(roots=(root,))) as sources,
            sources.open("a.jpg") as opened,
        ):
            assert isinstance(opened, OpenedSource)
            return await streamresize.aprocess(cast(BinaryIO, opened.content), [size])

    assert asyncio.run(run()) == streamresize.process(data, [size])


def test_a_path_that_is_exchanged_all_the_time(root: Path) -> None:
    """The file that was judged is the file that is read."""
    stop = threading.Event()
    flip = root / "flip"

    def exchange() -> None:
        while not stop.is_set():
            for target in ("a.jpg", "../secret"):
                (root / "flip.new").symlink_to(target)
                (root / "flip.new").rename(flip)

    async def run() -> set[bytes | None]:
        seen: set[bytes | None] = set()
        async with Sources(SourceSettings(roots=(root,))) as sources:
            for _ in range(400):
                try:
                    async with sources.open("flip") as opened:
                        assert isinstance(opened, OpenedSource)
                        seen.add(cast(BinaryIO, opened.content).read())
                except NotFound:
                    seen.add(None)
        return seen

    thread = threading.Thread(target=exchange)
    thread.start()
    try:
        assert asyncio.run(run()) <= {b"a", None}
    finally:
        stop.set()
        thread.join()


def test_nothing_stays_open(root: Path) -> None:
    async def run() -> None:
        settings = SourceSettings(roots=(root,), max_source_bytes=1)
        async with Sources(settings) as sources:
            async with sources.open("a.jpg") as opened:
                assert isinstance(opened, OpenedSource)
            before = open_files()
            for count in range(200):
                reference = ["a.jpg", "deep/b.jpg", "outer", "pipe", "nosuch"][count % 5]
                with suppress(SourceFailure):
                    async with sources.open(reference, opened.validators):
                        pass
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(sources.open("a.jpg").__aenter__(), 0)
            assert len(asyncio.all_tasks()) == 1
        assert [name for name in open_files() if str(root) in name] == []
        assert len(before) >= len(open_files())

    asyncio.run(run())
