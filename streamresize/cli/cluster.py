"""streamresize cluster: its options and its help."""

from __future__ import annotations

import argparse
from typing import Any

from streamresize.cli.match import share

DESCRIPTION = """\
Put the pictures of a catalog into clusters of similar ones: folders of symbolic links,
cluster_with_N/cluster_K, N pictures in each. Average linkage of the hashes, cut at a part of the
largest distance between two pictures: 0 puts together identical hashes only, 1 all into one."""

EPILOG = """\
examples:
  streamresize cluster --catalog cat.db --similarity 0.3 --out clusters
"""


def add_parser(subparsers: Any) -> None:
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "cluster",
        help="similar pictures of a catalog into folders of links",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--catalog", required=True, metavar="CATALOG", help="SQLite file or URL")
    parser.add_argument("--similarity", type=share, required=True, metavar="S", help="0 to 1")
    parser.add_argument(
        "--absolute",
        action="store_true",
        help="cut at a part of half the bits of a hash, whatever the other pictures are",
    )
    parser.add_argument("-o", "--out", required=True, metavar="DIR", help="a folder that is empty")
    parser.set_defaults(run=run, parser=parser)


def run(arguments: argparse.Namespace) -> int:
    try:
        from streamresize.cli.cluster_run import run_cluster
    except ModuleNotFoundError as error:
        arguments.parser.error(f"{error}: a catalog takes pip install 'streamresize[catalog]'")
    return run_cluster(arguments)
