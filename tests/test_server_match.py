"""/v1/match and /v1/compare, talked to over a socket."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import streamresize
from streamresize.catalog import Catalog, read_picture
from streamresize.matching import Extract, Gallery, search
from streamresize_server import matching
from streamresize_server.workers import Deadline

from .support.corpus import entries, needs_corpus
from .support.pictures import pillow_jpeg, scene
from .support.serving import Answer, ask, form, talk

SEEDS = range(8)
PART = scene(3).crop((60, 50, 380, 300))
CORNERS = [[0, 0], [1, 0], [1, 1], [0, 1]]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of scenes, and beside it a catalog of them with windows and keypoints."""
    folder = tmp_path_factory.mktemp("match") / "pictures"
    folder.mkdir()
    extract = Extract(windows=True, keypoints=True)
    with Catalog.open(folder.parent / "cat.db") as catalog:
        for seed in SEEDS:
            file = folder / f"{seed}.jpg"
            file.write_bytes(pillow_jpeg(scene(seed)))
            assert catalog.add(read_picture(str(file), extract=extract)) == seed + 1
    return folder


@pytest.fixture
def tell(root: Path) -> Callable[..., Any]:
    def told(*request: Any, settings: dict[str, Any] | None = None, **options: Any) -> Answer:
        where = str(root.parent / "cat.db")
        return talk(ask(*request, **options), roots=[root], catalog=where, **(settings or {}))

    return told


def test_the_answer_is_that_of_the_library(tell: Callable[..., Any], root: Path) -> None:
    query = pillow_jpeg(PART)
    answer = tell("POST", "/v1/match", data=query)
    assert answer.status == 200
    made = streamresize.process(query, [], fingerprint=True).fingerprint
    assert made is not None
    with Catalog.open(root.parent / "cat.db") as catalog:
        (expected,) = search(made, Gallery(catalog))
    assert answer.json() == {
        "query": {"width": 320, "height": 250},
        "stages": ["hash", "window", "keypoints"],
        "matches": [
            {
                "number": 4,
                "width": 480,
                "height": 360,
                "sources": [{"path": "3.jpg"}],
                **expected.to_dict(),
            }
        ],
    }


def test_parameters(tell: Callable[..., Any]) -> None:
    query = pillow_jpeg(PART)
    assert tell("POST", "/v1/match?stages=hash", data=query).json()["matches"] == []
    assert tell("POST", "/v1/match?least=0.999", data=query).json()["matches"] == []
    (hit,) = tell("POST", "/v1/match?stages=window&k=1", data=query).json()["matches"]
    assert (hit["number"], hit["found_by"]) == (4, "window")
    (hit,) = tell("POST", "/v1/match?path=5.jpg").json()["matches"]
    assert (hit["number"], hit["relation"]) == (6, "whole")
    for wrong in ("k=0", "k=101", "least=2", "stages=", "stages=hash,x", "k=1&k=2", "least=nan"):
        assert tell("POST", f"/v1/match?{wrong}", data=query).is_problem(400)
    assert tell("POST", "/v1/match?radius=9", data=query).is_problem(404)
    assert tell("GET", "/v1/match").is_problem(405)


