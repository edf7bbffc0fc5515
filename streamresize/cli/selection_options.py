"""The options that say which files a command works on."""

from __future__ import annotations

import argparse

from streamresize.cli import inputs
from streamresize.cli.selection import IN_FOLDERS, LIST_PREFIX, Selection, Wanted, read_list

HELP = """\
  A folder is searched for files that match --include; a pattern, in quotes, is expanded as a shell
  would, with ** for any number of folders; anything else is the name of a file. @FILE is the same
  as --list FILE, - the same as --list -. Patterns of --include and --exclude are held against the
  name of a file or folder, or, if they have a slash, against its path below the searched folder;
  * ? [abc] have their usual meaning, upper and lower case are the same. Links to folders are not
  followed. A name may be a URL such as s3://bucket/folder where fsspec and the protocol's package
  are installed (pip install 'streamresize[fsspec]' s3fs)."""


def add_selection_options(group: argparse._ActionsContainer) -> None:
    group.add_argument("inputs", nargs="*", metavar="IN", help="folder, pattern, file, URL, @FILE")
    group.add_argument(
        "--list",
        dest="lists",
        action="append",
        default=[],
        metavar="FILE",
        help="names of input files, one on each line; - for standard input",
    )
    group.add_argument(
        "-0", "--null", action="store_true", help="names in lists end with NUL, not with lines"
    )
    group.add_argument(
        "--include",
        action="append",
        metavar="PATTERN",
        help=f"files to take from folders (default: {' '.join(IN_FOLDERS)})",
    )
    group.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="PATTERN",
        help="files to leave out, and folders to stay out of",
    )
    group.add_argument("--hidden", action="store_true", help="also what begins with a dot")
    group.add_argument(
        "--no-recursive",
        dest="recursive",
        action="store_false",
        help="do not look into folders of folders",
    )


def select(arguments: argparse.Namespace, *, apart: str | None = None) -> Selection:
    """What the arguments stand for. apart: a folder to stay out of.

    Raises OSError for a list of names that cannot be read.
    """
    wanted = Wanted(
        include=tuple(arguments.include or IN_FOLDERS),
        exclude=tuple(arguments.exclude),
        hidden=arguments.hidden,
        recursive=arguments.recursive,
        apart=apart,
    )
    selected = Selection(wanted)
    lists = list(arguments.lists)
    for argument in arguments.inputs:
        if argument == inputs.STDIN:
            lists.append(argument)
        elif argument.startswith(LIST_PREFIX):
            lists.append(argument.removeprefix(LIST_PREFIX))
        else:
            selected.add(argument)
    for file in lists:
        for name in read_list(file, separator="\0" if arguments.null else "\n"):
            selected.add_file(name)
    return selected
