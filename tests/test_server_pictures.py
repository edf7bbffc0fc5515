"""Pictures as the service gives them: kept, shared, in chunks, to clients good and bad."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import streamresize
from streamresize_server import Settings
from streamresize_server.making import Maker

from .support.pictures import photo, pillow_jpeg
from .support.serving import Served, serving

PHOTO = pillow_jpeg(photo(640, 480))
OTHER = pillow_jpeg(photo(480, 640))
LARGE = pillow_jpeg(photo(3000, 2500))
SMALL_URL = "/v1/thumbnail?path=a.jpg&w=200"
LARGE_URL = "/v1/thumbnail?path=large.jpg&w=2500"
THUMBNAIL = streamresize.thumbnail(PHOTO, (200, None))


def phash(source: bytes) -> str:
    return str(streamresize.process(source, [], fingerprint=True).fingerprint)


def run(folder: Path, work: Callable[[Served], Awaitable[None]], **settings: Any) -> None:
    """Have `work` talk to the service; afterwards nothing may be held."""
    (folder / "a.jpg").write_bytes(PHOTO)
    (folder / "large.jpg").write_bytes(LARGE)

    async def main() -> None:
        async with serving(Settings(roots=(folder,), **settings)) as served:
            await work(served)
            await served.rests()

    asyncio.run(main())


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is made in the test."""
    events: list[str] = []
    render = Maker._render

    async def noting(maker: Maker, *arguments: Any) -> None:
        events.append("begun")
        await render(maker, *arguments)
        events.append("done")

    monkeypatch.setattr(Maker, "_render", noting)
    return events


async def get(
    client: aiohttp.ClientSession, url: str, **options: Any
) -> tuple[int, bytes, aiohttp.ClientResponse]:
    async with client.request(options.pop("method", "GET"), url, **options) as answer:
        return answer.status, await answer.read(), answer


def test_requests_for_the_same_share_the_work(tmp_path: Path, made: list[str]) -> None:
    async def work(served: Served) -> None:
        answers = await asyncio.gather(*[get(served.client, LARGE_URL) for _ in range(20)])
        assert {body for _, body, _ in answers} == {streamresize.thumbnail(LARGE, (2500, None))}
        assert made.count("begun") == 1

    run(tmp_path, work)


def test_what_is_kept_is_not_made_again(tmp_path: Path, made: list[str]) -> None:
    async def work(served: Served) -> None:
        for _ in range(3):
            status, body, _ = await get(served.client, SMALL_URL)
            assert (status, body) == (200, THUMBNAIL)
        for _ in range(3):
            assert (await get(served.client, LARGE_URL))[1][:2] == b"\xff\xd8"
        assert made.count("begun") == 2

    run(tmp_path, work, cache_folder=tmp_path / "cache")


def test_large_results_lie_in_files_alone(tmp_path: Path, made: list[str]) -> None:
    async def work(served: Served) -> None:
        for _ in range(2):
            await get(served.client, LARGE_URL)
            await served.rests()
        assert made.count("begun") == 2

    run(tmp_path, work)


def test_a_source_that_has_changed_gives_another_picture(tmp_path: Path, made: list[str]) -> None:
    async def work(served: Served) -> None:
        _, _, first = await get(served.client, SMALL_URL)
        (tmp_path / "a.jpg").write_bytes(OTHER)
        _, body, second = await get(served.client, SMALL_URL)
        assert body == streamresize.thumbnail(OTHER, (200, None))
        assert first.headers["ETag"] != second.headers["ETag"]
        await get(served.client, SMALL_URL)
        assert made.count("begun") == 2  # the third time it was compared only

    run(tmp_path, work, fresh_seconds=0, stale_seconds=0)


def test_stale_pictures_are_given_while_they_are_compared(tmp_path: Path) -> None:
    async def work(served: Served) -> None:
        await get(served.client, SMALL_URL)
        (tmp_path / "a.jpg").write_bytes(OTHER)
        assert (await get(served.client, SMALL_URL))[1] == THUMBNAIL
        await served.rests()
        _, body, _ = await get(served.client, SMALL_URL)
        assert body == streamresize.thumbnail(OTHER, (200, None))
        (tmp_path / "a.jpg").unlink()
        for _ in range(2):  # an origin that fails does not take away what is there
            assert (await get(served.client, SMALL_URL))[1] == body
            await served.rests()

    run(tmp_path, work, fresh_seconds=0, stale_seconds=60)


