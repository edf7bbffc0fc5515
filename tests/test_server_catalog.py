"""/v1/catalog, talked to over a socket."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image

import streamresize
from streamresize import Fingerprint
from streamresize.catalog import Catalog, read_picture
from streamresize_server import Settings
from streamresize_server.names import Names

from .support.pictures import pillow_jpeg, scene
from .support.serving import Answer, answer_of, ask, talk

TOKEN = "a secret"  # noqa: S105
BEARER = {"Authorization": f"Bearer {TOKEN}"}
FILES = {f"{seed}.jpg": pillow_jpeg(scene(seed)) for seed in range(6)}

Conversation = Callable[[aiohttp.ClientSession], Awaitable[Any]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, data in FILES.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture
def tell(root: Path) -> Callable[..., Any]:
    """Talk to a service with the catalog `cat.db` beside its only root."""

    def told(conversation: Conversation, **settings: Any) -> Any:
        where = str(root.parent / "cat.db")
        return talk(conversation, **{"roots": [root], "catalog": where, "token": TOKEN, **settings})

    return told


@pytest.fixture
def filled(root: Path) -> list[int]:
    """Numbers of FILES, which another process has added."""
    with Catalog.open(root.parent / "cat.db") as catalog:
        return catalog.add_many([read_picture(str(root / name)) for name in FILES])


async def add(client: aiohttp.ClientSession, query: str = "", data: bytes | None = None) -> Answer:
    body = None if data is None else BytesIO(data)
    return await answer_of(client, "POST", f"/v1/catalog{query}", data=body, headers=BEARER)


def test_adding_looking_up_and_removing(tell: Callable[..., Any], root: Path) -> None:
    data = FILES["0.jpg"]

    async def conversation(client: aiohttp.ClientSession) -> None:
        first = await add(client, "?name=holiday", data)
        assert first.status == 201
        number = first.json()["number"]
        assert first.headers["Location"] == f"/v1/catalog/{number}"
        expected = read_picture(str(root / "0.jpg"))
        fingerprint = streamresize.process(data, [], fingerprint=True).fingerprint
        assert first.json() == {
            "number": number, "new": True, "width": 480, "height": 360,
            "phash": str(fingerprint), "warnings": [],
        }  # fmt: skip
        again = await add(client, "?path=0.jpg")
        assert (again.status, again.json()["number"], again.json()["new"]) == (200, number, False)

        told = (await answer_of(client, "GET", f"/v1/catalog/{number}")).json()
        assert told["content_hash"] == expected.content_hash.hex()
        assert told["bytes"] == len(data)
        assert told["added"].endswith("Z")
        assert sorted(map(str, told["sources"])) == ["{'name': 'holiday'}", "{'path': '0.jpg'}"]
        assert fingerprint is not None
        assert told["hashes"]["phash"] == str(fingerprint)
        assert told["hashes"]["pdq"] == fingerprint.pdq.hex()
        assert told["pdq_quality"] == fingerprint.pdq_quality

        gone = await answer_of(client, "DELETE", f"/v1/catalog/{number}", headers=BEARER)
        assert (gone.status, gone.body) == (204, b"")
        for method, place in (
            ("GET", ""),
            ("GET", "/nearest"),
            ("GET", "/thumbnail"),
            ("DELETE", ""),
        ):
            url = f"/v1/catalog/{number}{place}"
            answer = await answer_of(client, method, url, headers=BEARER)
            assert answer.is_problem(404)
        assert (root / "0.jpg").exists()

    tell(conversation)
    with Catalog.open(root.parent / "cat.db") as catalog:
        assert catalog.count() == 0


def test_what_the_service_adds_is_what_the_library_reads(
    tell: Callable[..., Any], root: Path
) -> None:
    async def conversation(client: aiohttp.ClientSession) -> None:
        assert (await add(client, "?path=/1.jpg")).status == 201
        assert (await add(client, "", FILES["2.jpg"])).status == 201

    tell(conversation, catalog_features=["windows", "keypoints"])
    with Catalog.open(root.parent / "cat.db") as catalog:
        first, second = catalog
        assert first.paths == (str(root / "1.jpg"),)
        assert second.paths == (f"upload://{second.content_hash.hex()[:16]}/",)
        assert catalog.kinds() == ["keypoints", "windows"]
        expected = read_picture(str(root / "1.jpg"))
        assert expected.content_hash == first.content_hash
        expected_print = Fingerprint.from_bytes(expected.columns["data"])
        assert expected_print == catalog.fingerprint(first.id)


def test_labels_of_uploads_stand_in_nobodys_way(tell: Callable[..., Any]) -> None:
    async def conversation(client: aiohttp.ClientSession) -> list[Any]:
        for name in ("0.jpg", "1.jpg", "0.jpg"):
            form = aiohttp.FormData()
            form.add_field("file", FILES[name], filename="same.jpg")
            sent = await answer_of(client, "POST", "/v1/catalog", data=form, headers=BEARER)
            assert sent.status in (200, 201)
        listed = (await answer_of(client, "GET", "/v1/catalog")).json()["pictures"]
        return [picture["sources"] for picture in listed]

    assert tell(conversation) == [[{"name": "same.jpg"}]] * 2


def test_pages(tell: Callable[..., Any], filled: list[int]) -> None:
    async def conversation(client: aiohttp.ClientSession) -> None:
        seen: list[int] = []
        after: int | None = 0
        while after is not None:
            page = (await answer_of(client, "GET", f"/v1/catalog?limit=4&after={after}")).json()
            assert page["total"] == len(filled)
            seen += [picture["number"] for picture in page["pictures"]]
            after = page["next"]
        assert seen == filled
        first = (await answer_of(client, "GET", "/v1/catalog?limit=1")).json()["pictures"][0]
        alone = (await answer_of(client, "GET", f"/v1/catalog/{filled[0]}")).json()
        assert first == {name: alone[name] for name in first}

    tell(conversation)


@pytest.mark.parametrize("hash", ["phash", "phash256", "pdq", "symmetric", "trimmed"])
def test_the_nearest(hash: str, tell: Callable[..., Any], filled: list[int], root: Path) -> None:
    mirrored = scene(2).transpose(Image.Transpose.FLIP_LEFT_RIGHT)

    async def conversation(client: aiohttp.ClientSession) -> tuple[int, Any]:
        added = (await add(client, "", pillow_jpeg(mirrored))).json()["number"]
        url = f"/v1/catalog/{added}/nearest?k=3&hash={hash}"
        return added, (await answer_of(client, "GET", url)).json()

    added, told = tell(conversation)
    with Catalog.open(root.parent / "cat.db") as catalog:
        near = catalog.nearest(catalog.fingerprint(added), 4, hash)
        hits = [hit for hit in near if hit.image_id != added]
    assert (told["number"], told["hash"]) == (added, hash)
    found = [(hit["number"], hit["distance"], hit["orientation"]) for hit in told["nearest"]]
    assert found == [tuple(hit) for hit in hits]
    if hash == "symmetric":
        best = told["nearest"][0]
        assert (best["number"], best["orientation"]) == (filled[2], 2)
        assert (best["width"], best["sources"]) == (480, [{"path": "2.jpg"}])


def pixels(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def test_thumbnails(tell: Callable[..., Any], filled: list[int], root: Path) -> None:
    """In colour from the file; in gray once it is gone or shows something else."""
    colour, gone, other = filled[:3]
    (root / "1.jpg").unlink()
    (root / "2.jpg").write_bytes(FILES["5.jpg"])

    async def conversation(client: aiohttp.ClientSession) -> list[Answer]:
        urls = [f"/v1/catalog/{number}/thumbnail?side=100" for number in (colour, gone, other)]
        return [await answer_of(client, "GET", url) for url in urls]

    answers = tell(conversation)
    assert [answer.content_type for answer in answers] == ["image/jpeg"] * 3
    assert answers[0].body == streamresize.thumbnail(FILES["0.jpg"], (100, 100))
    for answer, seed in zip(answers[1:], (1, 2)):
        picture = pixels(answer.body)
        assert (picture.mode, picture.size) == ("L", (100, 75))
        expected = scene(seed).convert("L").resize((100, 75), Image.Resampling.BOX)
        differences = [abs(a - b) for a, b in zip(picture.tobytes(), expected.tobytes())]
        assert sum(differences) / len(differences) < 4


# Who may do what


@pytest.mark.parametrize(
    ("headers", "settings", "status"),
    [
        ({}, {}, 401),
        ({"Authorization": "Bearer wrong"}, {}, 401),
        ({"Authorization": f"Basic {TOKEN}"}, {}, 401),
        ({"Authorization": f"Bearer {TOKEN}x"}, {}, 401),
        ({"Authorization": "Bearer"}, {}, 401),
        ({"Authorization": b"Bearer \xff\xfe".decode("latin-1")}, {}, 401),
        (BEARER, {"token": None}, 403),
    ],
)
def test_only_the_token_allows_changes(
    headers: dict[str, str],
    settings: dict[str, Any],
    status: int,
    tell: Callable[..., Any],
    filled: list[int],
) -> None:
    for method, url in (("POST", "/v1/catalog?path=0.jpg"), ("DELETE", f"/v1/catalog/{filled[0]}")):
        answer = tell(ask(method, url, headers=headers), **settings)
        assert answer.is_problem(status)
        assert answer.headers.get("WWW-Authenticate") == ("Bearer" if status == 401 else None)
    assert tell(ask("GET", "/v1/catalog"), **settings).json()["total"] == len(filled)


@pytest.mark.parametrize(
    "url", ["", "/1", "/1/nearest", "/1/thumbnail", "?url=http://a.example/b.jpg"]
)
def test_without_a_catalog(url: str) -> None:
    answer = talk(ask("GET", f"/v1/catalog{url}"), token=TOKEN)
    assert answer.is_problem(404)
    assert "setting catalog" in answer.json()["detail"]


@pytest.mark.parametrize("number", ["0", "x", "-1", "1" * 19, "01", "%31%00"])
def test_numbers_that_are_none(number: str, tell: Callable[..., Any]) -> None:
    for place in ("", "/nearest", "/thumbnail"):
        assert tell(ask("GET", f"/v1/catalog/{number}{place}")).is_problem(404)


def test_a_catalog_that_is_not_there_is_made_by_who_may_write(root: Path) -> None:
    where = str(root.parent / "new.db")
    with pytest.raises(streamresize.StreamResizeError, match="there is no catalog"):
        talk(ask("GET", "/v1/catalog"), catalog=where)
    assert talk(ask("GET", "/v1/catalog"), catalog=where, token=TOKEN).json()["total"] == 0


def test_starting_without_the_catalog_is_told(tmp_path: Path) -> None:
    flags = ["--port", "0", "--catalog", str(tmp_path / "none.db")]
    serve = "import sys; {}; from streamresize_server.command import main; sys.exit(main())"
    for before, says in (
        ("pass", "error: catalog: there is no catalog"),
        ("sys.modules['sqlalchemy'] = None", "streamresize[catalog]"),
    ):
        command = [sys.executable, "-c", serve.format(before), *flags]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 2
        assert says in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("where", ["", "sqlite://", ":memory:"])
def test_a_catalog_in_memory_is_refused(where: str) -> None:
    with pytest.raises(ValueError, match="expected a file"):
        Settings.model_validate({"catalog": where})


def test_a_database_that_fails(tell: Callable[..., Any], filled: list[int], root: Path) -> None:
    async def conversation(client: aiohttp.ClientSession) -> Answer:
        (root.parent / "cat.db").write_bytes(b"no database" * 1000)
        (root.parent / "cat.db-wal").unlink(missing_ok=True)
        return await answer_of(client, "GET", "/v1/catalog")

    answer = tell(conversation)
    assert answer.is_problem(503)
    assert str(root.parent) not in answer.body.decode()
    assert "Retry-After" in answer.headers


def test_names_tell_nothing_of_the_machine(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "there.jpg").touch()
    names = Names([root])
    stored = [
        str(root / "a" / "b.jpg"),
        "/elsewhere/secret/c.jpg",
        "https://example.org/d.jpg",
        "https://user:password@example.org/e.jpg",
        "s3://bucket/f.jpg",
        names.of_upload("../../g.jpg", bytes(32)),
        f"{root}ed/h.jpg",
    ]
    assert names.shown(stored) == [
        {"path": "a/b.jpg"},
        {"name": "c.jpg"},
        {"url": "https://example.org/d.jpg"},
        {"name": "e.jpg"},
        {"url": "s3://bucket/f.jpg"},
        {"name": "../../g.jpg"},
        {"name": "h.jpg"},
    ]
    assert names.references(stored) == [
        "local:///a/b.jpg",
        "https://example.org/d.jpg",
        "s3://bucket/f.jpg",
    ]
    assert names.of_reference("there.jpg") == str(root / "there.jpg")
    assert names.of_reference("local:///there.jpg") == str(root / "there.jpg")
    assert names.of_reference("s3://bucket/f.jpg") == "s3://bucket/f.jpg"


# Many at once


def test_32_clients_add_and_search(tell: Callable[..., Any], root: Path) -> None:
    """Every answer is right, or 429; nothing is added twice."""
    seeds = range(10, 18)
    data = {seed: pillow_jpeg(scene(seed, 240, 180)) for seed in seeds}

    async def one(client: aiohttp.ClientSession, number: int) -> None:
        seed = seeds[number % len(seeds)]
        added = await add(client, f"?name={number}", data[seed])
        assert added.status in (200, 201)
        mine = added.json()["number"]
        near = await answer_of(client, "GET", f"/v1/catalog/{mine}/nearest?k=5&hash=phash")
        assert mine not in [hit["number"] for hit in near.json()["nearest"]]
        form = BytesIO(data[seed])
        found = await answer_of(client, "POST", "/v1/match?stages=hash,window", data=form)
        assert found.status in (200, 429)
        if found.status == 200:
            best = found.json()["matches"][0]
            assert best["number"] == mine
            assert best["score"] > 0.95
        page = await answer_of(client, "GET", "/v1/catalog?limit=500")
        assert mine in [picture["number"] for picture in page.json()["pictures"]]

    async def conversation(client: aiohttp.ClientSession) -> None:
        await asyncio.gather(*(one(client, number) for number in range(32)))

    tell(conversation, match_seconds=300, queue_seconds=300, work_seconds=300)
    with Catalog.open(root.parent / "cat.db") as catalog:
        assert catalog.count() == len(seeds)
        assert len(list(catalog.paths())) == 32
        numbers = {hit.image_id for hit in catalog.nearest(next(iter(
            catalog.fingerprints(catalog.numbers()).values())), 100)}  # fmt: skip
        assert numbers == set(catalog.numbers())


def test_what_waits_for_the_catalog_is_bounded(tell: Callable[..., Any], filled: list[int]) -> None:
    async def conversation(client: aiohttp.ClientSession) -> list[Answer]:
        url = f"/v1/catalog/{filled[0]}/nearest"
        return await asyncio.gather(*(answer_of(client, "GET", url) for _ in range(50)))

    answers = tell(conversation, catalog_threads=1, queued=4)
    assert {answer.status for answer in answers} == {200, 429}
    assert all("Retry-After" in a.headers for a in answers if a.status == 429)
    assert len({answer.body for answer in answers if answer.status == 200}) == 1
