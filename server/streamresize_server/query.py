"""The plain query form: w=400&h=300&fit=cover&format=auto, in the library's own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import fields
from functools import lru_cache
from typing import Any, NamedTuple, get_args

from streamresize import (
    Averaging,
    FilterName,
    Fit,
    IccUse,
    Kept,
    Length,
    Mirror,
    Pass,
    Rotation,
    Size,
    Subsampling,
)
from streamresize_server import values
from streamresize_server.recipe import RECIPES, Recipe, explained
from streamresize_server.refusals import BadValue, UnknownOption

MOST_SIZES = 16
GRAVITIES = (
    "centre", "north", "north-east", "east", "south-east", "south", "south-west", "west",
    "north-west", "smart",
)  # fmt: skip

_PIXELS = re.compile(r"\d{1,10}", re.ASCII)
_PERCENT = re.compile(r"(\d{1,10}(?:\.\d{0,10})?|\.\d{1,10})%", re.ASCII)


class Query(NamedTuple):
    """url, path: where the source is, at most one of them; neither for an upload."""

    recipe: Recipe
    url: str | None
    path: str | None

    @property
    def reference(self) -> str | None:
        """Of the source, as `Sources.open` takes it; None for an upload."""
        return reference(self.url, self.path)


def reference(url: str | None, path: str | None) -> str | None:
    """A path stays one below the roots, whatever it looks like. Raises BadValue."""
    refuse_both(url, path)
    if path is not None:
        return f"local:///{path.lstrip('/')}"
    if url is not None and "://" not in url:
        raise BadValue("url", "has no scheme; `path` is for files below the roots")
    return url


def refuse_both(url: str | None, path: str | None) -> None:
    """There is one source at most. Raises BadValue."""
    if url and path:
        raise BadValue("url", "cannot be had together with path")


def parse_choice(*choices: str) -> Callable[[str, str], str]:
    return lambda name, value: values.choice(name, value, choices)


def parse_integer(low: int, high: int = values.MOST) -> Callable[[str, str], int]:
    return lambda name, value: values.integer(name, value, low, high)


def parse_rotate(name: str, value: str) -> int:
    return int(values.choice(name, value, [str(angle) for angle in get_args(Rotation)]))


def parse_unit(name: str, value: str) -> float:
    return values.number(name, value, 0, 1)


def parse_gravity(name: str, value: str) -> str | tuple[str, float, float]:
    """A name, or a focal point "fp:x:y"."""
    if not value.startswith("fp:"):
        return values.choice(name, value, GRAVITIES)
    point = [parse_unit(name, text) for text in value.split(":")[1:]]
    if len(point) != 2:
        raise values.malformed(name, value, "fp:x:y")
    return "fp", point[0], point[1]


def parse_keep(name: str, value: str) -> frozenset[str]:
    """Some of the metadata, with commas between them."""
    return frozenset(values.choice(name, kind, get_args(Kept)) for kind in value.split(","))


def parse_length(name: str, value: str) -> Length:
    """Pixels, or percent as "50%"."""
    if _PIXELS.fullmatch(value):
        return values.integer(name, value)
    if match := _PERCENT.fullmatch(value):
        return f"{float(match[1]):.10g}%"
    raise values.malformed(name, value, "pixels, or percent as 50%")


def parse_region(name: str, value: str) -> tuple[Length, ...]:
    """x,y,width,height, each a length."""
    region = tuple(parse_length(name, length) for length in value.split(","))
    if len(region) != 4:
        raise values.malformed(name, value, "x,y,width,height")
    return region


def parse_padding(name: str, value: str) -> tuple[int, int, int, int]:
    """All sides; vertical,horizontal; or top,right,bottom,left."""
    sides = [values.integer(name, side) for side in value.split(",")]
    if len(sides) not in (1, 2, 4):
        raise values.malformed(name, value, "1, 2 or 4 numbers")
    top, right, bottom, left = sides * (4 // len(sides))
    return top, right, bottom, left


def parse_box(name: str, value: str) -> tuple[Length | None, Length | None]:
    """WxH, Wx, xH, or W for WxW; each a length."""
    width, mark, height = value.partition("x")
    if not mark:
        height = width
    if not (width or height):
        raise values.malformed(name, value, "WxH")
    return (
        parse_length(name, width) if width else None,
        parse_length(name, height) if height else None,
    )


class Parameter(NamedTuple):
    """names: any of them may be used. field: of `Size`, `Pass`, or of the answer."""

    names: tuple[str, ...]
    parse: Callable[[str, str], object]

    @property
    def field(self) -> str:
        return self.names[0]


REPEATED = "size"  # the one parameter that may be given several times
PARAMETERS = (
    Parameter(("url",), values.text),
    Parameter(("path",), values.text),
    Parameter((REPEATED,), parse_box),
    Parameter(("width", "w"), parse_length),
    Parameter(("height", "h"), parse_length),
    Parameter(("fit",), parse_choice(*get_args(Fit))),
    Parameter(("format",), values.format_name),
    Parameter(("quality", "q"), parse_integer(1, 100)),
    Parameter(("enlarge",), values.flag),
    Parameter(("dpr",), values.above_zero),
    Parameter(("gravity",), parse_gravity),
    Parameter(("background", "bg"), values.color),
    Parameter(("padding",), parse_padding),
    Parameter(("subsampling",), parse_choice(*get_args(Subsampling))),
    Parameter(("progressive",), values.flag),
    Parameter(("optimize",), values.flag),
    Parameter(("lossless",), values.flag),
    Parameter(("compression",), parse_integer(0, 9)),
    Parameter(("colors",), parse_integer(2, 256)),
    Parameter(("max_bytes",), parse_integer(1)),
    Parameter(("icc",), parse_choice(*get_args(IccUse))),
    Parameter(("keep",), parse_keep),
    Parameter(("filter",), parse_choice(*get_args(FilterName))),
    Parameter(("averaging",), parse_choice(*get_args(Averaging))),
    Parameter(("sharpen",), parse_unit),
    Parameter(("blur",), values.number),
    Parameter(("region", "crop"), parse_region),
    Parameter(("rotate",), parse_rotate),
    Parameter(("mirror",), parse_choice(*get_args(Mirror))),
    Parameter(("auto_orient",), values.flag),
    Parameter(("strict",), values.flag),
    Parameter(("preview",), values.flag),
    Parameter(("matte",), values.color),
)
BY_NAME = {name: parameter for parameter in PARAMETERS for name in parameter.names}
OF_PASS = frozenset(field.name for field in fields(Pass))
OF_BOX = frozenset({"width", "height"})
OF_SOURCE = frozenset({"url", "path"})


def parse(pairs: Iterable[tuple[str, str]]) -> Query:
    """What decoded parameters ask for. Raises UnknownOption and BadValue."""
    pairs = list(pairs)
    of_source = [pair for pair in pairs if pair[0] in OF_SOURCE]
    of_recipe = tuple(pair for pair in pairs if pair[0] not in OF_SOURCE)
    return Query(_recipe(of_recipe), **_source(_values(of_source)[1]))


def parse_source(pairs: Iterable[tuple[str, str]]) -> dict[str, str | None]:
    """`url` and `path` where nothing else may be given. Raises UnknownOption and BadValue."""
    pairs = list(pairs)
    for name, _ in pairs:
        if name not in OF_SOURCE:
            raise UnknownOption(name)
    return _source(_values(pairs)[1])


def _values(pairs: Iterable[tuple[str, str]]) -> tuple[list[Any], dict[str, Any]]:
    """The boxes of `size`, and everything else by field."""
    boxes: list[object] = []
    given: dict[str, object] = {}
    for name, text in pairs:
        parameter = BY_NAME.get(name)
        if parameter is None:
            raise UnknownOption(name)
        value = parameter.parse(name, text)
        if parameter.field == REPEATED:
            boxes.append(value)
        elif parameter.field in given:
            raise BadValue(name, "is given twice")
        else:
            given[parameter.field] = value
    return boxes, given


def _source(given: dict[str, Any]) -> dict[str, str | None]:
    """Taken out of what was given."""
    url, path = given.pop("url", None), given.pop("path", None)
    refuse_both(url, path)
    return {"url": url, "path": path}


@lru_cache(RECIPES)
def _recipe(pairs: tuple[tuple[str, str], ...]) -> Recipe:
    """Those who ask for many pictures ask for few recipes."""
    boxes, given = _values(pairs)
    if not OF_BOX.isdisjoint(given):
        boxes.append((given.pop("width", None), given.pop("height", None)))
        if len(boxes) > 1:
            raise BadValue(REPEATED, "cannot be had together with width and height")
    if not 1 <= len(boxes) <= MOST_SIZES:
        raise BadValue(REPEATED, f"needed: width, height, or 1 to {MOST_SIZES} of size=WxH")
    of_pass = {name: value for name, value in given.items() if name in OF_PASS}
    of_size = {name: value for name, value in given.items() if name not in OF_PASS}
    with explained():
        sizes = tuple(Size(*box, **of_size) for box in boxes)
        return Recipe(sizes, Pass(**of_pass), quality_asked="quality" in given)
