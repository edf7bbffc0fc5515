"""The work of `streamresize index add`: fingerprints of many files into a catalog."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from time import monotonic

from streamresize.batch import Processes
from streamresize.catalog import Catalog, Picture
from streamresize.catalog.database import groups
from streamresize.cli import inputs
from streamresize.cli.index_work import Outcome, Task
from streamresize.cli.progress import Progress, shown
from streamresize.cli.storage import absolute

MOST_PENDING = 200  # pictures that a killed run loses
MOST_SECONDS = 5.0
AHEAD = 4  # groups that keep each of the other processes busy while this one waits for a disk


class Collector:
    """Adds pictures to a catalog, some at a time, each lot in a transaction."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._pending: list[Picture] = []
        self._last = monotonic()

    def add(self, picture: Picture) -> None:
        self._pending.append(picture)
        if len(self._pending) >= MOST_PENDING or monotonic() - self._last >= MOST_SECONDS:
            self.flush()

    def flush(self) -> None:
        pending, self._pending = self._pending, []
        if pending:
            self._catalog.add_many(pending)
        self._last = monotonic()


def add_files(
    catalog: Catalog,
    names: Sequence[str],
    progress: Progress,
    kinds: Sequence[str],
    processes: Processes[Task, Outcome],
) -> None:
    """What has been made is in the catalog even after an interruption.

    kinds: of the features that `processes` make.
    """
    gc.freeze()  # nothing of what has been imported will be garbage
    collector = Collector(catalog)
    together = inputs.inputs_together(names, processes.jobs)
    outcomes = processes.map(_tasks(catalog, names, kinds), together, AHEAD)
    with shown(progress):
        try:
            for outcome in outcomes:
                if outcome.picture is not None:
                    collector.add(outcome.picture)
                progress.add(outcome.row)
        finally:
            collector.flush()


def _tasks(catalog: Catalog, names: Iterable[str], kinds: Sequence[str]) -> Iterator[Task]:
    for group in groups(map(absolute, names)):
        stamps = catalog.stamps(group, kinds)
        yield from (Task(name, stamps.get(name)) for name in group)
