"""streamresize serve: the HTTP service, of which nothing is loaded for any other command."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any

COMMAND = "streamresize_server.command"  # the service lies above this package: by name only
DESCRIPTION = "Serve pictures over HTTP. Takes pip install 'streamresize[server]'."


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "serve",
        help="serve pictures over HTTP",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.fill = fill
    parser.set_defaults(run=run, parser=parser)


def fill(parser: argparse.ArgumentParser) -> None:
    """Add the flags, which are made from the service's settings."""
    try:
        command = import_module(COMMAND)
    except ModuleNotFoundError:
        parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
        return
    parser.description, parser.epilog = command.DESCRIPTION, command.EPILOG
    command.add_flags(parser)


def run(arguments: argparse.Namespace) -> int:
    try:
        command = import_module(COMMAND)
    except ModuleNotFoundError as error:
        arguments.parser.error(f"{error}: the service takes pip install 'streamresize[server]'")
    status: int = command.run(arguments)
    return status
