"""What is kept, where, and for how long."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from streamresize_server.cache import SMALL_BYTES, Cache, FileBody, Files, Kept, key_of
from streamresize_server.facts import Facts, Validators

FACTS = Facts("jpeg", 400, 300, "91b46ecf2273a5c8", Validators('"a"', "then"), '"b"')
SMALL, LARGE = bytes(1000), os.urandom(SMALL_BYTES * 9)
MANY = 1 << 30


async def pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 50_000):
        yield body[start : start + 50_000]


async def put(cache: Cache | Files, key: str, body: bytes) -> None:
    await cache.put(key, FACTS, pieces(body), len(body))


async def body_of(kept: Kept | None) -> bytes:
    assert kept is not None
    body = b"".join([chunk async for chunk in kept.chunks()])
    assert len(body) == kept.size
    kept.close()
    return body


def key(number: int) -> str:
    return key_of("a.jpg", str(number))


def test_keys_are_different_for_what_is_different() -> None:
    keys = {
        key_of(*names)
        for names in [("a", "b"), ("ab", ""), ("", "ab"), ("b", "a"), ("é", "\udce9")]
    }
    assert len(keys) == 5
    assert all(len(each) == 64 for each in keys)


@pytest.mark.parametrize("body", [SMALL, LARGE, b""])
def test_what_is_kept_is_found_again_by_another_process(body: bytes, tmp_path: Path) -> None:
    async def work() -> None:
        await put(Cache(Files(tmp_path, MANY), MANY), key(1), body)
        kept = await Cache(Files(tmp_path, MANY), MANY).get(key(1))
        assert kept is not None
        assert kept.facts == FACTS
        assert abs(kept.checked - time.time()) < 5
        assert isinstance(kept.body, FileBody) == (body is LARGE)
        assert await body_of(kept) == body
        assert await Cache(Files(tmp_path, MANY), MANY).get(key(2)) is None

    asyncio.run(work())


def test_without_a_folder_small_bodies_are_kept_in_memory() -> None:
    async def work() -> None:
        cache = Cache(None, 2500)
        for number, body in enumerate([SMALL, LARGE, SMALL]):
            await put(cache, key(number), body)
        assert cache.small(key(1)) is None
        assert await body_of(await cache.get(key(0))) == SMALL
        await put(cache, key(3), SMALL)
        found = [cache.small(key(number)) is not None for number in (0, 2, 3)]
        assert found == [True, False, True]  # 2 was asked for longest ago
        await put(cache, key(3), SMALL[:10])
        await put(cache, key(4), SMALL)
        assert cache.small(key(0)) is not None

    asyncio.run(work())


@pytest.mark.parametrize("damage", [b"", b"{}", b"no json\n", b'{"size": 3}\nabc', b"[]\n"])
def test_damaged_files_are_no_results_and_go(damage: bytes, tmp_path: Path) -> None:
    files = Files(tmp_path, MANY)
    asyncio.run(put(files, key(1), SMALL))
    (path,) = tmp_path.glob("*/*")
    path.write_bytes(damage)
    assert files.get(key(1)) is None
    assert not path.exists()


def test_a_file_that_was_cut_off_is_no_result(tmp_path: Path) -> None:
    files = Files(tmp_path, MANY)
    asyncio.run(put(files, key(1), LARGE))
    (path,) = tmp_path.glob("*/*")
    os.truncate(path, path.stat().st_size - 1)
    assert files.get(key(1)) is None


def test_what_was_asked_for_longest_ago_goes_first(tmp_path: Path) -> None:
    async def work() -> list[bool]:
        files = Files(tmp_path, 25_000)
        for number in range(19):
            await put(files, key(number), SMALL)
            path = tmp_path / key(number)[:2] / key(number)
            os.utime(path, (1e9 + number, 1e9 + number))
        assert files.get(key(0)) is not None  # asked for now
        files.tidy()
        for number in range(19, 25):
            await put(files, key(number), SMALL)
        files.tidy()
        return [files.get(key(number)) is not None for number in (0, 1, 2, 18, 24)]

    assert asyncio.run(work()) == [True, False, False, True, True]
    assert sum(path.stat().st_size for path in tmp_path.glob("*/*")) <= 25_000


def test_the_bound_holds_without_being_told(tmp_path: Path) -> None:
    async def work() -> None:
        files = Files(tmp_path, 32_000)
        for number in range(200):
            await put(files, key(number), SMALL)
            total = sum(path.stat().st_size for path in tmp_path.glob("*/*"))
            assert total <= 32_000 * 17 / 16 + 2_000

    asyncio.run(work())


def test_half_written_files_of_dead_processes_go(tmp_path: Path) -> None:
    files = Files(tmp_path, MANY)
    (tmp_path / "ab").mkdir()
    old, new = tmp_path / "ab" / "x.1.tmp", tmp_path / "ab" / "y.2.tmp"
    for path in (old, new):
        path.write_bytes(SMALL)
    os.utime(old, (time.time() - 7200,) * 2)
    files.tidy()
    assert (old.exists(), new.exists()) == (False, True)


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    async def breaking() -> AsyncIterator[bytes]:
        yield SMALL
        raise OSError("no room")

    async def work() -> None:
        files = Files(tmp_path, MANY)
        await put(files, key(1), LARGE)
        with pytest.raises(OSError, match="no room"):
            await files.put(key(1), FACTS, breaking(), 5000)
        assert await body_of(files.get(key(1))) == LARGE
        assert len(list(tmp_path.glob("*/*"))) == 1

    asyncio.run(work())


def test_confirming_makes_a_result_new(tmp_path: Path) -> None:
    async def work() -> None:
        cache = Cache(Files(tmp_path, MANY), MANY)
        await put(cache, key(1), SMALL)
        path = tmp_path / key(1)[:2] / key(1)
        os.utime(path, (1e9, 1e9))
        other = Cache(Files(tmp_path, MANY), MANY)
        kept = await other.get(key(1))
        assert kept is not None
        assert kept.checked == 1e9
        await other.confirm(key(1), kept)
        for each in (other, Cache(Files(tmp_path, MANY), 0)):
            again = await each.get(key(1))
            assert again is not None
            assert abs(again.checked - time.time()) < 5
        await other.confirm(key(2), kept)  # of a file that has gone

    asyncio.run(work())
