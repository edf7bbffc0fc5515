"""/v1/fingerprint, talked to over a socket."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import streamresize
from streamresize import Fingerprint

from .support.pictures import in_pieces, photo, pillow_jpeg
from .support.serving import Answer, ask, form, talk

PHOTO = pillow_jpeg(photo(640, 480))
URL = "/v1/fingerprint"


def expected(data: bytes = PHOTO, *, exact: bool = False) -> dict[str, Any]:
    kind: Any = "exact" if exact else True
    made = streamresize.process(data, [], fingerprint=kind).fingerprint
    assert made is not None
    return made.to_dict()


async def chunks(data: bytes) -> Any:
    for piece in in_pieces(data, 1000):
        yield piece


@pytest.mark.parametrize("body", ["raw", "form", "chunked", "large form"])
def test_of_an_upload(body: str) -> None:
    data = pillow_jpeg(photo(2000, 1500), quality=98) if body == "large form" else PHOTO
    bodies: dict[str, Any] = {"raw": data, "chunked": chunks(data)}
    answer = talk(ask("POST", URL, data=bodies.get(body) or form(data)))
    facts = expected(data)
    luma = facts.pop("luma")
    assert answer.json() == {**facts, "orientation": 1, "warnings": []}
    again = talk(ask("POST", f"{URL}?luma=1", data=BytesIO(data))).json()
    assert again["luma"] == luma
    assert Fingerprint.from_dict(again) == Fingerprint.from_dict(expected(data))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_of_a_file(method: str, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(PHOTO)
    answer = talk(ask(method, f"{URL}?path=a.jpg&exact=1&luma=1"), roots=[tmp_path])
    facts = answer.json()
    assert facts["scale"] == 1.0
    assert {name: facts[name] for name in expected()} == expected(exact=True)


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("?w=100", 404, "unknown option 'w'"),
        ("?exact=maybe", 400, "exact: expected"),
        ("?exact=1&exact=1", 400, "given twice"),
        ("?url=http://a/&path=b", 400, "cannot be had together"),
        ("?path=", 400, "path: expected text"),
        ("?path=none.jpg", 404, ""),
    ],
)
def test_wrong_parameters(query: str, status: int, says: str, tmp_path: Path) -> None:
    answer = talk(ask("GET", URL + query), roots=[tmp_path])
    assert answer.is_problem(status)
    assert says in answer.json()["detail"]


def test_a_get_names_a_source() -> None:
    assert talk(ask("GET", URL)).is_problem(400)


WRONG_FORMS = {
    "empty": (b"--x--\r\n", "multipart/form-data; boundary=x"),
    "cut": (
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n' + PHOTO[:500],
        "multipart/form-data; boundary=x",
    ),
    "no boundary": (b"--x--\r\n", "multipart/form-data"),
    "no start": (PHOTO, "multipart/form-data; boundary=x"),
    "charset": (
        b'--x\r\nContent-Disposition: form-data; name="_charset_"\r\n\r\n'
        + b"u" * 99
        + b"\r\n--x--",
        "multipart/form-data; boundary=x",
    ),
    "nested": (
        b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y--\r\n--x--\r\n",
        "multipart/form-data; boundary=x",
    ),
    "long header": (b"--x\r\nA: " + b"a" * 20_000, "multipart/form-data; boundary=x"),
}


@pytest.mark.parametrize("kind", WRONG_FORMS)
def test_forms_that_are_none(kind: str) -> None:
    body, content_type = WRONG_FORMS[kind]
    answer = talk(ask("POST", URL, data=body, headers={"Content-Type": content_type}))
    assert answer.is_problem(400)


def test_a_form_has_one_file_and_no_fields() -> None:
    assert talk(ask("POST", URL, data=form(PHOTO, PHOTO))).is_problem(400)
    fields = aiohttp.MultipartWriter("form-data")
    fields.append("1").set_content_disposition("form-data", name="exact")
    assert talk(ask("POST", URL, data=fields)).is_problem(400)


@pytest.mark.parametrize("wrap", [bytes, form])
def test_uploads_are_bounded(wrap: Any) -> None:
    answer = talk(ask("POST", URL, data=wrap(PHOTO)), upload_bytes=len(PHOTO) - 1)
    assert answer.is_problem(413)
    assert talk(ask("POST", URL, data=wrap(PHOTO)), upload_bytes=len(PHOTO) + 1000).status == 200


@pytest.mark.parametrize(("query", "status"), [("", 200), ("?exact=1", 413)])
def test_exact_work_that_does_not_fit_the_budget_is_refused(query: str, status: int) -> None:
    wide = pillow_jpeg(photo(65_000, 16))
    answer = talk(ask("POST", URL + query, data=wide), memory_budget=32 << 20, opened=16)
    assert answer.status == status
    assert status == 200 or answer.json()["setting"] == "memory_budget"


def test_no_picture() -> None:
    assert talk(ask("POST", URL, data=b"no picture")).is_problem(415)


def test_damage_is_told() -> None:
    cut = PHOTO[: len(PHOTO) // 2]
    answer: Answer = talk(ask("POST", URL, data=cut))
    assert answer.status == 200
    assert answer.json()["warnings"]
