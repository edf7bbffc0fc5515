"""The plain query form of thumbnails."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamresize import Pass, PassOptions, Size
from streamresize.request import SizeOptions
from streamresize_server import query
from streamresize_server.imgproxy import options
from streamresize_server.query import Query, parse, parse_source
from streamresize_server.refusals import BadValue, Refused, UnknownOption

LATER = frozenset({"blur", "padding"}) - {field.name for field in fields(Size)}
OF_THE_SERVER = frozenset({"threads", "limits"})


def ask(text: str) -> Query:
    return parse(parse_qsl(text, keep_blank_values=True, strict_parsing=True))


def size(text: str) -> Size:
    (only,) = ask(f"w=40&{text}" if text else "w=40").recipe.sizes
    return only


def test_the_defaults_are_those_of_the_library() -> None:
    assert ask("w=40").recipe.sizes == (Size(40, None),)
    assert ask("w=40").recipe.reading == Pass()


def test_a_recipe_is_made_once_for_all_sources() -> None:
    first, second = ask("path=a&w=40&q=7"), ask("w=40&q=7&url=http://b/c")
    assert first.recipe is second.recipe
    assert (first.path, second.path, second.url) == ("a", None, "http://b/c")
    assert ask("path=a&w=40&q=8").recipe != first.recipe


@pytest.mark.parametrize(
    ("text", "boxes"),
    [
        ("w=400&h=300", [(400, 300)]), ("width=400", [(400, None)]), ("h=50%25", [(None, "50%")]),
        ("w=33.30%25", [("33.3%", None)]), ("size=400x300", [(400, 300)]),
        ("size=400x&size=x300&size=20", [(400, None), (None, 300), (20, 20)]),
        ("size=50%25", [("50%", "50%")]), ("size=50%25x10", [("50%", 10)]),
    ],
)  # fmt: skip
def test_boxes(text: str, boxes: list[tuple[object, object]]) -> None:
    assert [(s.width, s.height) for s in ask(text).recipe.sizes] == boxes


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("fit=cover", "fit", "cover"), ("format=jpg", "format", "jpeg"),
        ("format=auto", "format", "auto"), ("format=rgb565", "format", "rgb565"),
        ("q=7", "quality", 7), ("quality=100", "quality", 100), ("enlarge=1", "enlarge", True),
        ("enlarge=False", "enlarge", False), ("dpr=2", "dpr", 2.0), ("dpr=.5", "dpr", 0.5),
        ("gravity=north-east", "gravity", "north-east"),
        ("gravity=fp:.25:1", "gravity", ("fp", 0.25, 1.0)),
        ("bg=fc0", "background", (255, 204, 0)), ("bg=%23ffcc00", "background", (255, 204, 0)),
        ("background=Navy", "background", (0, 0, 128)),
        ("subsampling=4:4:4", "subsampling", "4:4:4"), ("progressive=t", "progressive", True),
        ("optimize=1", "optimize", True), ("format=webp&lossless=1", "lossless", True),
        ("format=png&compression=0", "compression", 0), ("format=gif&colors=2", "colors", 2),
        ("max_bytes=1000", "max_bytes", 1000), ("icc=keep", "icc", "keep"),
        ("keep=exif,icc", "keep", frozenset({"exif", "icc"})), ("filter=lanczos3", "filter",
        "lanczos3"), ("averaging=linear", "averaging", "linear"), ("sharpen=0.5", "sharpen", 0.5),
    ],
)  # fmt: skip
def test_options_of_outputs(text: str, field: str, value: object) -> None:
    assert getattr(size(text), field) == value


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("region=0,10%25,20,30.5%25", "region", (0, "10%", 20, "30.5%")),
        ("crop=1,2,3,4", "region", (1, 2, 3, 4)), ("rotate=270", "rotate", 270),
        ("mirror=vertical", "mirror", "vertical"), ("auto_orient=0", "auto_orient", False),
        ("strict=1", "strict", True), ("preview=true", "preview", True),
        ("matte=000", "matte", (0, 0, 0)),
    ],
)  # fmt: skip
def test_options_of_the_pass(text: str, field: str, value: object) -> None:
    assert getattr(ask(f"w=1&{text}").recipe.reading, field) == value


def test_options_are_those_of_all_sizes() -> None:
    sizes = ask("size=10x10&fit=cover&size=20x20&q=5").recipe.sizes
    assert sizes == (Size(10, 10, "cover", quality=5), Size(20, 20, "cover", quality=5))


def test_every_option_that_makes_sense_is_a_parameter() -> None:
    """What the library gets is found here."""
    of_library = {*SizeOptions.__annotations__, *PassOptions.__annotations__} | {"width", "height"}
    known = {parameter.field for parameter in query.PARAMETERS}
    assert known == (of_library | {"url", "path", "size"} | LATER) - OF_THE_SERVER
    names = [name for parameter in query.PARAMETERS for name in parameter.names]
    assert len(names) == len(set(names))


def test_where_the_source_is() -> None:
    assert ask("w=1&url=https://a/b%2520c?d%3D1").url == "https://a/b%20c?d=1"
    assert ask("w=1&path=a/b.jpg").path == "a/b.jpg"
    assert (ask("w=1").url, ask("w=1").path) == (None, None)
    assert parse_source([("path", "a")]) == {"url": None, "path": "a"}
    for text in ("url=a&path=b&w=1", "url=a&url=b&w=1", "url=&w=1", "path=a%00b&w=1"):
        with pytest.raises(BadValue):
            ask(text)
    with pytest.raises(UnknownOption):
        parse_source([("path", "a"), ("w", "1")])


@pytest.mark.parametrize(
    "text",
    [
        "", "fit=cover", "w=", "w=0", "w=-1", "w=1.5", "w=1e3", "w=a", "w=%D9%A3", "w=99999999999",
        "w=0%25", "w=-5%25", "w=1%25%25", "w=%25", "w=1&w=2", "w=1&width=2", "h=1&height=1",
        "w=1&size=1x1", "size=", "size=x", "size=axb", "size=1x2x3", "size=0x0", "size=1X2",
        "w=1&fit=crop", "w=1&fit=", "w=1&format=array", "w=1&format=bmp", "w=1&format=JPEG",
        "w=1&q=0", "w=1&q=101", "w=1&q=5.5", "w=1&q=1&quality=1", "w=1&q=1&q=1", "w=1&enlarge=2",
        "w=1&enlarge=", "w=1&dpr=0", "w=1&dpr=-1", "w=1&dpr=inf", "w=1&dpr=nan", "w=1&gravity=up",
        "w=1&gravity=fp:1", "w=1&gravity=fp:1:2", "w=1&gravity=fp:0:0:0", "w=1&gravity=fp::",
        "w=1&bg=", "w=1&bg=ff", "w=1&bg=%23", "w=1&bg=%23%23fff", "w=1&bg=nocolor",
        "w=1&bg=rgb(1,2,3)", "w=1&bg=12345678", "w=1&padding=1,2,3", "w=1&padding=-1",
        "w=1&subsampling=4:1:1", "w=1&format=png&subsampling=4:4:4", "w=1&compression=5",
        "w=1&format=png&compression=10", "w=1&format=png&colors=1", "w=1&lossless=1",
        "w=1&max_bytes=0", "w=1&format=png&max_bytes=9", "w=1&icc=none", "w=1&keep=",
        "w=1&keep=exif,", "w=1&keep=all", "w=1&icc=strip&keep=icc", "w=1&filter=cubic",
        "w=1&averaging=slow", "w=1&sharpen=1.1", "w=1&sharpen=-0.1", "w=1&blur=-1", "w=1&blur=x",
        "w=1&region=1,2,3", "w=1&region=1,2,3,4,5", "w=1&region=1,2,0,4", "w=1&region=-1,0,1,1",
        "w=1&region=a,b,c,d", "w=1&region=1,2,3,4&crop=1,2,3,4", "w=1&rotate=45",
        "w=1&rotate=90.0", "w=1&mirror=both", "w=1&auto_orient=maybe", "w=1&matte=",
        "w=1&format=webp&lossless=1&max_bytes=5",
        "&".join(17 * ["size=1x1"]),
    ],
)  # fmt: skip
def test_malformed_values_are_refused(text: str) -> None:
    with pytest.raises(BadValue) as refused:
        parse(parse_qsl(text, keep_blank_values=True))
    assert refused.value.reason


@pytest.mark.parametrize(
    "name", ["x", "", "W", "threads", "limits", "Width", "fit ", "__init__", "sizes", "preset"]
)
def test_unknown_parameters_are_refused(name: str) -> None:
    with pytest.raises(UnknownOption):
        parse([("w", "1"), (name, "1")])


names = st.sampled_from(sorted(query.BY_NAME)) | st.text()
some = st.sampled_from(
    ["1", "0", "1.5", "50%", "1x2", "auto", "webp", "cover", "fp:0:1", "1,2,3,4", "t", "90",
     "fff", "exif,icc", "9" * 30, "-1", "1e9", "0.0%", "%", "\ud800", "\0"]
)  # fmt: skip


@given(pairs=st.lists(st.tuples(names, some | st.text(st.characters())), max_size=8))
def test_arbitrary_parameters_raise_nothing_but_refusals(pairs: list[tuple[str, str]]) -> None:
    if LATER & {name for name, _ in pairs}:
        return
    try:
        parse(pairs).recipe.canonical()
    except Refused:
        return


@given(
    pairs=st.permutations(
        [("w", "4"), ("fit", "cover"), ("q", "5"), ("bg", "fff"), ("rotate", "90"), ("url", "u")]
    )
)
def test_the_order_of_parameters_means_nothing(pairs: list[tuple[str, str]]) -> None:
    assert parse(pairs) == parse(sorted(pairs))


def test_the_page_names_every_option_and_parameter() -> None:
    page = (Path(__file__).parents[1] / "docs" / "server-urls.md").read_text()
    paths, form = page.split("## Query")
    for name in (*options.BY_NAME, *options.METAS_BY_NAME, *options.PRESET):
        assert f"`{name}`" in paths, name
    for name in query.BY_NAME:
        assert f"`{name}`" in form, name
