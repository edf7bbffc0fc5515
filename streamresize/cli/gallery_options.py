"""The options that say what a query is looked for in, and the pictures behind them."""

from __future__ import annotations

import argparse
from collections.abc import Generator, Iterable
from contextlib import contextmanager

from streamresize import Limits, process
from streamresize.batch import Processes
from streamresize.catalog import Catalog
from streamresize.cli import inputs
from streamresize.cli.index_add import add_files
from streamresize.cli.index_work import MakeFingerprint, has_opencv
from streamresize.cli.progress import choose_progress
from streamresize.fingerprint import Fingerprint
from streamresize.matching import STAGES, Extract


def stages_of(catalog: Catalog) -> tuple[str, ...]:
    """Those stages that the pictures of a catalog, and the installed packages, allow."""
    kinds = set(catalog.kinds())
    allowed = {
        "hash": True,
        "window": "windows" in kinds,
        "keypoints": "keypoints" in kinds and has_opencv(),
    }
    return tuple(stage for stage in STAGES if allowed[stage])


@contextmanager
def opened(arguments: argparse.Namespace, names: Iterable[str]) -> Generator[Catalog, None, None]:
    """The catalog of --catalog, or one in memory with what was found in --in.

    Raises CatalogError.
    """
    if arguments.catalog:
        with Catalog.open(arguments.catalog, create=False) as catalog:
            yield catalog
        return
    files = list(names)
    work = MakeFingerprint(Limits.from_environment(), Extract(keypoints=has_opencv()))
    with Catalog.open("sqlite://") as catalog:
        with Processes(work, inputs.worthwhile_jobs(files, arguments.jobs)) as processes:
            progress = choose_progress(len(files), quiet=True)
            add_files(catalog, files, progress, work.extract.kinds, processes)
        yield catalog


def fingerprint_of(name: str) -> Fingerprint:
    """Of a query. Raises what `process` raises."""
    limits = Limits.from_environment()
    fingerprint = process(name, [], fingerprint=True, limits=limits).fingerprint
    assert fingerprint is not None  # noqa: S101 - it was asked for
    return fingerprint
