"""Settings fail closed, and name what is wrong."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from streamresize_server.sources import (
    BadReference,
    NotAllowed,
    NotFound,
    OriginFailed,
    OriginRefused,
    OriginTimeout,
    SourceFailure,
    SourceSettings,
    TooLarge,
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("roots", (Path("/nosuch"),)),
        ("roots", (Path(__file__),)),
        ("allow_hosts", ("a/b",)),
        ("allow_hosts", "example.com"),
        ("deny_hosts", ("*.",)),
        ("allow_networks", ("10.0.0.1/8",)),
        ("allow_networks", ("localhost",)),
        ("storage", ("file://",)),
        ("max_source_bytes", 0),
        ("max_redirects", -1),
        ("connect_seconds", 0),
        ("first_byte_seconds", -1.0),
        ("stall_seconds", float("nan")),
        ("download_seconds", 0),
        ("read_ahead", 100),
        ("storage_threads", 0),
        ("user_agent", "a\r\nX: y"),
        ("user_agent", "ü"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{name}"):
        SourceSettings(**{name: value})


def test_every_field_is_documented_and_frozen(tmp_path: Path) -> None:
    settings = SourceSettings(roots=(tmp_path,), allow_networks=("10.0.0.0/8", "fd00::/8"))
    for field in dataclasses.fields(SourceSettings):
        assert field.name in str(SourceSettings.__doc__), field.name
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.max_source_bytes = 1  # type: ignore[misc]


def test_the_statuses_of_the_failures() -> None:
    failures = {
        BadReference("x"): 400,
        NotAllowed("x"): 403,
        NotFound("x"): 404,
        OriginRefused(418): 418,
        TooLarge(1): 413,
        OriginFailed("x"): 502,
        OriginTimeout("stall_seconds", 1): 504,
    }
    assert {failure: failure.status for failure in failures} == failures
    assert {type(failure) for failure in failures} == set(SourceFailure.__subclasses__())
