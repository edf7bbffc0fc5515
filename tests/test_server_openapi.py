"""The description at /openapi.json: complete, valid, and what the service does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from threading import Event, Thread
from typing import Any

import pytest
import schemathesis
from aiohttp import web
from hypothesis import HealthCheck, Phase, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from streamresize.catalog import Catalog, read_picture
from streamresize_server import Settings, create_app
from streamresize_server.query import BY_NAME
from streamresize_server.routes import catalog, fingerprint, info, match
from streamresize_server.routes.openapi import served
from streamresize_server.routes.openapi.document import PATHS, document
from streamresize_server.routes.openapi.thumbnails import PARAMETERS

from .support.pictures import pillow_jpeg, scene
from .support.serving import ask, talk

TOKEN = "a secret"  # noqa: S105
UNDESCRIBED = ("/", "/page/settings.json", "/page/{name}")


def routes() -> set[tuple[str, str]]:
    return served(create_app(Settings()))


DOCUMENT = document(routes())


def test_every_route_is_described() -> None:
    described = {(path, method) for path, found in DOCUMENT["paths"].items() for method in found}
    assert described == {(path, method) for path, method in routes() if path not in UNDESCRIBED}


def test_it_is_what_the_service_tells() -> None:
    assert talk(ask("GET", "/openapi.json")).json() == json.loads(json.dumps(DOCUMENT))


def test_it_is_valid() -> None:
    everything = document({(path, method) for path, found in PATHS.items() for method in found})
    OpenAPIV31SpecValidator(everything).validate()
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def names(path: str, method: str, place: str = "query") -> list[str]:
    described = DOCUMENT["paths"][path][method].get("parameters", [])
    return [parameter["name"] for parameter in described if parameter["in"] == place]


def test_parameters_are_those_that_are_read() -> None:
    assert {parameter["name"] for parameter in PARAMETERS} == set(BY_NAME)
    for path, method, table in (
        ("/v1/info", "get", info.PARAMETERS),
        ("/v1/fingerprint", "post", fingerprint.PARAMETERS),
        ("/v1/catalog", "get", catalog.OF_LISTING),
        ("/v1/catalog", "post", catalog.OF_ADDING),
        ("/v1/match", "post", match.OF_MATCHING),
        ("/v1/compare", "post", match.OF_COMPARING),
    ):
        assert names(path, method) == [parameter.name for parameter in table]


# Requests made from the description


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a service in a thread, with a folder and a catalog of some pictures."""
    folder = tmp_path_factory.mktemp("openapi")
    with Catalog.open(folder / "cat.db") as known:
        for seed in range(3):
            file = folder / f"{seed}.jpg"
            file.write_bytes(pillow_jpeg(scene(seed, 160, 120)))
            known.add(read_picture(str(file)))
    chosen: dict[str, Any] = {"catalog": str(folder / "cat.db"), "token": TOKEN}
    loop, started, stop = asyncio.new_event_loop(), Event(), asyncio.Event()
    found: list[str] = []

    async def serve() -> None:
        app = create_app(Settings(roots=(folder,), **chosen))
        runner = web.AppRunner(app, handler_cancellation=True, max_line_size=1 << 17)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        found.append(f"http://127.0.0.1:{runner.addresses[0][1]}")
        started.set()
        await stop.wait()
        await runner.cleanup()

    thread = Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    started.wait(60)
    yield found[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


schema = schemathesis.openapi.from_dict(DOCUMENT)
UNFORESEEN = {"4XX"}


@schema.parametrize()
@settings(
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_service_keeps_to_it(case: schemathesis.Case[Any], address: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    response = case.call(base_url=address, headers=headers)
    case.validate_response(
        response,
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )
    operation = DOCUMENT["paths"][case.path].get(case.method.lower())
    described = operation["responses"] if operation else {"404", "405"}
    assert str(response.status_code) in set(described) - UNFORESEEN
