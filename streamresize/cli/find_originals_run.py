"""The work of `streamresize find-originals`."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from streamresize import Limits, StreamResizeError
from streamresize.catalog import Catalog
from streamresize.cli import inputs, output, selection_options
from streamresize.cli.gallery_options import fingerprint_of, opened, stages_of
from streamresize.cli.selection import Item, Selection, Wanted
from streamresize.cli.storage import absolute
from streamresize.matching import Gallery, Match, search
from streamresize.matching.originals import Version, find_original
from streamresize.matching.sharpness import Sharpness, sharpness
from streamresize.targets import temporary_name


@dataclass(frozen=True)
class Outcome:
    """What became of a query. written: the copy or link, None where there is none."""

    query: str
    original: str | None = None
    score: float | None = None
    relation: str | None = None
    detail: float | None = None
    written: str | None = None
    error: str | None = None

    def __str__(self) -> str:
        head = inputs.printable(self.query)
        if self.original is None:
            return f"{head}: {self.error or 'no better version found'}"
        line = f"{head}: {self.score:.2f}  {self.relation}  {inputs.printable(self.original)}"
        return f"{line}  ({self.error})" if self.error else line


def run_find_originals(arguments: argparse.Namespace) -> int:
    """Return the exit status."""
    if not arguments.inputs and not arguments.lists:
        arguments.parser.error("no queries are given")
    try:
        queries = selection_options.select(arguments)
        places = _places(arguments)
        with opened(arguments, (item.name for item in places.items)) as catalog:
            outcomes = list(_outcomes(catalog, queries.items, arguments))
        if arguments.report and not arguments.dry_run:
            lines = [json.dumps(asdict(outcome)) + "\n" for outcome in outcomes]
            output.write(arguments.report, "".join(lines).encode())
    except (OSError, StreamResizeError) as error:
        print(f"streamresize: {error}", file=sys.stderr)
        return 1
    problems = [*queries.problems, *places.problems]
    for line in problems:
        print(line, file=sys.stderr)
    found = sum(outcome.original is not None for outcome in outcomes)
    print(f"{found} of {len(outcomes)} found")
    failed = any(outcome.original is None or outcome.error for outcome in outcomes)
    return int(bool(failed or problems))


def _places(arguments: argparse.Namespace) -> Selection:
    """The files of --in; the queries and what has been copied are left out by what they hold."""
    places = Selection(Wanted(apart=absolute(arguments.copy_to)))
    for folder in arguments.folders or ():
        places.add(folder)
    return places


def _outcomes(
    catalog: Catalog, queries: Sequence[Item], arguments: argparse.Namespace
) -> Iterator[Outcome]:
    finder, taken = _Finder(catalog), set[Path]()
    for query in queries:
        try:
            outcome = _outcome(query, finder.find(query.name), taken, arguments)
        except (OSError, StreamResizeError) as error:
            outcome = Outcome(query.name, error=str(error))
        print(outcome)
        yield outcome


class _Finder:
    """Looks for originals in a catalog; every file is measured once."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._gallery = Gallery(catalog)
        self._stages = stages_of(catalog)
        self._limits = Limits.from_environment()
        self._measured: dict[int, tuple[str, int, Sharpness] | None] = {}

    def find(self, query: str) -> Version | None:
        matches = search(fingerprint_of(query), self._gallery, stages=self._stages)
        return find_original(sharpness(query, limits=self._limits), matches, self._facts)

    def _facts(self, match: Match) -> tuple[str, int, Sharpness] | None:
        number = match.image_id
        if number not in self._measured:
            self._measured[number] = self._measure(number)
        return self._measured[number]

    def _measure(self, number: int) -> tuple[str, int, Sharpness] | None:
        """Of the first of the picture's names that can be read."""
        image = self._catalog.get(number)
        for path in image.paths:
            try:
                return path, image.bytes, sharpness(path, limits=self._limits)
            except (OSError, StreamResizeError) as error:
                print(inputs.note(path, error), file=sys.stderr)
        return None


def _outcome(
    query: Item, version: Version | None, taken: set[Path], arguments: argparse.Namespace
) -> Outcome:
    """taken: names that this run has written, which stay even with --force."""
    if version is None:
        return Outcome(query.name)
    name = f"{inputs.stem(query.name)}{Path(version.path).suffix}"
    target = Path(arguments.copy_to) / name
    if target in taken:
        error: str | None = f"{target} is the original of another query"
    else:
        error = None if arguments.dry_run else _put(Path(version.path), target, arguments)
    taken.add(target)
    return Outcome(
        query.name,
        version.path,
        round(version.match.score, 4),
        str(version.match.relation),
        round(version.detail, 3),
        None if error or arguments.dry_run else str(target),
        error,
    )


def _put(source: Path, target: Path, arguments: argparse.Namespace) -> str | None:
    """Copy or link under a temporary name, then rename; what is wrong, if anything."""
    if target.is_symlink() or target.exists():
        if not arguments.force:
            return f"{target} exists; --force overwrites it"
        if target.exists() and target.samefile(source) and not target.is_symlink():
            return f"{target} is the original itself"
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(temporary_name(str(target)))
    try:
        if arguments.link:
            temporary.symlink_to(source.resolve())
        else:
            shutil.copy2(source, temporary)
        temporary.replace(target)
    except OSError as error:
        return str(error)
    finally:
        temporary.unlink(missing_ok=True)
    return None
