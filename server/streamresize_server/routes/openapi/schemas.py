"""JSON Schemas of bodies, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def record(properties: Mapping[str, Any], optional: Sequence[str] = ()) -> Schema:
    """An object with these properties and no others."""
    return {
        "type": "object",
        "properties": {**properties},
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def array(items: Schema, length: int | None = None) -> Schema:
    size = {} if length is None else {"minItems": length, "maxItems": length}
    return {"type": "array", "items": items, **size}


def hexadecimal(bits: int) -> Schema:
    return {"type": "string", "pattern": f"^[0-9a-f]{{{bits // 4}}}$"}


NUMBER: Schema = {"type": "number"}
BOOLEAN: Schema = {"type": "boolean"}
TEXT: Schema = {"type": "string"}
BASE64: Schema = {"type": "string", "contentEncoding": "base64"}
COUNT: Schema = {"type": "integer", "minimum": 0}
PIXELS: Schema = {"type": "integer", "minimum": 1}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
WARNINGS: Schema = array(TEXT)
ORIENTATION: Schema = {"type": "integer", "minimum": 1, "maximum": 8}
SIZE = {"width": PIXELS, "height": PIXELS}
HASHES = {
    "phash": hexadecimal(64),
    "phash256": hexadecimal(256),
    "dhash": hexadecimal(64),
    "average": hexadecimal(64),
    "pdq": hexadecimal(256),
}
QUALITY: Schema = {"type": "integer", "minimum": 0, "maximum": 100}
NAMED = {"number": PIXELS, **SIZE, "sources": array(ref("Source"))}
PICTURE = {**NAMED, "bytes": COUNT, "added": {**TEXT, "format": "date-time"},
           "content_hash": hexadecimal(256)}  # fmt: skip
RELATION = {
    "score": SHARE,
    "found_by": {"enum": ["hash", "window", "keypoints"]},
    "relation": TEXT,
    "map": array(NUMBER, 6),
    "query_part": array(NUMBER, 4),
    "picture_part": array(NUMBER, 4),
    "scale": array(NUMBER, 2),
    "rotation": NUMBER,
    "mirrored": BOOLEAN,
    "mse": NUMBER,
    "ssim": NUMBER,
    "histogram": NUMBER,
}
CORNERS = array(array(NUMBER, 2), 4)

SCHEMAS: dict[str, Schema] = {
    "Problem": record(
        {"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT},
    )
    | {"additionalProperties": True},
    "Health": {"type": "object", "properties": {"status": TEXT}, "required": ["status"]},
    "Source": {
        "description": "path and url can be asked for, name is a label",
        "oneOf": [record({kind: TEXT}) for kind in ("path", "url", "name")],
    },
    "Info": record(
        {
            **SIZE,
            "components": {"type": "integer", "minimum": 1, "maximum": 4},
            "sampling": array(array(PIXELS, 2)),
            "sof": TEXT,
            "precision": PIXELS,
            "restart_interval": COUNT,
            "multi_scan": BOOLEAN,
            "color": {"enum": ["gray", "ycbcr", "rgb", "cmyk", "ycck", "unknown"]},
            "orientation": ORIENTATION,
            "has_jfif": BOOLEAN,
            "has_exif": BOOLEAN,
            "has_icc": BOOLEAN,
            "has_adobe": BOOLEAN,
            "icc_description": {"type": ["string", "null"]},
            "is_srgb": BOOLEAN,
            "format": {"enum": ["jpeg", "png", "webp", "gif", "tiff", "bmp", "avif", "heic"]},
            "decoder": {"enum": ["native", "pillow"]},
            "has_alpha": BOOLEAN,
        }
    ),
    "Fingerprint": record(
        {
            "version": {"const": 1},
            **SIZE,
            "scale": {"type": "number", "exclusiveMinimum": 0},
            **HASHES,
            "pdq_quality": QUALITY,
            "symmetric": BASE64,
            "trimmed": BASE64,
            "luma": BASE64,
            "orientation": ORIENTATION,
            "warnings": WARNINGS,
        },
        optional=["luma"],
    ),
    "Added": record(
        {"number": PIXELS, "new": BOOLEAN, **SIZE, "phash": HASHES["phash"], "warnings": WARNINGS}
    ),
    "Picture": record(PICTURE),
    "PictureWithHashes": record(
        {
            **PICTURE,
            "hashes": record(
                {**HASHES, "symmetric": hexadecimal(256), "trimmed": hexadecimal(256)}
            ),
            "pdq_quality": QUALITY,
        }
    ),
    "Page": record(
        {
            "total": COUNT,
            "pictures": array(ref("Picture")),
            "next": {"type": ["integer", "null"], "description": "`after` of the next page"},
        }
    ),
    "Nearest": record(
        {
            "number": PIXELS,
            "hash": TEXT,
            "nearest": array(record({**NAMED, "distance": COUNT, "orientation": ORIENTATION})),
        }
    ),
    "Matches": record(
        {
            "query": record(SIZE),
            "stages": array(RELATION["found_by"]),
            "matches": array(record({**NAMED, **RELATION})),
        }
    ),
    "Comparison": record(
        {
            "match": BOOLEAN,
            "a": record(SIZE),
            "b": record(SIZE),
            **RELATION,
            "a_in_b": CORNERS,
            "b_in_a": CORNERS,
        },
        optional=[*RELATION, "a_in_b", "b_in_a"],
    ),
}
