"""Parameters of thumbnails, as `streamresize_server.query` takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from streamresize import (
    FORMATS,
    Averaging,
    FilterName,
    Fit,
    IccUse,
    Kept,
    Mirror,
    Subsampling,
)
from streamresize_server.query import GRAVITIES
from streamresize_server.routes.openapi.schemas import Schema

LENGTH = r"\d{1,9}|\d{1,9}(\.\d{1,9})?%"
COLOR = r"^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[a-z]+)$"
UNIT = r"(0(\.\d{1,9})?|1(\.0{1,9})?)"

FLAG: Schema = {"type": "boolean"}


def some_of(names: Sequence[str]) -> Schema:
    one = "|".join(names)
    return {"type": "string", "pattern": f"^({one})(,({one}))*$"}


def one_of(names: Sequence[str]) -> Schema:
    return {"type": "string", "enum": [*names]}


def text(pattern: str, *examples: str) -> Schema:
    schema: Schema = {"type": "string", "pattern": f"^({pattern})$"}
    return {**schema, "examples": [*examples]} if examples else schema


def whole(low: int, high: int) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high}


def number(low: float, high: float) -> Schema:
    return {"type": "number", "minimum": low, "maximum": high}


MOST = 2**31 - 1
FILE_FORMATS = [name for name in FORMATS if name != "array"]

# Schema and description by names; further names mean the same.
TABLE: dict[tuple[str, ...], tuple[Schema, str]] = {
    ("url",): (text(r".{1,2048}"), "where the picture is"),
    ("path",): (text(r".{1,2048}"), "the same, below the service's folders"),
    ("size",): (
        {"type": "array", "items": text(rf"({LENGTH})?x?({LENGTH})?"), "maxItems": 16},
        "WxH, Wx or xH in pixels or percent; may be repeated for uploads",
    ),
    ("width", "w"): (text(LENGTH), "pixels, or percent as 50%"),
    ("height", "h"): (text(LENGTH), "pixels, or percent as 50%"),
    ("fit",): (one_of(get_args(Fit)), "how the picture fits the box"),
    ("format",): (one_of([*FILE_FORMATS, "jpg"]), "of the answer; auto suits picture and client"),
    ("quality", "q"): (whole(1, 100), "of JPEG, WebP and AVIF"),
    ("enlarge",): (FLAG, "allow more pixels than the source has"),
    ("dpr",): ({"type": "number", "exclusiveMinimum": 0, "maximum": 8}, "multiplies the box"),
    ("gravity",): (
        text("|".join([*GRAVITIES, f"fp:{UNIT}:{UNIT}"]), *GRAVITIES, "fp:0.5:0.5"),
        "what cover keeps and where pad puts the picture",
    ),
    ("background", "bg"): (text(COLOR[1:-1]), "around the picture with pad"),
    ("padding",): (text(r"\d{1,4}(,\d{1,4}){3}|\d{1,4}"), "pixels: all, or top,right,bottom,left"),
    ("subsampling",): (one_of(get_args(Subsampling)), "of chroma in JPEG and AVIF"),
    ("progressive",): (FLAG, "JPEG in scans from coarse to fine"),
    ("optimize",): (FLAG, "Huffman tables of its own in JPEG"),
    ("lossless",): (FLAG, "WebP without loss"),
    ("compression",): (whole(0, 9), "of PNG"),
    ("colors",): (whole(2, 256), "a palette in PNG and GIF"),
    ("max_bytes",): (whole(1, MOST), "the highest quality that is not larger"),
    ("icc",): (one_of(get_args(IccUse)), "what becomes of the colour profile"),
    ("keep",): (some_of(get_args(Kept)), "metadata to keep"),
    ("filter",): (one_of(get_args(FilterName)), "of resampling"),
    ("averaging",): (one_of(get_args(Averaging)), "fast, exact, or of light"),
    ("sharpen",): (number(0, 1), "unsharp mask on the output"),
    ("blur",): (number(0, MOST), "standard deviation in pixels of the output"),
    ("region", "crop"): (text(rf"({LENGTH})(,({LENGTH})){{3}}"), "x,y,width,height of the source"),
    ("rotate",): ({"type": "integer", "enum": [0, 90, 180, 270]}, "degrees clockwise"),
    ("mirror",): (one_of(get_args(Mirror)), "after rotating"),
    ("auto_orient",): (FLAG, "turn by EXIF's orientation; by default"),
    ("strict",): (FLAG, "refuse damaged pictures"),
    ("preview",): (FLAG, "of progressive files the first scans alone"),
    ("matte",): (text(COLOR[1:-1]), "behind transparent parts"),
}
OF_SOURCES = frozenset({"url", "path"})


def _described(name: str, first: str, schema: Schema, description: str) -> dict[str, Any]:
    """first: the name that is described; this one may be another for the same."""
    described = {"name": name, "in": "query", "schema": schema}
    if name == first:
        return {**described, "description": description}
    return {**described, "description": f"the same as {first}", "x-same-as": first}


PARAMETERS = [
    _described(name, names[0], schema, description)
    for names, (schema, description) in TABLE.items()
    for name in names
]
OF_UPLOADS = [parameter for parameter in PARAMETERS if parameter["name"] not in OF_SOURCES]
