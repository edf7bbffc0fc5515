"""streamresize match: its options and its help."""

from __future__ import annotations

import argparse
from typing import Any

from streamresize.cli import inputs

DESCRIPTION = """\
Find the pictures of a catalog that show what a query shows: in another size, cropped, mirrored,
turned, framed, with text over it. Every answer was laid over the query and compared."""

EPILOG = """\
output:
  For each query a line with its name, then a line for each picture: its score (0 to 1), what the
  query is of it (which part, how much smaller or larger, mirrored, turned), its size, its name.

  Crops are found where the catalog was made with index add --windows, or better --keypoints.

exit status:
  0 done, 1 a query could not be read (the others are done), 2 wrong usage.

examples:
  streamresize match small.jpg --catalog cat.db
  streamresize match queries/*.jpg --catalog cat.db -k 5 --json
  streamresize match small.jpg --catalog cat.db --html found.html
"""


def add_parser(subparsers: Any) -> None:
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "match",
        help="find pictures of a catalog that show the same",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("queries", nargs="+", metavar="QUERY", help="JPEG file")
    parser.add_argument("--catalog", required=True, metavar="CATALOG", help="SQLite file or URL")
    parser.add_argument(
        "-k", type=inputs.positive, default=20, metavar="N", help="at most N pictures (default: 20)"
    )
    parser.add_argument(
        "--least",
        type=share,
        default=None,
        metavar="SCORE",
        help="score below which a picture is not shown (default: 0.75)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line, a query each")
    parser.add_argument("--html", metavar="FILE", help="write a page with the pictures beside it")
    parser.set_defaults(run=run, parser=parser)


def share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return value


def run(arguments: argparse.Namespace) -> int:
    try:
        from streamresize.cli.match_run import run_match
    except ModuleNotFoundError as error:
        arguments.parser.error(f"{error}: a catalog takes pip install 'streamresize[catalog]'")
    return run_match(arguments)
