"""The actions of `streamresize index`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING

from streamresize import Limits, StreamResizeError
from streamresize.batch import Processes
from streamresize.cli import inputs, selection_options
from streamresize.cli.index_work import MakeFingerprint, has_opencv
from streamresize.cli.progress import choose_progress
from streamresize.cli.storage import absolute, without_slash
from streamresize.matching import Extract
from streamresize.sources import is_url
from streamresize.targets import temporary_name

if TYPE_CHECKING:
    from streamresize.catalog import Catalog


def run_index(arguments: argparse.Namespace) -> int:
    """Return the exit status."""
    action = ACTIONS[arguments.action]
    try:
        return action(arguments)
    except (OSError, StreamResizeError) as error:
        print(f"streamresize: {error}", file=sys.stderr)
    except BrokenProcessPool:
        print("streamresize: a process has died; the same command goes on", file=sys.stderr)
    return 1


def _add(arguments: argparse.Namespace) -> int:
    if not arguments.inputs and not arguments.lists:
        arguments.parser.error("no inputs are given")
    selected = selection_options.select(arguments)
    for line in selected.problems:
        print(line, file=sys.stderr)
    names = [item.name for item in selected.items]
    if not names:
        print("streamresize: no inputs were found", file=sys.stderr)
        return 1
    if arguments.keypoints and not has_opencv():
        arguments.parser.error("--keypoints takes pip install 'streamresize[features]'")
    extract = Extract(windows=arguments.windows, keypoints=arguments.keypoints)
    work = MakeFingerprint(Limits.from_environment(), extract)
    with Processes(work, inputs.worthwhile_jobs(names, arguments.jobs)) as processes:
        processes.start()
        from streamresize.cli.index_add import add_files

        with _opened(arguments, create=True) as catalog:
            if arguments.chunks:
                catalog.fill_chunks()
            progress = choose_progress(len(names), quiet=arguments.quiet, again="the same command")
            add_files(catalog, names, progress, extract.kinds, processes)
    return int(bool(progress.failures or selected.problems))


def _opened(arguments: argparse.Namespace, *, create: bool = False) -> Catalog:
    """To import SQLAlchemy takes as long as to start a process; `add` does both at once."""
    from streamresize.catalog import Catalog

    return Catalog.open(arguments.catalog, create=create)


def _info(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as catalog:
        facts = catalog.info()
    if arguments.json:
        print(json.dumps(facts))
    else:
        for name, value in facts.items():
            print(f"{name}: {', '.join(value) if isinstance(value, list) else value}")
    return 0


def _remove(arguments: argparse.Namespace) -> int:
    if not arguments.inputs and not arguments.missing:
        arguments.parser.error("give names, or --missing")
    from streamresize.catalog.database import groups

    with _opened(arguments) as catalog:
        gone = 0
        for names in groups(_to_remove(catalog, arguments)):
            gone += catalog.remove_paths(names)
    print(f"{gone} names removed")
    return 0


def _to_remove(catalog: Catalog, arguments: argparse.Namespace) -> Iterator[str]:
    places = [absolute(without_slash(name)) for name in arguments.inputs]
    for path in catalog.paths():
        missing = arguments.missing and not is_url(path) and not os.path.lexists(path)
        if missing or _lies_in(path, places):
            yield path


def _lies_in(path: str, places: Sequence[str]) -> bool:
    return any(path == place or path.startswith(f"{place.rstrip('/')}/") for place in places)


def _vacuum(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as catalog:
        catalog.vacuum()
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from streamresize.catalog.export import WRITERS, export

    target = Path(arguments.file)
    if target.suffix.lower() not in WRITERS:
        arguments.parser.error(f"{arguments.file!r} ends in none of {', '.join(WRITERS)}")
    if target.exists() and not arguments.force:
        raise FileExistsError(f"{inputs.printable(arguments.file)} exists; --force overwrites it")
    temporary = Path(temporary_name(arguments.file))
    try:
        with _opened(arguments) as catalog:
            export(catalog, temporary, target.suffix.lower())
        temporary.replace(target)
    except ModuleNotFoundError as error:
        arguments.parser.error(f"{error}: exports take pip install 'streamresize[export]'")
    finally:
        temporary.unlink(missing_ok=True)
    return 0


ACTIONS = {
    "add": _add,
    "info": _info,
    "remove": _remove,
    "vacuum": _vacuum,
    "export": _export,
}
