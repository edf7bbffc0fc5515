"""The command that serves: its flags, and what it does. Exit status 2 for settings of no use."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from streamresize import StreamResizeError
from streamresize_server import processes, serving
from streamresize_server.app import create_app
from streamresize_server.configuration import (
    SettingsProblem,
    flag,
    load,
    unknown_variables,
    variable,
)
from streamresize_server.logs import LOGGER, configure
from streamresize_server.quantities import seconds, shown_size, size
from streamresize_server.settings import Settings

USELESS = 2

DESCRIPTION = """\
Serve pictures over HTTP: resized, fingerprinted, compared, within a budget of memory.

Every setting is a flag, a variable of the environment (--port: STREAMRESIZE_PORT) and a line of a
file in TOML (port = 8080); the first of these that has it counts. Sizes may have units (256MiB,
1.5GB), times too (500ms, 1m30s). Lists are separated by commas, or flags repeated."""

EPILOG = """\
examples:
  streamresize serve --roots photos
  curl 'http://127.0.0.1:8080/v1/thumbnail?path=a.jpg&w=400' > small.jpg
  streamresize serve --config streamresize.toml --print-config
  streamresize serve --host 0.0.0.0 --keys $(openssl rand -hex 32) --salts $(openssl rand -hex 32)

Exit status: 0 stopped by SIGTERM or SIGINT, 1 failed, 2 settings that cannot be used.
"""


def add_flags(parser: argparse.ArgumentParser) -> None:
    """One for each setting."""
    parser.allow_abbrev = False
    parser.add_argument("--config", metavar="FILE", help="settings in TOML (STREAMRESIZE_CONFIG)")
    parser.add_argument(
        "--print-config",
        action="store_true",
        help="print all settings and where they come from, secrets masked, and leave",
    )
    for name, field in Settings.model_fields.items():
        parser.add_argument(flag(name), dest=name, **_options(field))


def run(arguments: argparse.Namespace) -> int:
    """Serve; return the exit status."""
    given = {
        name: value for name, value in vars(arguments).items() if name in Settings.model_fields
    }
    flags = {k: ",".join(v) if isinstance(v, list) else v for k, v in given.items()}
    try:
        configuration = load(flags, arguments.config)
    except SettingsProblem as problem:
        return _useless(str(problem))
    if arguments.print_config:
        sys.stdout.write(configuration.to_toml())
        return 0
    for name in unknown_variables():
        sys.stderr.write(f"warning: {name} is in the environment, and no setting\n")
    return _serve(configuration.settings)


def main() -> int:
    """Of `python -m streamresize_server`."""
    parser = argparse.ArgumentParser(
        "python -m streamresize_server",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_flags(parser)
    return run(parser.parse_args())


def _serve(settings: Settings) -> int:
    configure(settings.log_format)
    try:
        _check(settings)
    except (ValueError, OSError) as error:
        return _useless(str(error))
    try:
        if settings.processes > 1:
            return processes.run(settings)
        serving.run(settings, serving.listen(settings))
    except OSError as error:
        LOGGER.debug("cannot serve", exc_info=True)
        ways = f"{flag('port')}, {variable('port')}"
        return _useless(f"host, port: {settings.host}:{settings.port}: {error.strerror} ({ways})")
    except StreamResizeError as error:
        return _useless(f"catalog: {error} ({flag('catalog')}, {variable('catalog')})")
    return 0


def _check(settings: Settings) -> None:
    """Find out before there are processes and sockets what can be found out."""
    create_app(settings)
    if settings.cache_folder:
        settings.cache_folder.mkdir(parents=True, exist_ok=True)


def _useless(reasons: str) -> int:
    for reason in reasons.splitlines():
        sys.stderr.write(f"error: {reason}\n")
    return USELESS


def _options(field: FieldInfo) -> dict[str, Any]:
    """Of the flag of a setting; values are taken as text, which the settings check."""
    shown = f" ({usual})" if (usual := usual_text(field)) else ""
    options: dict[str, Any] = {
        "default": argparse.SUPPRESS,
        "help": f"{field.description}{shown}".replace("%", "%%"),
    }
    kind = get_origin(field.annotation)
    if bool in (field.annotation, *get_args(field.annotation)):
        options["action"] = argparse.BooleanOptionalAction
    elif kind is Literal:
        options["choices"] = get_args(field.annotation)
    else:
        options["metavar"] = _metavar(field)
    if kind in (tuple, dict):
        options["action"] = "append"
    return options


def usual_text(field: FieldInfo) -> str:
    """The default of a setting as one would write it; nothing where it depends or is empty."""
    default = field.get_default()
    if default in (None, False, (), {}) or field.default_factory:
        return ""
    if isinstance(default, tuple):
        return ",".join(default)
    checks = _checks(field)
    if seconds in checks:
        return f"{default:g}s"
    return shown_size(default) if size in checks else str(default)


def _metavar(field: FieldInfo) -> str:
    checks = _checks(field)
    kinds = (field.annotation, *get_args(field.annotation))
    names = {
        "SIZE": size in checks,
        "TIME": seconds in checks,
        "PATH": Path in kinds,
        "NAME=VALUE": get_origin(field.annotation) is dict,
        "N": any(kind is int or get_origin(kind) is Annotated for kind in kinds),
    }
    return next((name for name, fits in names.items() if fits), "TEXT")


def _checks(field: FieldInfo) -> list[object]:
    return [getattr(item, "func", None) for item in field.metadata]
