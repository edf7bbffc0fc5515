"""Which files a batch works on: folders, patterns, names and lists of names."""

from __future__ import annotations

import glob
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from posixpath import basename
from typing import NamedTuple

from streamresize import StreamResizeError
from streamresize.cli import inputs
from streamresize.cli.storage import Storage, absolute, storage_of, without_slash
from streamresize.sources import is_url

IN_FOLDERS = ("*.jpg", "*.jpeg", "*.jpe", "*.jfif")
LIST_PREFIX = "@"


class Item(NamedTuple):
    """An input, and what {dir} stands for in the names of its outputs."""

    name: str
    folder: str = ""


@dataclass(frozen=True)
class Wanted:
    """What is taken of a folder.

    Patterns are those of `fnmatch`, without regard to case. They are held against the name; those
    with a slash against the path below the folder. apart: a folder that is never looked into.
    """

    include: Sequence[str] = IN_FOLDERS
    exclude: Sequence[str] = ()
    hidden: bool = False
    recursive: bool = True
    apart: str | None = None

    def enters(self, folder: str, below: str) -> bool:
        whole = f"{without_slash(folder)}/{below}"
        return self.recursive and self._visible(below) and absolute(whole) != self.apart

    def takes(self, below: str) -> bool:
        return self._visible(below) and _matches(below, self.include)

    def excludes(self, path: str) -> bool:
        return _matches(path, self.exclude)

    def _visible(self, below: str) -> bool:
        is_hidden = basename(below).startswith(".")
        return not self.excludes(below) and (self.hidden or not is_hidden)


def _matches(path: str, patterns: Sequence[str]) -> bool:
    path = path.lower()
    name = basename(path)
    return any(fnmatchcase(path if "/" in p else name, p.lower()) for p in patterns)


class Selection:
    """The inputs that folders, patterns and names stand for, each once.

    problems: a line for each argument or folder that cannot be read.
    """

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._seen: set[str] = set()
        self.items: list[Item] = []
        self.problems: list[str] = []

    def add(self, argument: str) -> None:
        """What a folder, a pattern or a name stands for."""
        try:
            storage = storage_of(argument)
            if storage.is_folder(argument):
                self._add_folder(storage, argument)
            elif glob.has_magic(argument) and not storage.exists(argument):
                for name in storage.glob(argument):
                    self.add_file(name)
            else:
                self.add_file(argument)
        except (OSError, StreamResizeError) as error:
            self.problems.append(inputs.note(argument, error))

    def add_file(self, name: str) -> None:
        """A file that is named keeps its folder, as far as that lies below another."""
        path = name.partition("://")[2] if is_url(name) else name
        parts = PurePosixPath(path).parent.parts
        self._add(name, path, "/".join(part for part in parts if part not in ("/", "//", "..")))

    def _add_folder(self, storage: Storage, folder: str) -> None:
        def failed(error: OSError) -> None:
            self.problems.append(inputs.note(error.filename or folder, error.strerror or error))

        def enters(below: str) -> bool:
            return self._wanted.enters(folder, below)

        for below in storage.walk(folder, enters, failed):
            if self._wanted.takes(below):
                self._add(f"{without_slash(folder)}/{below}", below, below.rpartition("/")[0])

    def _add(self, name: str, path: str, folder: str) -> None:
        key = absolute(name)
        if key not in self._seen and not self._wanted.excludes(path):
            self._seen.add(key)
            self.items.append(Item(name, folder))


def read_list(file: str, *, separator: str = "\n") -> list[str]:
    """The names in a file, or in standard input; empty ones are left out. Raises OSError."""
    source = sys.stdin.buffer if file == inputs.STDIN else None
    text = (source.read() if source else Path(file).read_bytes()).decode(errors="surrogateescape")
    names = (
        name.removesuffix("\r") if separator == "\n" else name for name in text.split(separator)
    )
    return [name for name in names if name]
