"""Parameters of queries: one table for each route, by which it is read and described."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from aiohttp import web

from streamresize_server import values
from streamresize_server.query import reference
from streamresize_server.refusals import BadValue, UnknownOption


class Parameter(NamedTuple):
    """parse: of (name, text); raises BadValue. schema: the same as JSON Schema, for OpenAPI."""

    name: str
    parse: Callable[[str, str], Any]
    schema: Mapping[str, Any]
    description: str
    default: Any = None


def text(name: str, description: str, most: int = 2048) -> Parameter:
    def parse(name: str, value: str) -> str:
        if len(value) > most:
            raise BadValue(name, f"longer than {most} characters")
        return values.text(name, value)

    schema = {"type": "string", "minLength": 1, "maxLength": most}
    return Parameter(name, parse, schema, description)


def flag(name: str, description: str) -> Parameter:
    return Parameter(name, values.flag, {"type": "boolean", "default": False}, description, False)


def integer(name: str, description: str, low: int, high: int, default: int) -> Parameter:
    def parse(name: str, value: str) -> int:
        return values.integer(name, value, low, high)

    schema = {"type": "integer", "minimum": low, "maximum": high, "default": default}
    return Parameter(name, parse, schema, description, default)


def share(name: str, description: str, default: float) -> Parameter:
    """A number from 0 to 1."""

    def parse(name: str, value: str) -> float:
        return values.number(name, value, 0, 1)

    schema = {"type": "number", "minimum": 0, "maximum": 1, "default": default}
    return Parameter(name, parse, schema, description, default)


def choice(name: str, description: str, choices: Sequence[str], default: str) -> Parameter:
    def parse(name: str, value: str) -> str:
        return values.choice(name, value, choices)

    schema = {"type": "string", "enum": [*choices], "default": default}
    return Parameter(name, parse, schema, description, default)


def some(name: str, description: str, choices: Sequence[str]) -> Parameter:
    """Some of the choices, with commas between them; all of them by default."""

    def parse(name: str, value: str) -> tuple[str, ...]:
        return tuple(values.choice(name, each, choices) for each in value.split(","))

    one = "|".join(choices)
    schema = {"type": "string", "pattern": f"^({one})(,({one}))*$", "default": ",".join(choices)}
    return Parameter(name, parse, schema, description, tuple(choices))


SOURCE = (
    text("url", "where the picture is, instead of a body"),
    text("path", "the same, below the service's folders"),
)


def read(request: web.Request, table: Sequence[Parameter]) -> dict[str, Any]:
    """The values of all parameters of a query, by name. Raises UnknownOption, BadValue."""
    parameters = {parameter.name: parameter for parameter in table}
    given: dict[str, Any] = {}
    for name, value in request.query.items():
        if name not in parameters:
            raise UnknownOption(name)
        if name in given:
            raise BadValue(name, "is given twice")
        given[name] = parameters[name].parse(name, value)
    return {parameter.name: parameter.default for parameter in table} | given


def reference_of(given: Mapping[str, Any]) -> str | None:
    """What SOURCE gives: the reference of a source, or None for the body. Raises BadValue."""
    return reference(given["url"], given["path"])


def anywhere(place: str) -> str:
    """The reference of a source, a URL or a path below the roots."""
    return place if "://" in place else f"local:///{place.lstrip('/')}"
