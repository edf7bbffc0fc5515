"""Input arguments: paths, or `-` for standard input."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamresize
from streamresize import Source

STDIN = "-"


def add_subparser(
    subparsers: Any, name: str, *, help: str, description: str, epilog: str
) -> argparse.ArgumentParser:
    """A subcommand that takes input files."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        name,
        help=help,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("inputs", nargs="+", metavar="IN", help="JPEG file, - for standard input")
    return parser


def open_input(name: str) -> Source:
    return sys.stdin.buffer if name == STDIN else name


def stem(name: str) -> str:
    return "stdin" if name == STDIN else Path(name).stem


def complain(name: str, message: object) -> None:
    """One line on standard error."""
    print(f"streamresize: {name}: {message}", file=sys.stderr)


def for_each(names: Sequence[str], work: Callable[[str], None]) -> int:
    """Do `work` for every input; report those that fail and return the exit status."""
    status = 0
    for name in names:
        try:
            work(name)
        except BrokenPipeError:
            raise
        except MemoryError:
            complain(name, "not enough memory for the result")
            status = 1
        except (streamresize.StreamResizeError, OSError) as error:
            complain(name, error)
            status = 1
    return status
