"""streamresize serve: the HTTP service, of which nothing is loaded for any other command."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any

from streamresize.cli.lazy_parser import LazyParser

COMMAND = "streamresize_server.command"  # the service lies above this package: by name only


def add_parser(subparsers: Any) -> None:
    parser: LazyParser = subparsers.add_parser(
        "serve",
        help="serve pictures over HTTP",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.extra, parser.fill = "server", fill
    parser.set_defaults(run=run)


def fill(parser: argparse.ArgumentParser) -> None:
    """Add the flags, which are made from the service's settings."""
    command = import_module(COMMAND)
    parser.description, parser.epilog = command.DESCRIPTION, command.EPILOG
    command.add_flags(parser)


def run(arguments: argparse.Namespace) -> int:
    status: int = import_module(COMMAND).run(arguments)
    return status
