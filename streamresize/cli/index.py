"""streamresize index: a catalog of fingerprints, its options and its help."""

from __future__ import annotations

import argparse
from typing import Any

from streamresize.cli import inputs, selection_options

DESCRIPTION = """\
Keep the fingerprints of pictures in a catalog, to find pictures by them."""

ADD = f"""\
Every input gets its fingerprint into the catalog; the same bytes under several names are one
picture. Inputs that have not changed since they were added are left alone, unless windows or
keypoints are asked for that they lack; so the same command goes on after an interruption. Several
processes may add to one catalog at the same time.

{selection_options.HELP}"""

EPILOG = """\
catalogs:
  --catalog is an SQLite file, which is made, or a URL of a database that exists:
  postgresql+psycopg://user@host/name, mariadb+pymysql://user:password@host/name. The arrays that
  searches use are in a folder beside the file, CATALOG.index.

examples:
  streamresize index add photos --catalog cat.db
  streamresize index info --catalog cat.db
  streamresize index remove --missing --catalog cat.db
  streamresize index export fingerprints.parquet --catalog cat.db
"""


def add_parser(subparsers: Any) -> None:
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "index",
        help="keep fingerprints in a catalog",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add_adding(actions)
    info = _add_action(actions, "info", "what the catalog holds")
    info.add_argument("--json", action="store_true", help="one JSON object")
    remove = _add_action(actions, "remove", "forget files; those themselves stay")
    remove.add_argument("inputs", nargs="*", metavar="IN", help="file, or folder with all below it")
    remove.add_argument(
        "--missing", action="store_true", help="forget files of this machine that are gone"
    )
    _add_action(actions, "vacuum", "give back the room of what has been removed")
    export = _add_action(actions, "export", "write the fingerprints to a file, a row for each name")
    export.add_argument("file", metavar="FILE", help="by extension: .parquet, .h5, or .csv")
    export.add_argument("-f", "--force", action="store_true", help="overwrite FILE")


def _add_action(actions: Any, name: str, help: str) -> argparse.ArgumentParser:
    action: argparse.ArgumentParser = actions.add_parser(
        name, help=help, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    action.add_argument("--catalog", required=True, metavar="CATALOG", help="SQLite file or URL")
    action.set_defaults(run=run, parser=action)
    return action


def _add_adding(actions: Any) -> None:
    action = _add_action(actions, "add", "add the fingerprints of files")
    action.description = ADD
    selection_options.add_selection_options(action)
    inputs.add_jobs(action)
    action.add_argument(
        "--chunks",
        action="store_true",
        help="also keep the table chunk(slot, value16, image_id), for joins in SQL",
    )
    action.add_argument(
        "--windows",
        action="store_true",
        help="also keep hashes of overlapping parts, which find crops (20 KB a picture)",
    )
    action.add_argument(
        "--keypoints",
        action="store_true",
        help="also keep ORB keypoints, which find crops and rotations (11 KB; needs OpenCV)",
    )
    action.add_argument("-q", "--quiet", action="store_true", help="print failures only")


def run(arguments: argparse.Namespace) -> int:
    try:
        from streamresize.cli.index_run import run_index

        return run_index(arguments)
    except ModuleNotFoundError as error:
        parser: argparse.ArgumentParser = arguments.parser
        parser.error(f"{error}: a catalog takes pip install 'streamresize[catalog]'")
