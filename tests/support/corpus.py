"""The corpus of test files, which is no part of the project: `../shared/corpus`, or the folder that
STREAMRESIZE_CORPUS names.
"""

from __future__ import annotations

import csv
import functools
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(
    os.environ.get("STREAMRESIZE_CORPUS", Path(__file__).resolve().parents[3] / "shared" / "corpus")
)
needs_corpus = pytest.mark.skipif(
    not (ROOT / "MANIFEST.tsv").exists(), reason="the corpus of test files is not here"
)


@dataclass(frozen=True)
class Entry:
    """A line of MANIFEST.tsv."""

    path: str
    sof: str
    components: str
    features: tuple[str, ...]

    @property
    def file(self) -> Path:
        return ROOT / self.path

    @property
    def folder(self) -> str:
        return self.path.split("/")[0]


@functools.cache
def entries() -> tuple[Entry, ...]:
    """All files, or none where the corpus is absent."""
    manifest = ROOT / "MANIFEST.tsv"
    if not manifest.exists():
        return ()
    with manifest.open(newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return tuple(
        Entry(row["path"], row["sof"], row["components"], tuple(row["features"].split("; ")))
        for row in rows
    )


def in_folder(name: str) -> list[Entry]:
    """The files below one folder, such as "valid" or "photos/camera"."""
    return [entry for entry in entries() if entry.path.startswith(f"{name}/")]