def test_clients_that_have_the_picture_are_told_so(tmp_path: Path) -> None:
    async def work(served: Served) -> None:
        _, _, first = await get(served.client, SMALL_URL)
        etag = first.headers["ETag"]
        assert first.headers["Cache-Control"] == "public, max-age=3600"
        for asked, expected in [(etag, 304), (f'"x", {etag}', 304), ("*", 304), ('"x"', 200)]:
            status, body, answer = await get(
                served.client, SMALL_URL, headers={"If-None-Match": asked}
            )
            assert (status, bool(body)) == (expected, expected == 200)
            assert answer.headers["ETag"] == etag
        _, _, other = await get(served.client, SMALL_URL.replace("200", "201"))
        assert other.headers["ETag"] != etag

    run(tmp_path, work)


@pytest.mark.parametrize("url", [SMALL_URL, LARGE_URL])
def test_head_is_get_without_a_body(tmp_path: Path, url: str) -> None:
    async def work(served: Served) -> None:
        status, body, answer = await get(served.client, url, method="HEAD")
        assert (status, body, answer.content_type) == (200, b"", "image/jpeg")
        assert answer.headers["ETag"] == (await get(served.client, url))[2].headers["ETag"]

    run(tmp_path, work)


def test_head_of_several_pictures_has_no_body(tmp_path: Path) -> None:
    async def work(served: Served) -> None:
        path = f"{SMALL_URL.partition('&')[0]}&size=200x&size=x50"
        answer = await raw(
            served.port, f"HEAD {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed")
        assert body == b""

    run(tmp_path, work)


