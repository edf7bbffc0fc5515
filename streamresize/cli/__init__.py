"""The `streamresize` command: one file for each subcommand."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from streamresize.cli import (
    batch,
    cluster,
    duplicates,
    find_originals,
    fingerprint,
    health,
    index,
    match,
    probe,
    resize,
    serve,
)
from streamresize.cli.completion import SHELLS, PrintCompletion
from streamresize.cli.lazy_parser import LazyParser

SUBCOMMANDS = (
    resize,
    batch,
    probe,
    fingerprint,
    index,
    match,
    find_originals,
    duplicates,
    cluster,
    serve,
    health,
)
INTERRUPTED = 130  # 128 + SIGINT


def make_parser() -> argparse.ArgumentParser:
    parser = LazyParser(
        prog="streamresize",
        description="Resize and fingerprint pictures, JPEGs in memory that depends on width only.",
        epilog="Exit status: 0 done, 1 a file failed (the others are done), 2 wrong usage.",
    )
    parser.add_argument("--version", action=PrintVersion, nargs=0, help="print the version")
    parser.add_argument(
        "--print-completion",
        action=PrintCompletion,
        choices=SHELLS,
        metavar="SHELL",
        help=f"print a script for the completion of {', '.join(SHELLS)}",
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in SUBCOMMANDS:
        module.add_parser(subparsers)
    return parser


class PrintVersion(argparse.Action):
    """--version, which looks the version up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        import streamresize

        print(streamresize.__version__)
        parser.exit()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    arguments = make_parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the flush at exit must not fail again
        return 1
    return status
