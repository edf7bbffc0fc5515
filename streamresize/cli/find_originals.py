"""streamresize find-originals: its options and its help."""

from __future__ import annotations

import argparse
from typing import Any

from streamresize.cli import inputs, selection_options

DESCRIPTION = f"""\
For every query of poor quality, the best version of the same picture: with more detail, less
compressed, showing all that the query shows. Enlargements are told by the detail that they lack.
Originals are copied or linked; nothing is ever deleted.

{selection_options.HELP}"""

EPILOG = """\
output:
  A line for each query: what was found, with what score, and what was not. An original gets the
  name of its query; of queries with the same name the first one counts.

exit status:
  0 an original was found for each query, 1 one was not found or a file failed, 2 wrong usage.

examples:
  streamresize find-originals thumbs --in photos --copy-to originals --dry-run
  streamresize find-originals thumbs --catalog cat.db --copy-to originals --link
  streamresize find-originals thumbs --in photos --copy-to originals --report found.jsonl
"""


def add_parser(subparsers: Any) -> None:
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "find-originals",
        help="find the best version of poor copies",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    selection_options.add_selection_options(parser)
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--in", dest="folders", action="append", metavar="DIR", help="look in there")
    place.add_argument("--catalog", metavar="CATALOG", help="look in an SQLite file or URL")
    parser.add_argument("--copy-to", required=True, metavar="DEST", help="folder; it is made")
    parser.add_argument("--link", action="store_true", help="make symbolic links, no copies")
    parser.add_argument("-f", "--force", action="store_true", help="overwrite files in DEST")
    parser.add_argument("-n", "--dry-run", action="store_true", help="report only, write nothing")
    parser.add_argument(
        "--report", metavar="FILE", help="write one JSON object a line, a query each"
    )
    inputs.add_jobs(parser)
    parser.set_defaults(run=run, parser=parser)


def run(arguments: argparse.Namespace) -> int:
    try:
        from streamresize.cli.find_originals_run import run_find_originals
    except ModuleNotFoundError as error:
        arguments.parser.error(f"{error}: a catalog takes pip install 'streamresize[catalog]'")
    return run_find_originals(arguments)
