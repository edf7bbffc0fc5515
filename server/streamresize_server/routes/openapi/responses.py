"""Answers of operations: what they mean, and which of them there can be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from streamresize import FORMATS
from streamresize_server.routes.openapi.schemas import Schema, ref

IMAGES = tuple(dict.fromkeys(format.mime for format in FORMATS.values()))
BUNDLES = ("multipart/mixed", "application/zip")
RETRY_AFTER = {"Retry-After": {"description": "seconds", "schema": {"type": "string"}}}
OF_IMAGES = {
    name: {"description": text, "schema": {"type": "string"}}
    for name, text in {
        "X-Image-Phash": "of the source, 16 hexadecimal digits; a trailer in large answers",
        "X-Image-Size": "width x height; a trailer in large answers",
        "ETag": "of the picture, where its source's state is known",
    }.items()
}

PROBLEMS = {
    "400": "a parameter, or the body, is not written as it must be",
    "401": "the token is missing or wrong",
    "403": "not allowed: the source, requests without a signature, or changes of the catalog",
    "404": "there is no such parameter, source, picture or part of the service",
    "408": "the upload is too slow",
    "413": "too large: in bytes, pixels, or memory that it would take",
    "415": "no image that is read here",
    "422": "a damaged image",
    "429": "too many requests are waiting",
    "4XX": "what the source's server answered",
    "502": "the source's server cannot be reached or sends nonsense",
    "503": "took too long, or cannot be done at the moment",
    "504": "the source's server is too slow",
}

OF_SOURCES = ("4XX", "502", "504")
OF_BODIES = ("400", "408")
OF_PICTURES = ("400", "403", "404", "413", "415", "422", "429", "503")
OF_QUESTIONS = ("400", "403", "404", "429", "503")  # to the catalog
OF_CHANGES = ("401",)


def problems(*groups: Sequence[str]) -> dict[str, Any]:
    """Answers that tell what is wrong."""
    statuses = sorted({status for group in groups for status in group})
    return {status: _problem(status) for status in statuses}


def _problem(status: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": ref("Problem")}}
    described: dict[str, Any] = {"description": PROBLEMS[status], "content": content}
    if status in ("429", "503"):
        described["headers"] = RETRY_AFTER
    if status == "401":
        scheme = {"description": "Bearer", "schema": {"type": "string"}}
        described["headers"] = {"WWW-Authenticate": scheme}
    return described


def json_of(schema: Schema, description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def image(description: str, others: Sequence[str] = ()) -> dict[str, Any]:
    """others: kinds of content that there are beside pictures."""
    content: dict[str, Any] = {kind: {} for kind in (*IMAGES, *others)}
    return {"description": description, "content": content, "headers": OF_IMAGES}