async def raw(port: int, request: str) -> bytes:
    """What a server says until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request.encode())
        return await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()


def unchunked(body: bytes) -> tuple[bytes, bytes]:
    """The body, and its trailers."""
    whole = b""
    while True:
        size, _, body = body.partition(b"\r\n")
        if int(size, 16) == 0:
            return whole, body
        whole += body[: int(size, 16)]
        body = body[int(size, 16) + 2 :]


def test_large_pictures_come_in_chunks_and_their_hash_behind_them(tmp_path: Path) -> None:
    async def work(served: Served) -> None:
        ask = f"GET {LARGE_URL} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        head, _, body = (await raw(served.port, ask)).partition(b"\r\n\r\n")
        assert b"\r\nTrailer: X-Image-Phash, X-Image-Size\r\n" in head
        assert b"\r\nTransfer-Encoding: chunked" in head
        picture, trailers = unchunked(body)
        assert picture == streamresize.thumbnail(LARGE, (2500, None))
        expected = f"X-Image-Phash: {phash(LARGE)}\r\nX-Image-Size: 2500x2083\r\n\r\n"
        assert trailers == expected.encode()

    run(tmp_path, work)


def test_clients_of_old_get_large_pictures_until_the_connection_ends(tmp_path: Path) -> None:
    async def work(served: Served) -> None:
        answer = await raw(served.port, f"GET {LARGE_URL} HTTP/1.0\r\n\r\n")
        head, _, body = answer.partition(b"\r\n\r\n")
        assert b"Trailer" not in head
        assert body == streamresize.thumbnail(LARGE, (2500, None))

    run(tmp_path, work)


def test_small_pictures_say_their_hash_in_front(tmp_path: Path) -> None:
    async def work(served: Served) -> None:
        _, _, answer = await get(served.client, SMALL_URL)
        assert answer.headers["X-Image-Phash"] == phash(PHOTO)
        assert answer.headers["X-Image-Size"] == "200x150"
        assert answer.headers["Content-Disposition"] == "inline"

    run(tmp_path, work)


@pytest.mark.parametrize("url", [LARGE_URL, "/v1/thumbnail?w=2500"])
def test_clients_that_leave_stop_the_work(tmp_path: Path, made: list[str], url: str) -> None:
    async def work(served: Served) -> None:
        for _ in range(5):
            data = None if "path" in url else io.BytesIO(LARGE)
            task = asyncio.create_task(
                get(served.client, url, method="POST" if data else "GET", data=data)
            )
            while not made:
                await asyncio.sleep(0.001)
                assert not task.done()
            task.cancel()
            await served.rests()
            made.clear()

    run(tmp_path, work)


def test_others_still_get_what_one_client_has_left(tmp_path: Path, made: list[str]) -> None:
    async def work(served: Served) -> None:
        tasks = [asyncio.create_task(get(served.client, LARGE_URL)) for _ in range(4)]
        while not made:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.01)
        tasks[0].cancel()
        answers = await asyncio.gather(*tasks[1:])
        assert {body for _, body, _ in answers} == {streamresize.thumbnail(LARGE, (2500, None))}

    run(tmp_path, work)


def test_a_slow_client_holds_no_memory_of_decoders(tmp_path: Path) -> None:
    async def work(served: Served) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port, limit=1024)
        writer.write(f"GET {LARGE_URL} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await reader.readexactly(1)
        for _ in range(500):
            if served.held["bytes"] < 1 << 20:
                break
            await asyncio.sleep(0.01)
        assert served.held["bytes"] < 1 << 20  # what waits lies in a file
        writer.transport.abort()

    run(tmp_path, work)


def test_clients_that_take_nothing_are_left(tmp_path: Path) -> None:
    async def work(served: Served) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port, limit=1024)
        url = "/v1/thumbnail?path=large.jpg&w=3000&format=rgb"
        writer.write(f"GET {url} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await reader.readexactly(1)
        await served.rests()  # though the client is still there
        writer.close()

    run(tmp_path, work, client_seconds=0.2)


async def trickle(pieces: list[bytes], seconds: float) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
        await asyncio.sleep(seconds)


def test_uploads_in_pieces(tmp_path: Path) -> None:
    async def work(served: Served) -> None:
        pieces = [PHOTO[start : start + 3000] for start in range(0, len(PHOTO), 3000)]
        status, body, answer = await get(
            served.client, "/v1/thumbnail?w=200", method="POST", data=trickle(pieces, 0.001)
        )
        assert (status, body) == (200, THUMBNAIL)
        assert answer.headers["Cache-Control"] == "no-store"

    run(tmp_path, work)


def test_uploads_that_stall(tmp_path: Path) -> None:
    async def work(served: Served) -> None:
        for size in (0, 100, 20_000):
            pieces = trickle([PHOTO[:size], b"x"], 5)
            status, _, _ = await get(
                served.client, "/v1/thumbnail?w=200", method="POST", data=pieces
            )
            assert status == 408
            await served.rests()

    run(tmp_path, work, upload_stall_seconds=0.1)


def test_uploads_that_trickle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamresize_server.uploads.PATIENCE_SECONDS", 0.1)

    async def work(served: Served) -> None:
        pieces = trickle([PHOTO[i : i + 1] for i in range(1000)], 0.02)
        status, body, _ = await get(
            served.client, "/v1/thumbnail?w=200", method="POST", data=pieces
        )
        assert (status, b"bytes a second" in body) == (408, True)

    run(tmp_path, work, upload_rate=10_000)


def test_uploads_that_are_too_large(tmp_path: Path) -> None:
    async def work(served: Served) -> None:
        for data in (PHOTO, trickle([PHOTO[:4000]] * 3, 0)):
            status, body, _ = await get(
                served.client, "/v1/thumbnail?w=200", method="POST", data=data
            )
            assert (status, b"upload_bytes" in body) == (413, True)

    run(tmp_path, work, upload_bytes=5000)


def test_too_many_requests_are_refused(tmp_path: Path) -> None:
    async def work(served: Served) -> None:
        stalled = trickle([PHOTO[:100], b"x"], 1)
        first = asyncio.create_task(
            get(served.client, "/v1/thumbnail?w=2", method="POST", data=stalled)
        )
        while not served.held["queued"]:
            await asyncio.sleep(0.001)
        status, _, answer = await get(served.client, SMALL_URL)
        assert (status, answer.headers["Retry-After"]) == (429, "1")
        first.cancel()

    run(tmp_path, work, queued=1)


def test_more_than_the_budget_is_told(tmp_path: Path) -> None:
    async def work(served: Served) -> None:
        status, body, _ = await get(
            served.client, "/v1/thumbnail?path=large.jpg&w=3000&format=avif&enlarge=1"
        )
        assert (status, b"memory_budget" in body) == (413, True)

    run(tmp_path, work, memory_budget=48 << 20, opened=4)


def test_work_that_takes_too_long(tmp_path: Path) -> None:
    async def work(served: Served) -> None:
        status, _, answer = await get(served.client, LARGE_URL)
        assert (status, "Retry-After" in answer.headers) == (503, True)

    run(tmp_path, work, work_seconds=1e-6)


def test_a_cache_without_room_costs_time_alone(tmp_path: Path) -> None:
    async def work(served: Served) -> None:
        for _ in range(2):
            status, body, _ = await get(served.client, SMALL_URL)
            assert (status, body) == (200, THUMBNAIL)

    folder = tmp_path / "cache"
    folder.mkdir()
    for number in range(256):
        (folder / f"{number:02x}").write_bytes(b"")  # in the way of folders
    run(tmp_path, work, cache_folder=folder, cache_memory=0)


def test_damage_behind_the_first_rows_ends_the_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody takes half a file for a whole one."""

    async def work(served: Served) -> None:
        spool_write = streamresize.AsyncStream.__anext__
        count = 0

        async def failing(stream: streamresize.AsyncStream) -> bytes:
            nonlocal count
            count += 1
            if count > 3:
                raise streamresize.SourceError("the disk has gone")
            return await spool_write(stream)

        monkeypatch.setattr(streamresize.AsyncStream, "__anext__", failing)
        with pytest.raises(aiohttp.ClientPayloadError):
            await get(served.client, LARGE_URL)

    run(tmp_path, work)
