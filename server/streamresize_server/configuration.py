"""Where each setting comes from: flag, environment, file, or default, the first that has it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError
from pydantic_settings import EnvSettingsSource, TomlConfigSettingsSource

from streamresize_server.settings import ENVIRONMENT_PREFIX, Settings

CONFIG_VARIABLE = f"{ENVIRONMENT_PREFIX}CONFIG"
MASK = "***"


class SettingsProblem(Exception):
    """Settings that cannot be used; the text names each and says what is expected."""


class Configuration(NamedTuple):
    """origins: where each setting comes from that is not left at its default."""

    settings: Settings
    origins: Mapping[str, str]

    def to_toml(self) -> str:
        """All settings and where they come from; secrets are masked, in comments."""
        return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        tables = []
        for name in Settings.model_fields:
            value = getattr(self.settings, name)
            origin = _printable(self.origins.get(name, "default"))
            if isinstance(value, dict):
                tables.append((name, value, origin))
            else:
                yield _line(name, value, origin)
        for name, table, origin in tables:
            yield f"\n[{name}]  # {origin}"
            yield from (f"{json.dumps(key)} = {_toml(value)}" for key, value in table.items())


def load(flags: Mapping[str, Any], config: str | None = None) -> Configuration:
    """config: a file in TOML, in place of the one that STREAMRESIZE_CONFIG names.

    Raises SettingsProblem.
    """
    path = config or os.environ.get(CONFIG_VARIABLE)
    sources = {
        path: _from_file(Path(path)) if path else {},
        "environment": EnvSettingsSource(Settings)(),
        "flag": dict(flags),
    }
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for origin, given in sources.items():
        values.update(given)
        origins.update(dict.fromkeys(given, str(origin)))
    try:
        return Configuration(Settings(**values), origins)
    except ValidationError as error:
        lines = [_explained(problem, origins) for problem in error.errors(include_url=False)]
        raise SettingsProblem("\n".join(lines)) from None


def unknown_variables() -> list[str]:
    """Of the environment, named as settings are, that are none."""
    known = {CONFIG_VARIABLE, *(variable(name) for name in Settings.model_fields)}
    names = (name.upper() for name in os.environ)
    return sorted(
        name for name in names if name.startswith(ENVIRONMENT_PREFIX) and name not in known
    )


def flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def variable(name: str) -> str:
    return f"{ENVIRONMENT_PREFIX}{name.upper()}"


def _from_file(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb"):
            return TomlConfigSettingsSource(Settings, path)()
    except (OSError, ValueError) as error:
        raise SettingsProblem(f"{path}: {error}") from None


def _explained(problem: Any, origins: Mapping[str, str]) -> str:
    message = problem["msg"].removeprefix("Value error, ")
    if not problem["loc"]:
        return str(message)
    name, *inner = map(str, problem["loc"])
    where = ".".join([name, *inner])
    if problem["type"] == "extra_forbidden":
        close = get_close_matches(name, Settings.model_fields, 1)
        hint = f"; is it {close[0]}?" if close else ""
        return f"{where}: there is no such setting ({origins[name]}){hint}"
    ways = f"{flag(name)}, {variable(name)}, or {name} in the file"
    return f"{where}: {message} ({origins.get(name, 'default')}; set by {ways})"


def _line(name: str, value: Any, origin: str) -> str:
    shown = _masked(value)
    if value is None or shown != value:
        return f"# {name} = {'' if value is None else _toml(shown)}  # {origin}"
    return f"{name} = {_toml(value)}  # {origin}"


def _printable(text: str) -> str:
    return text if text.isprintable() else ascii(text)


def _masked(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_masked(item) for item in value)
    return _mask(value.get_secret_value()) if isinstance(value, SecretStr) else value


def _mask(secret: str) -> str:
    """Of a URL the password alone."""
    parts = urlsplit(secret)
    if not parts.scheme or not parts.hostname:
        return MASK
    place = parts.netloc.rpartition("@")[2]
    user = f"{parts.username or ''}:{MASK}@" if "@" in parts.netloc else ""
    return f"{parts.scheme}://{user}{place}{parts.path}"


def _toml(value: Any) -> str:
    """As JSON writes it, which TOML reads: strings, numbers, booleans and lists of them."""
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(item) for item in value)}]"
    return json.dumps(str(value) if isinstance(value, Path) else value)
