"""What the settings allow to be asked for, and how much of a progressive source is read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import pytest

import streamresize
from streamresize import Format, Size
from streamresize_server import query
from streamresize_server.imgproxy.signature import KeyPair, sign
from streamresize_server.policy import OutputTooLarge, Policy
from streamresize_server.previews import with_preview
from streamresize_server.recipe import Plan, Recipe
from streamresize_server.refusals import BadValue

from .support.pictures import photo, pillow_jpeg
from .support.serving import talk

PHOTO = pillow_jpeg(photo(640, 480))
INFO = streamresize.probe(PHOTO)
FORMATS: frozenset[Format] = frozenset({"jpeg", "png"})
POLICY = Policy(FORMATS, 20, 90, {"jpeg": 60}, 100 * 75)


def asked(text: str) -> Recipe:
    return query.parse(parse_qsl(text)).recipe


def applied(text: str, policy: Policy = POLICY) -> tuple[Size, ...]:
    recipe = asked(text)
    return policy.applied(INFO, recipe.plan(INFO), quality_asked=recipe.quality_asked).sizes


@pytest.mark.parametrize(
    ("text", "quality"), [("w=9", 60), ("w=9&q=80", 80), ("w=9&q=21", 21), ("w=9&format=png", 80)]
)
def test_the_usual_quality_is_for_those_who_ask_for_none(text: str, quality: int) -> None:
    assert applied(text)[0].quality == quality


@pytest.mark.parametrize(
    ("text", "named"), [("w=9&format=webp", "formats"), ("w=9&q=91", "max_quality"),
                        ("w=9&q=19", "min_quality")],
)  # fmt: skip
def test_what_is_not_allowed_names_its_setting(text: str, named: str) -> None:
    with pytest.raises(BadValue, match=named):
        applied(text)


def test_outputs_that_are_too_large() -> None:
    assert applied("w=100")
    assert applied("size=100x&size=50x")
    for text in ("w=101", "w=5000", "size=50x&size=101x", "w=101&h=101&fit=pad"):
        with pytest.raises(OutputTooLarge, match="max_output_pixels"):
            applied(text)


PROGRESSIVE = replace(INFO, width=6000, height=4000, sof="SOF2", multi_scan=True)


@pytest.mark.parametrize(
    ("changes", "size", "options", "expected"),
    [
        ({}, Size(375, None), {}, True),
        ({}, Size(376, None), {}, False),
        ({}, Size(250, 250, fit="cover"), {}, True),
        ({}, Size(None, 375), {"rotate": 90}, True),
        ({}, Size(200, None), {"region": (0, 0, 400, 400)}, False),
        ({"sof": "SOF0", "multi_scan": False}, Size(200, None), {}, False),
        ({"height": 2000}, Size(200, None), {}, False),
    ],
)
def test_when_the_beginning_of_a_progressive_source_is_enough(
    changes: dict[str, Any], size: Size, options: Any, expected: bool
) -> None:
    plan = with_preview(replace(PROGRESSIVE, **changes), Plan((size,), options))
    assert plan.options.get("preview", False) is expected


def test_a_progressive_upload_is_read_as_far_as_it_must_be() -> None:
    data = pillow_jpeg(photo(2400, 2100), progressive=True)

    async def post(client: aiohttp.ClientSession) -> bytes:
        async with client.post("/v1/thumbnail?w=100", data=data) as answer:
            assert 0 < int(answer.headers["X-Bytes-Read"]) < len(data) / 2
            return await answer.read()

    (image,) = streamresize.process(data, [Size(100, None)], preview=True).images
    assert talk(post) == image.data


def test_signed_urls(tmp_path: Any) -> None:
    pair = KeyPair(b"secret", b"hello")
    (tmp_path / "a.jpg").write_bytes(PHOTO)

    async def get(client: aiohttp.ClientSession) -> list[tuple[int, bytes]]:
        answers = []
        for path in ("/rs:fill:100:75/plain/local:///a.jpg", "/raw:1/plain/local:///a.jpg"):
            for signature in (sign(path, pair).decode(), "insecure"):
                async with client.get(f"/{signature}{path}") as answer:
                    answers.append((answer.status, await answer.read()))
        return answers

    made, refused, raw, also_refused = talk(
        get, roots=[tmp_path], keys=[pair.key.hex()], salts=[pair.salt.hex()]
    )
    expected = streamresize.process(PHOTO, [Size(100, 75, fit="cover")]).images[0]
    assert made[0] == 200
    assert streamresize.probe(made[1]).width == expected.width
    assert raw == (200, PHOTO)
    assert (refused[0], also_refused[0]) == (403, 403)


def test_presets_alone(tmp_path: Any) -> None:
    (tmp_path / "a.jpg").write_bytes(PHOTO)

    async def get(client: aiohttp.ClientSession) -> list[int]:
        statuses = []
        for options in ("pr:small", "preset:small", "w:50", "pr:small/w:50", "pr:large"):
            async with client.get(f"/unsafe/{options}/plain/local:///a.jpg") as answer:
                statuses.append(answer.status)
        return statuses

    asked: dict[str, Any] = {"presets": {"small": "rs:fit:50:50"}, "only_presets": True}
    assert talk(get, roots=[tmp_path], **asked) == [200, 200, 404, 404, 400]
