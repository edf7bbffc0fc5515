"""streamresize duplicates: its options and its help."""

from __future__ import annotations

import argparse
from typing import Any

from streamresize.cli.match import share

DESCRIPTION = """\
Groups of pictures of a catalog that show the same, with the best copy of each group first: the one
with the most detail, then the least compressed. Nothing is changed but the catalog's notes."""

EPILOG = """\
examples:
  streamresize duplicates --catalog cat.db
  streamresize duplicates --catalog cat.db --similarity 0.2 --crops --html duplicates.html
  streamresize duplicates --catalog cat.db --not-duplicates a.jpg b.jpg
"""


def add_parser(subparsers: Any) -> None:
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "duplicates",
        help="groups of near-duplicates of a catalog",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--catalog", required=True, metavar="CATALOG", help="SQLite file or URL")
    parser.add_argument(
        "--similarity",
        type=share,
        default=0.1,
        metavar="S",
        help="the largest 1 - score within which two are near (default: 0.1)",
    )
    parser.add_argument(
        "--crops", action="store_true", help="also by the windows and keypoints that were added"
    )
    parser.add_argument(
        "--not-duplicates",
        nargs=2,
        metavar=("A", "B"),
        help="note that two files of the catalog are not the same picture, and do nothing else",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line, a group each")
    parser.add_argument("--html", metavar="FILE", help="write a page with the pictures of groups")
    parser.set_defaults(run=run, parser=parser)


def run(arguments: argparse.Namespace) -> int:
    try:
        from streamresize.cli.duplicates_run import run_duplicates
    except ModuleNotFoundError as error:
        arguments.parser.error(f"{error}: a catalog takes pip install 'streamresize[catalog]'")
    return run_duplicates(arguments)
