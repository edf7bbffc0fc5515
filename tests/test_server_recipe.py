"""Recipes: canonical strings, plans, negotiation of formats."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import streamresize
from streamresize import Format, Pass, Size
from streamresize_server.imgproxy.grammar import parse as parse_path
from streamresize_server.imgproxy.signature import Signatures
from streamresize_server.query import parse as parse_query
from streamresize_server.recipe import Recipe, accepted, in_format
from streamresize_server.sizing import Anchor, Crop, Padding, Sizing

OPEN = Signatures(unsigned=True)
OFFER: tuple[Format, ...] = ("avif", "webp")


def info(width: int = 40, height: int = 30) -> streamresize.ImageInfo:
    file = BytesIO()
    Image.new("L", (width, height)).save(file, "JPEG")
    return streamresize.probe(file.getvalue())


def of_path(segments: str) -> Recipe:
    return parse_path(f"/unsafe/{segments}/YQ", OPEN).recipe


def of_query(**given: str) -> Recipe:
    return parse_query(given.items()).recipe


# Canonical strings

CHANGED_SIZE: dict[str, Any] = {
    "width": 2, "height": 3, "fit": "cover", "format": "webp", "quality": 5, "enlarge": True,
    "subsampling": "4:4:4", "progressive": True, "optimize": True, "max_bytes": 9,
    "gravity": "north", "background": (1, 2, 3), "dpr": 2.0, "icc": "keep",
    "keep": frozenset({"exif"}), "filter": "lanczos3", "averaging": "exact", "sharpen": 0.5,
    "blur": 1.0, "padding": (1, 2, 3, 4),
}  # fmt: skip
OF_OTHER_FORMATS = {"lossless": "webp", "compression": "png", "colors": "png"}
CHANGED_SIZING: dict[str, Any] = {
    "resizing_type": "fill", "width": 1, "height": 2, "min_width": 3, "min_height": 4, "dpr": 2.0,
    "enlarge": True, "gravity": Anchor("no"), "crop": Crop(1, 0, Anchor()),
    "extend": Anchor("no"), "padding": Padding(1),
}  # fmt: skip
CHANGED_PASS: dict[str, Any] = {
    "auto_orient": False, "strict": True, "preview": True, "threads": 2, "region": (0, 0, 1, 1),
    "rotate": 90, "mirror": "vertical", "matte": (0, 0, 0),
}  # fmt: skip


def variants() -> list[Recipe]:
    """Recipes of which each differs from all others."""
    plain = Recipe((Size(1, 1),))
    sized = replace(plain, sizing=Sizing())
    names = [field.name for field in fields(Size) if field.name not in OF_OTHER_FORMATS]
    return [
        plain,
        sized,
        replace(plain, as_source=True),
        replace(plain, cachebuster="a"),
        replace(plain, cachebuster='a"'),
        replace(plain, sizes=()),
        replace(plain, sizes=(Size(1, 1), Size(1, 1))),
        replace(plain, sizes=(Size("1%", 1),)),
        replace(plain, sizes=(Size(1, 1, format="webp", lossless=True),)),
        replace(plain, sizes=(Size(1, 1, format="png"),)),
        replace(plain, sizes=(Size(1, 1, format="png", compression=1),)),
        replace(plain, sizes=(Size(1, 1, format="png", colors=9),)),
        *(replace(plain, sizes=(replace(Size(1, 1), **{n: CHANGED_SIZE[n]}),)) for n in names),
        *(replace(sized, sizing=Sizing(**{n: v})) for n, v in CHANGED_SIZING.items()),
        *(replace(plain, reading=Pass(**{n: v})) for n, v in CHANGED_PASS.items()),
    ]


def test_different_recipes_have_different_canonical_strings() -> None:
    assert {field.name for field in fields(Sizing)} == set(CHANGED_SIZING)
    assert {field.name for field in fields(Pass)} == {*CHANGED_PASS, "limits"}
    recipes = variants()
    assert len({recipe.canonical() for recipe in recipes}) == len(recipes)
    assert len(set(recipes)) == len(recipes)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("w:300/h:200", "rs:fit:300:200"), ("w:300/h:200", "h:200/w:300"), ("q:5/q:6", "q:6"),
        ("f:jpg", "ext:jpeg"), ("rot:-90", "rot:270"), ("bg:ff0000", "background:255:0:0"),
        ("g:no/c:5", "c:5:0:no/g:no"), ("pd:1:2", "pd:1:2:1:2"), ("c:0:0", "w:0"),
        ("w:5/fn:a", "w:5/fn:b"), ("el:1", "el:true"), ("dpr:2", "dpr:2.0"),
        ("sh:-0", "w:0"), ("c:5:0:no:-0.0", "c:5:0:no"),
    ],
)  # fmt: skip
def test_the_same_asked_in_two_ways_has_one_canonical_string(one: str, other: str) -> None:
    assert of_path(one) == of_path(other)
    assert of_path(one).canonical() == of_path(other).canonical()


def test_the_same_query_in_two_ways_has_one_canonical_string() -> None:
    one = of_query(w="4", h="50%", bg="white", keep="icc,exif", gravity="fp:0.50:1")
    other = of_query(size="4x50.0%", background="ffffff", keep="exif,icc", gravity="fp:.5:1.0")
    assert one == other
    assert one.canonical() == other.canonical()


def test_canonical_strings_are_json_in_ascii() -> None:
    text = of_path("cb:%C3%A4/c:1:2:no").canonical()
    assert text.isascii()
    assert json.loads(of_query(w="1", keep="xmp,exif,icc").canonical())["sizes"][0]["keep"] == [
        "exif", "icc", "xmp",
    ]  # fmt: skip
    assert json.loads(text)["sizing"]["crop"]["anchor"]["kind"] == "no"


def test_recipes_are_hashable() -> None:
    assert len({of_path("w:1"), of_path("w:1"), of_query(w="1")}) == 2


# Plans


def test_a_query_is_planned_as_it_is() -> None:
    recipe = of_query(size="50%x", region="1,2,3,4", rotate="90", auto_orient="0")
    assert recipe.plan(info()) == (
        (Size("50%", None),),
        {"region": (1, 2, 3, 4), "rotate": 90, "auto_orient": False},
    )


def test_nothing_asked_for_is_the_picture_in_its_own_size_and_format() -> None:
    (size,), options = of_path("q:80").plan(info(41, 31))
    assert (size.width, size.height, size.format, size.fit) == (41, 31, "jpeg", "fill")
    assert options == {}


def test_one_region_is_of_the_stored_picture_turned_upright() -> None:
    recipe = of_path("c:10:20:nowe/rot:90")
    assert recipe.plan(info(40, 30)).options["region"] == (0, 20, 20, 10)


# Formats


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", []), ("*/*", []), ("image/*", []), ("image/webp", ["webp"]),
        ("image/avif,image/webp,*/*;q=0.8", ["avif", "webp"]),
        ("image/webp, image/avif", ["avif", "webp"]),
        ("image/avif;q=0.5,image/webp;q=0.9", ["webp", "avif"]),
        ("image/avif;q=0,image/webp", ["webp"]), ("image/avif;q=0.000", []),
        ("IMAGE/WebP ; Q=0.1", ["webp"]), ("image/webpx,ximage/avif", []), ("text/html", []),
        ("image/webp;level=1;q=0.5", ["webp"]), (";;,,=;q=", []),
    ],
)  # fmt: skip
def test_a_header_accept_names_formats(accept: str, expected: list[Format]) -> None:
    assert accepted(accept, OFFER) == expected


def test_auto_is_settled_by_what_the_client_names() -> None:
    recipe = of_query(size="4", format="auto")
    assert recipe.negotiable
    assert recipe.negotiated("image/avif,image/webp", OFFER).sizes[0].format == "avif"
    assert recipe.negotiated("image/webp", OFFER).sizes[0].format == "webp"
    assert not recipe.negotiated("image/webp", OFFER).negotiable
    assert recipe.negotiated("*/*", OFFER) == recipe


def test_a_format_without_an_option_that_was_asked_for_is_passed_over() -> None:
    recipe = of_query(w="4", format="auto", subsampling="4:4:4")
    assert recipe.negotiated("image/webp", OFFER) == recipe
    assert recipe.negotiated("image/webp,image/avif", ("webp", "avif")).sizes[0].format == "avif"


def test_what_is_not_auto_stays() -> None:
    recipe = of_query(w="4", format="png")
    assert not recipe.negotiable
    assert recipe.negotiated("image/webp", OFFER) is recipe


@given(accept=st.text(st.characters()))
def test_any_header_accept_is_read(accept: str) -> None:
    assert set(accepted(accept, OFFER)) <= set(OFFER)


def test_in_another_format_what_that_does_not_have_is_left_out() -> None:
    size = Size(1, 1, max_bytes=9, keep={"exif"}, icc="keep")
    assert in_format(size, "webp") == replace(size, format="webp")
    assert in_format(size, "png") == replace(size, format="png", max_bytes=None)
    assert in_format(size, "gif") == Size(1, 1, format="gif")
