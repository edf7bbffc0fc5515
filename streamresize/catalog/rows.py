"""Columns of rows beside a catalog: in a folder, memory-mapped, or in memory.

A row has a picture's number and hashes, all of 8 bytes a word. What was removed gets the number -1.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from streamresize.catalog.search import Columns
from streamresize.errors import CatalogError

FORM = 1
WORD_BYTES = 8
REMOVED = -1

Layout = Mapping[str, int]  # words of each column; "id" and "place" are int64, the others uint64


class Header(NamedTuple):
    """catalog, generation: of the database, which the rows agree with. data: names the files."""

    catalog: str
    generation: int
    rows: int = 0
    data: str = ""
    form: int = FORM


class Rows(Protocol):
    def header(self) -> Header | None:
        """None where there is nothing that can be used."""

    def columns(self) -> Columns: ...

    def write(self, blocks: Iterable[Columns], header: Header, *, anew: bool) -> None:
        """Put blocks of rows behind those that are there, or in their place; then `header`.

        Its rows and data are filled in.
        """

    def remove(self, images: Iterable[int]) -> None: ...

    @contextmanager
    def held(self) -> Generator[None, None, None]:
        """Nobody else writes meanwhile."""
        yield


def empty_columns(layout: Layout) -> Columns:
    return {name: _shaped(np.empty(0, np.uint64), name, words) for name, words in layout.items()}


def _shaped(words: np.ndarray, name: str, width: int) -> np.ndarray:
    return words.view(np.int64) if name in ("id", "place") else words.reshape(-1, width)


class MemoryRows:
    """Rows that are gone with the process."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._header: Header | None = None
        self._columns = empty_columns(layout)

    def header(self) -> Header | None:
        return self._header

    def columns(self) -> Columns:
        return self._columns

    def write(self, blocks: Iterable[Columns], header: Header, *, anew: bool) -> None:
        parts = [empty_columns(self._layout) if anew else self._columns, *blocks]
        self._columns = {
            name: np.concatenate([part[name] for part in parts]) for name in self._layout
        }
        self._header = header._replace(rows=len(self._columns["id"]))

    def remove(self, images: Iterable[int]) -> None:
        _remove(self._columns["id"], images)

    @contextmanager
    def held(self) -> Generator[None, None, None]:
        yield


class FolderRows:
    """A file for each column, and one that says how many rows of them count.

    That one is replaced last, so that whoever is killed leaves the rows of before. Removed rows are
    marked in place.
    """

    def __init__(self, folder: Path, layout: Layout) -> None:
        self._folder = folder
        self._layout = layout

    def header(self) -> Header | None:
        try:
            header = Header(**json.loads(self._header_file.read_bytes()))
            complete = all(
                self._file(header.data, name).stat().st_size >= header.rows * width * WORD_BYTES
                for name, width in self._layout.items()
            )
        except (OSError, ValueError, TypeError):
            return None
        return header if complete and header.form == FORM else None

    def columns(self) -> Columns:
        header = self.header()
        if header is None or header.rows == 0:
            return empty_columns(self._layout)
        return {
            name: _shaped(
                np.memmap(self._file(header.data, name), np.uint64, "r", shape=header.rows * width),
                name,
                width,
            ).view(np.ndarray)
            for name, width in self._layout.items()
        }

    def write(self, blocks: Iterable[Columns], header: Header, *, anew: bool) -> None:
        before = None if anew else self.header()
        if before is None:
            before = header._replace(rows=0, data=secrets.token_hex(4))
        rows = before.rows
        for block in blocks:
            for name, width in self._layout.items():
                _write_at(self._file(before.data, name), rows * width * WORD_BYTES, block[name])
            rows += len(block["id"])
        if rows == 0:
            for name in self._layout:
                self._file(before.data, name).touch()
        self._replace_header(header._replace(rows=rows, data=before.data))
        self._remove_other_files(before.data)

    def remove(self, images: Iterable[int]) -> None:
        header = self.header()
        if header is not None and header.rows:
            file = self._file(header.data, "id")
            numbers = np.memmap(file, np.int64, "r+", shape=header.rows)
            _remove(numbers, images)
            numbers.flush()

    @contextmanager
    def held(self) -> Generator[None, None, None]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with open(self._folder / "lock", "ab") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise CatalogError(f"index {self._folder}: {error.strerror or error}") from error

    @property
    def _header_file(self) -> Path:
        return self._folder / "header.json"

    def _file(self, data: str, name: str) -> Path:
        return self._folder / f"{data}.{name}"

    def _replace_header(self, header: Header) -> None:
        temporary = self._folder / "header.json.tmp"
        temporary.write_text(json.dumps(header._asdict()))
        temporary.replace(self._header_file)

    def _remove_other_files(self, data: str) -> None:
        """Whoever has them mapped keeps them."""
        for name in self._layout:
            for file in self._folder.glob(f"*.{name}"):
                if file != self._file(data, name):
                    file.unlink(missing_ok=True)


def _write_at(file: Path, offset: int, column: np.ndarray) -> None:
    """What stood behind `offset` was of a run that was killed."""
    with open(file, "r+b" if file.exists() else "w+b") as target:
        target.truncate(offset)
        target.seek(0, os.SEEK_END)
        target.write(np.ascontiguousarray(column).tobytes())


def _remove(numbers: np.ndarray, images: Iterable[int]) -> None:
    gone = np.fromiter(images, np.int64)
    if gone.size:
        numbers[np.isin(numbers, gone)] = REMOVED
