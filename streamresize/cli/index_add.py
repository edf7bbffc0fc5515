"""The work of `streamresize index add`: fingerprints of many files into a catalog."""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from time import monotonic

from streamresize.batch import map_in_processes
from streamresize.catalog import Catalog, Picture
from streamresize.catalog.database import groups
from streamresize.cli import inputs
from streamresize.cli.index_work import MakeFingerprint, Outcome, Task
from streamresize.cli.progress import Progress, shown
from streamresize.cli.storage import absolute
from streamresize.processors import processors

MOST_PENDING = 200  # pictures that a killed run loses
MOST_SECONDS = 5.0


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
    *,
    work: MakeFingerprint,
    jobs: int | None,
) -> None:
    """What has been made is in the catalog even after an interruption."""
    gc.freeze()  # nothing of what has been imported will be garbage
    collector = Collector(catalog)
    with shown(progress), closing(_outcomes(catalog, names, work, jobs)) as outcomes:
        try:
            for outcome in outcomes:
                if outcome.picture is not None:
                    collector.add(outcome.picture)
                progress.add(outcome.row)
        finally:
            collector.flush()


def _outcomes(
    catalog: Catalog, names: Sequence[str], work: MakeFingerprint, jobs: int | None
) -> Generator[Outcome, None, None]:
    jobs = min(jobs or processors(), len(names))
    if not inputs.worth_processes(names):
        jobs = 1
    together = inputs.inputs_together(names, jobs)
    tasks = _tasks(catalog, names, work.extract.kinds)
    yield from map_in_processes(work, tasks, jobs=jobs, together=together)


def _tasks(catalog: Catalog, names: Iterable[str], kinds: Sequence[str]) -> Iterator[Task]:
    for group in groups(map(absolute, names)):
        stamps = catalog.stamps(group, kinds)
        yield from (Task(name, stamps.get(name)) for name in group)
