"""All operations of the service, as far as an application has them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import streamresize
from streamresize_server.parameters import Parameter
from streamresize_server.routes import catalog, fingerprint, info, match
from streamresize_server.routes.openapi import thumbnails
from streamresize_server.routes.openapi.responses import (
    BUNDLES,
    OF_BODIES,
    OF_CHANGES,
    OF_PICTURES,
    OF_QUESTIONS,
    OF_SOURCES,
    image,
    json_of,
    problems,
)
from streamresize_server.routes.openapi.schemas import SCHEMAS, Schema, ref

Operation = dict[str, Any]

FILE: Schema = {"type": "string", "format": "binary"}
BINARY: dict[str, Any] = {"application/octet-stream": {}, "image/*": {}}
NUMBER = {
    "name": "number",
    "in": "path",
    "required": True,
    "description": "of a picture in the catalog",
    "schema": {"type": "integer", "minimum": 1, "maximum": 10**18 - 1},
}

IMGPROXY = {
    "name": "path",
    "in": "path",
    "required": True,
    "description": "signature/options/plain/source@format, or signature/options/base64url.format;"
    " its slashes are not encoded",
    "schema": {"type": "string", "pattern": "^[^/]+/.+$"},
}


def form(*names: str) -> dict[str, Any]:
    """A body of so many files."""
    schema = {"type": "object", "properties": dict.fromkeys(names, FILE), "required": [*names]}
    return {"multipart/form-data": {"schema": schema}}


ONE_FILE = {"content": {**BINARY, **form("file")}, "required": False}
TWO_FILES = {"content": form("a", "b"), "required": False}


def query(table: Sequence[Parameter]) -> list[dict[str, Any]]:
    """The parameters of a route as OpenAPI has them."""
    return [
        {
            "name": parameter.name,
            "in": "query",
            "description": parameter.description,
            "schema": {**parameter.schema},
        }
        for parameter in table
    ]


def operation(
    summary: str,
    answers: dict[str, Any],
    parameters: Sequence[dict[str, Any]] = (),
    body: dict[str, Any] | None = None,
    *,
    token: bool = False,
) -> Operation:
    described: Operation = {"summary": summary, "responses": answers}
    if parameters:
        described["parameters"] = [*parameters]
    if body:
        described["requestBody"] = body
    if token:
        described["security"] = [{"token": []}]
    return described


def of_picture(
    summary: str, table: Sequence[Parameter], answer: dict[str, Any]
) -> dict[str, Operation]:
    """GET for a source, POST for an upload as well."""
    answers = {"200": answer, **problems(OF_PICTURES, OF_SOURCES)}
    with_body = {"200": answer, **problems(OF_PICTURES, OF_SOURCES, OF_BODIES)}
    return {
        "get": operation(summary, answers, query(table)),
        "post": operation(summary, with_body, query(table), ONE_FILE),
    }


THUMBNAIL = operation(
    "A picture from a source in another size, or in several",
    {
        "200": image("the picture, or all of them", BUNDLES),
        "304": {"description": "the client has it already"},
        **problems(OF_PICTURES, OF_SOURCES),
    },
    thumbnails.PARAMETERS,
)
UPLOADED = operation(
    "The uploaded picture in another size, or in several",
    {"200": image("the picture, or all of them", BUNDLES), **problems(OF_PICTURES, OF_BODIES)},
    thumbnails.OF_UPLOADS,
    ONE_FILE,
)

ADD = operation(
    "Add a picture",
    {
        "200": json_of(ref("Added"), "its bytes were known"),
        "201": json_of(ref("Added"), "a new picture, at `Location`"),
        **problems(OF_PICTURES, OF_SOURCES, OF_BODIES, OF_CHANGES),
    },
    query(catalog.OF_ADDING),
    ONE_FILE,
    token=True,
)

PATHS: dict[str, dict[str, Operation]] = {
    "/v1/thumbnail": {"get": THUMBNAIL, "post": UPLOADED},
    "/v1/info": of_picture(
        "What a picture is, from its header", info.PARAMETERS, json_of(ref("Info"), "the facts")
    ),
    "/v1/fingerprint": of_picture(
        "The fingerprint of a picture",
        fingerprint.PARAMETERS,
        json_of(ref("Fingerprint"), "the hashes"),
    ),
    "/v1/catalog": {
        "get": operation(
            "Pictures of the catalog, by number",
            {"200": json_of(ref("Page"), "some of them"), **problems(OF_QUESTIONS)},
            query(catalog.OF_LISTING),
        ),
        "post": ADD,
    },
    "/v1/catalog/{number}": {
        "get": operation(
            "A picture of the catalog",
            {"200": json_of(ref("PictureWithHashes"), "the facts"), **problems(OF_QUESTIONS)},
            [NUMBER],
        ),
        "delete": operation(
            "Forget a picture; its files stay",
            {"204": {"description": "forgotten"}, **problems(OF_QUESTIONS, OF_CHANGES)},
            [NUMBER],
            token=True,
        ),
    },
    "/v1/catalog/{number}/nearest": {
        "get": operation(
            "The pictures with the nearest hashes",
            {"200": json_of(ref("Nearest"), "the nearest first"), **problems(OF_QUESTIONS)},
            [NUMBER, *query(catalog.OF_NEAREST)],
        ),
    },
    "/v1/catalog/{number}/thumbnail": {
        "get": operation(
            "A picture of the catalog in small, gray where its source cannot be read",
            {
                "200": image("the picture"),
                "304": {"description": "the client has it already"},
                **problems(OF_PICTURES),
            },
            [NUMBER, *query(catalog.OF_THUMBNAIL)],
        ),
    },
    "/v1/match": {
        "post": operation(
            "Pictures of the catalog that show the same, each verified",
            {
                "200": json_of(ref("Matches"), "the best score first"),
                **problems(OF_PICTURES, OF_SOURCES, OF_BODIES),
            },
            query(match.OF_MATCHING),
            ONE_FILE,
        ),
    },
    "/v1/compare": {
        "post": operation(
            "Whether two pictures show the same, and where",
            {
                "200": json_of(ref("Comparison"), "with places where they match"),
                **problems(OF_PICTURES, OF_SOURCES, OF_BODIES),
            },
            query(match.OF_COMPARING),
            TWO_FILES,
        ),
    },
    "/{path}": {
        "get": operation(
            "A picture from a source by an URL of imgproxy's form",
            {
                "200": image("the picture, or with raw the source"),
                "304": {"description": "the client has it already"},
                **problems(OF_PICTURES, OF_SOURCES),
            },
            [IMGPROXY],
        ),
    },
    "/health": {
        "get": operation("Whether the process answers", {"200": json_of(ref("Health"), "it does")})
    },
    "/ready": {
        "get": operation(
            "Whether requests are taken",
            {
                "200": json_of(ref("Health"), "they are"),
                "503": json_of(ref("Health"), "the service is about to end"),
            },
        )
    },
    "/metrics": {
        "get": operation(
            "Figures for Prometheus",
            {"200": {"description": "the figures", "content": {"text/plain": {}}}},
        )
    },
    "/openapi.json": {
        "get": operation("This description", {"200": json_of({"type": "object"}, "OpenAPI 3.1")})
    },
}


def document(served: Collection[tuple[str, str]]) -> dict[str, Any]:
    """served: (path, method) of the routes to describe; unknown ones are left out."""
    paths = {
        path: chosen
        for path, operations in PATHS.items()
        if (chosen := {m: found for m, found in operations.items() if (path, m) in served})
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "streamresize",
            "version": streamresize.__version__,
            "description": "Thumbnails, fingerprints and matches of pictures.",
        },
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }
