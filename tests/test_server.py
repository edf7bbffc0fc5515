"""The HTTP service, talked to over a socket."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import streamresize
from streamresize import Size
from streamresize_server.problems import STATUSES
from streamresize_server.refusals import Refused

from .support.pictures import photo, pillow_jpeg
from .support.serving import ask, form, talk

PHOTO = pillow_jpeg(photo(640, 480))


def test_an_upload_becomes_what_the_library_makes() -> None:
    async def upload(client: aiohttp.ClientSession) -> tuple[bytes, str, str]:
        async with client.post("/v1/thumbnail?w=200", data=PHOTO) as answer:
            assert answer.status == 200
            return await answer.read(), answer.content_type, answer.headers["X-Image-Size"]

    expected = streamresize.thumbnail(PHOTO, (200, None))
    assert talk(upload) == (expected, "image/jpeg", "200x150")


@pytest.mark.parametrize("query", ["w=200", "w=2500&format=png", "size=200x&size=x50"])
def test_a_form_has_one_file(query: str) -> None:
    data = pillow_jpeg(photo(3000, 1500), quality=98)
    url = f"/v1/thumbnail?{query}&enlarge=1"
    raw, of_a_form, of_two = (
        talk(ask("POST", url, data=body))
        for body in (io.BytesIO(data), form(data), form(data, data))
    )
    assert (raw.status, of_a_form.status) == (200, 200)
    assert of_a_form.headers["X-Image-Phash"]
    if not query.startswith("size"):  # whose boundary is another one each time
        assert of_a_form.body == raw.body
    assert of_two.is_problem(400)
    assert talk(ask("POST", url, data=form(data, w="300"))).is_problem(400)


def test_long_headers() -> None:
    comment = b"\xff\xfe\xff\xff" + bytes(0xFFFD)
    long, vast = (PHOTO[:2] + comment * count + PHOTO[2:] for count in (50, 500))
    small: dict[str, Any] = {"memory_budget": 32 << 20, "opened": 16}
    for url in ("/v1/thumbnail?w=200", "/v1/fingerprint", "/v1/info"):
        answer = talk(ask("POST", url, data=io.BytesIO(long)), **small)
        assert (answer.status, answer.body) == (200, talk(ask("POST", url, data=PHOTO)).body)
        refused = talk(ask("POST", url, data=io.BytesIO(vast)), **small)
        assert refused.is_problem(413)
        assert refused.json()["setting"] == "memory_budget"


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
        for name, text in (
            ("path", "nosuch.jpg"),
            ("path", "../a.jpg"),
            ("path", "http://127.0.0.1/a.jpg"),
            ("url", "http://127.0.0.1/a.jpg"),
            ("url", "s3://bucket/a.jpg"),
            ("url", "/a.jpg"),
        ):
            async with client.get("/v1/thumbnail", params={name: text, "w": "200"}) as answer:
                assert answer.content_type == "application/problem+json"
                statuses.append(answer.status)
        return statuses

    assert talk(ask, roots=[tmp_path]) == [404, 400, 404, 403, 403, 400]


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

    assert talk(post) == (415, "application/problem+json")


def test_every_refusal_has_a_status() -> None:
    for kind in Refused.__subclasses__():
        assert next(named for named, _ in STATUSES if issubclass(kind, named)) is kind


def test_refused_requests_are_told_apart() -> None:
    async def statuses(client: aiohttp.ClientSession) -> list[int]:
        found = []
        for text in ("w=1&x=1", "w=x", "w=1&w=2", "w=1"):
            async with client.get(f"/v1/thumbnail?{text}") as answer:
                found.append(answer.status)
        return found

    assert talk(statuses) == [404, 400, 400, 400]


def test_several_parameters_reach_the_library() -> None:
    async def upload(client: aiohttp.ClientSession) -> bytes:
        text = "w=100&h=100&fit=cover&gravity=fp:1:0&format=png&rotate=90"
        async with client.post(f"/v1/thumbnail?{text}", data=PHOTO) as answer:
            return await answer.read()

    size = streamresize.Size(100, 100, fit="cover", gravity=("fp", 1, 0), format="png")
    (image,) = streamresize.process(PHOTO, [size], rotate=90).images
    assert talk(upload) == image.data


def test_several_sizes_come_together() -> None:
    asked = "/v1/thumbnail?size=200x&size=x50&size=200x&format=png"

    async def post(client: aiohttp.ClientSession) -> tuple[list[bytes], str]:
        async with client.post(asked, data=PHOTO) as answer:
            assert answer.content_type == "multipart/mixed"
            reader = aiohttp.MultipartReader.from_response(answer)
            parts = []
            while (part := await reader.next()) is not None:
                assert isinstance(part, aiohttp.BodyPartReader)
                assert part.headers["Content-Type"] == "image/png"
                parts.append(bytes(await part.read()))
            return parts, answer.headers["X-Image-Phash"]

    async def zipped(client: aiohttp.ClientSession) -> dict[str, bytes]:
        async with client.post(asked, data=PHOTO, headers={"Accept": "application/zip"}) as answer:
            archive = zipfile.ZipFile(io.BytesIO(await answer.read()))
            return {name: archive.read(name) for name in archive.namelist()}

    sizes = [Size(200, None, format="png"), Size(None, 50, format="png")]
    expected = [image.data for image in streamresize.process(PHOTO, sizes).images]
    parts, phash = talk(post)
    assert parts == [*expected, expected[0]]
    assert phash == str(streamresize.process(PHOTO, [], fingerprint=True).fingerprint)
    names = ["1-200x150.png", "2-67x50.png", "3-200x150.png"]
    assert talk(zipped) == dict(zip(names, parts))
