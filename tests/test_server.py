"""The HTTP service, talked to over a socket."""

from __future__ import annotations

import json
from pathlib import Path

import aiohttp

import streamresize

from .support.pictures import photo, pillow_jpeg
from .support.serving import talk

PHOTO = pillow_jpeg(photo(640, 480))


def test_an_upload_becomes_what_the_library_makes() -> None:
    async def upload(client: aiohttp.ClientSession) -> tuple[bytes, str, str]:
        async with client.post("/v1/thumbnail?w=200", data=PHOTO) as answer:
            assert answer.status == 200
            return await answer.read(), answer.content_type, answer.headers["X-Image-Size"]

    expected = streamresize.thumbnail(PHOTO, (200, None))
    assert talk(upload) == (expected, "image/jpeg", "200x150")


def test_a_file_below_a_root(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(PHOTO)

    async def get(client: aiohttp.ClientSession) -> str:
        async with client.get("/v1/thumbnail?path=a.jpg&w=200") as answer:
            assert await answer.read() == streamresize.thumbnail(PHOTO, (200, None))
            return answer.headers["X-Image-Phash"]

    expected = streamresize.process(PHOTO, [], fingerprint=True).fingerprint
    assert talk(get, roots=[tmp_path]) == str(expected)


def test_a_source_that_cannot_be_had(tmp_path: Path) -> None:
    async def ask(client: aiohttp.ClientSession) -> list[int]:
        statuses = []
        for path in ("nosuch.jpg", "../a.jpg", "http://127.0.0.1/a.jpg", "s3://bucket/a.jpg"):
            async with client.get("/v1/thumbnail", params={"path": path, "w": "200"}) as answer:
                assert answer.content_type == "application/problem+json"
                statuses.append(answer.status)
        return statuses

    assert talk(ask, roots=[tmp_path]) == [404, 400, 403, 403]


def test_the_header_of_an_upload() -> None:
    async def post(client: aiohttp.ClientSession) -> dict[str, object]:
        async with client.post("/v1/info", data=PHOTO) as answer:
            facts: dict[str, object] = json.loads(await answer.text())
            return facts

    info = talk(post)
    assert (info["width"], info["height"]) == (640, 480)


def test_problems_are_told_as_json() -> None:
    async def post(client: aiohttp.ClientSession) -> tuple[int, str]:
        async with client.post("/v1/thumbnail?w=200", data=b"no picture") as answer:
            return answer.status, answer.content_type

    assert talk(post) == (422, "application/problem+json")