def test_no_more_than_asked_for(root: Path) -> None:
    where = str(root.parent / "double.db")
    with Catalog.open(where) as catalog:
        for size in (400, 300, 200):
            file = root.parent / f"{size}.jpg"
            file.write_bytes(pillow_jpeg(scene(1).resize((size, size * 3 // 4))))
            catalog.add(read_picture(str(file)))
    query = pillow_jpeg(scene(1))
    for k in (1, 2, 3):
        answer = talk(ask("POST", f"/v1/match?k={k}", data=query), catalog=where)
        found = answer.json()["matches"]
        assert len(found) == k
        scores = [hit["score"] for hit in found]
        assert scores == sorted(scores, reverse=True)
        assert all(set(source) == {"name"} for hit in found for source in hit["sources"])


def test_without_a_catalog() -> None:
    assert talk(ask("POST", "/v1/match", data=pillow_jpeg(PART))).is_problem(404)


def test_a_search_ends_in_time(tell: Callable[..., Any]) -> None:
    answer = tell("POST", "/v1/match", data=pillow_jpeg(PART), settings={"match_seconds": 1e-6})
    assert answer.is_problem(503)
    assert "Retry-After" in answer.headers
    deadline = Deadline(100)
    deadline.check()
    deadline.stop()
    with pytest.raises(Exception, match="took longer"):
        deadline.check()


# Two pictures


def test_a_part_and_its_picture() -> None:
    answer = talk(ask("POST", "/v1/compare", data=form(pillow_jpeg(PART), pillow_jpeg(scene(3)))))
    told = answer.json()
    assert told["match"]
    assert told["a"] == {"width": 320, "height": 250}
    assert told["b"] == {"width": 480, "height": 360}
    left, top, right, bottom = 60 / 480, 50 / 360, 380 / 480, 300 / 360
    expected = [[left, top], [right, top], [right, bottom], [left, bottom]]
    np.testing.assert_allclose(told["a_in_b"], expected, atol=0.01)
    np.testing.assert_allclose(told["picture_part"], [left, top, right, bottom], atol=0.01)
    expected = [
        [-60 / 320, -50 / 250],
        [420 / 320, -50 / 250],
        [420 / 320, 310 / 250],
        [-60 / 320, 310 / 250],
    ]
    np.testing.assert_allclose(told["b_in_a"], expected, atol=0.01)
    assert told["score"] > 0.9


def test_places_are_those_of_the_pictures_as_shown() -> None:
    """The second one lies on its side, and its EXIF orientation says so."""
    stored = PART.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    files = form(pillow_jpeg(scene(3)), pillow_jpeg(stored, exif=exif.tobytes()))
    told = talk(ask("POST", "/v1/compare", data=files)).json()
    assert told["b"] == {"width": 320, "height": 250}
    assert told["relation"].endswith("of background")
    expected = np.array([[60, 50], [380, 50], [380, 300], [60, 300]]) / (480, 360)
    np.testing.assert_allclose(told["b_in_a"], expected, atol=0.01)
    assert abs(told["rotation"]) < 0.5
    assert not told["mirrored"]


def test_two_sources(tell: Callable[..., Any]) -> None:
    told = tell("POST", "/v1/compare?a=1.jpg&b=1.jpg").json()
    np.testing.assert_allclose(told["a_in_b"], CORNERS, atol=0.005)
    assert told["relation"] == "whole"
    told = tell("POST", "/v1/compare?a=1.jpg&b=2.jpg").json()
    size = {"width": 480, "height": 360}
    assert told == {"match": False, "a": size, "b": size}
    assert tell("POST", "/v1/compare?a=1.jpg").is_problem(400)
    assert tell("POST", "/v1/compare?a=1.jpg&b=none.jpg").is_problem(404)
    assert tell("POST", "/v1/compare?a=1.jpg&b=2.jpg&k=1").is_problem(404)


@pytest.mark.parametrize("files", [0, 1, 3])
def test_two_files_are_taken(files: int) -> None:
    data = form(*[pillow_jpeg(PART)] * files) if files else b""
    answer = talk(ask("POST", "/v1/compare", data=data))
    assert answer.is_problem(400 if files else 415)


@pytest.mark.parametrize("level", [0, 128])
def test_flat_pictures_match_nothing(level: int) -> None:
    flat = pillow_jpeg(np.full((40, 60, 3), level, np.uint8))
    answer = talk(ask("POST", "/v1/compare", data=form(flat, flat)))
    assert answer.json()["match"] is False


def test_a_comparison_ends_in_time() -> None:
    files = form(pillow_jpeg(PART), pillow_jpeg(scene(3)))
    assert talk(ask("POST", "/v1/compare", data=files), match_seconds=1e-6).is_problem(503)


def test_without_the_packages_of_catalogs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "streamresize.matching", None)
    files = form(pillow_jpeg(PART), pillow_jpeg(scene(3)))
    answer = talk(ask("POST", "/v1/compare", data=files))
    assert answer.is_problem(404)
    assert "streamresize[catalog]" in answer.json()["detail"]


def test_what_is_said_twice_is_the_same() -> None:
    """The routes name hashes and thresholds without importing the catalog."""
    from streamresize.catalog import HASHES
    from streamresize.matching import MATCH, STAGES
    from streamresize_server.routes.catalog import NEAR

    assert tuple(HASHES) == NEAR
    assert matching.LEAST == MATCH
    assert matching.STAGES == STAGES


@needs_corpus
def test_a_photograph_and_a_crop_of_it(tmp_path: Path) -> None:
    """Of the corpus: cropped by a fifth, smaller, mirrored."""
    photograph = next(entry.file for entry in entries() if entry.folder == "photos")
    with Image.open(photograph) as image:
        image.draft("RGB", (1600, 1600))
        picture = image.convert("RGB")
    width, height = picture.size
    crop = picture.crop((width // 10, height // 10, width * 9 // 10, height * 9 // 10))
    mirrored = crop.resize((480, 480 * crop.height // crop.width)).transpose(
        Image.Transpose.FLIP_LEFT_RIGHT
    )
    files = form(pillow_jpeg(mirrored), pillow_jpeg(picture))
    told = talk(ask("POST", "/v1/compare", data=files)).json()
    assert told["match"]
    assert told["mirrored"]
    np.testing.assert_allclose(told["picture_part"], [0.1, 0.1, 0.9, 0.9], atol=0.02)
