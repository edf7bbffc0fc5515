"""Folders of files, on this machine or behind any fsspec URL."""

from __future__ import annotations

import glob
import os
import re
import stat
from collections.abc import Callable, Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any, Protocol

from streamresize.cli import output
from streamresize.sources import file_system, is_url
from streamresize.sources.url import reason
from streamresize.targets import temporary_name

# Where a put appears whole or not at all. Elsewhere a temporary name is renamed.
OBJECT_STORES = frozenset(
    ("abfs", "abfss", "adl", "az", "gcs", "gs", "memory", "oci", "oss", "s3", "s3a")
)


class Storage(Protocol):
    """What the batch command does with names; all raise OSError or SourceError."""

    def is_folder(self, name: str) -> bool: ...

    def exists(self, name: str) -> bool: ...

    def glob(self, pattern: str) -> Iterator[str]:
        """The names of files, sorted."""

    def walk(
        self, folder: str, enters: Callable[[str], bool], failed: Callable[[OSError], None]
    ) -> Iterator[str]:
        """The files below `folder`, relative to it, sorted within each folder.

        enters: whether to look into a folder, named relative to `folder`, too. failed: is told of
        folders that cannot be read.
        """

    def stamp(self, name: str) -> str:
        """What changes when the file does."""

    def size(self, name: str) -> int | None:
        """Bytes; None where there is no such file."""

    def write(self, name: str, data: bytes) -> None:
        """The file appears whole or not at all; folders on the way are made."""


def storage_of(name: str) -> Storage:
    """The storage that `name` is in. Raises SourceError where fsspec cannot open it."""
    return RemoteStorage(name) if is_url(name) else LocalStorage()


def absolute(name: str) -> str:
    """The same name from every folder, symbolic links left alone."""
    return name if is_url(name) else os.path.abspath(name)  # noqa: PTH100 - resolve() follows


def without_slash(folder: str) -> str:
    """The name of a folder to put a slash and a name behind; `scheme://` stays."""
    return re.sub(r"(?<![:/])/+$", "", folder)


def stamp_of(name: str) -> str:
    """What tells one version of an input from another; none for what is no file, as a pipe."""
    if is_url(name):
        return storage_of(name).stamp(name)
    try:
        facts = os.stat(name)  # noqa: PTH116 - of many files
    except OSError:
        return ""
    return _stamp(facts) if stat.S_ISREG(facts.st_mode) else ""


def _stamp(facts: os.stat_result) -> str:
    return f"{facts.st_size} {facts.st_mtime_ns}"


class LocalStorage:
    def is_folder(self, name: str) -> bool:
        return Path(name).is_dir()

    def exists(self, name: str) -> bool:
        return os.path.lexists(name)

    def glob(self, pattern: str) -> Iterator[str]:
        found = glob.glob(pattern, recursive=True)  # noqa: PTH207 - gives the names as written
        return (name for name in sorted(found) if not _is_special(name))

    def walk(
        self, folder: str, enters: Callable[[str], bool], failed: Callable[[OSError], None]
    ) -> Iterator[str]:
        """Symbolic links to files are files; those to folders are passed over."""
        remaining = [""]
        while remaining:
            below = remaining.pop()
            entries = _entries(Path(folder, below), failed)
            names = [below + entry.name for entry in entries if _is_input(entry)]
            yield from names
            folders = [below + e.name for e in entries if e.is_dir(follow_symlinks=False)]
            remaining += [f"{name}/" for name in reversed(folders) if enters(name)]

    def stamp(self, name: str) -> str:
        return _stamp(os.stat(name))  # noqa: PTH116 - of many files

    def size(self, name: str) -> int | None:
        try:
            return os.stat(name).st_size  # noqa: PTH116
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes) -> None:
        output.write(name, data)


def _entries(folder: Path, failed: Callable[[OSError], None]) -> list[os.DirEntry[str]]:
    """By name."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=attrgetter("name"))
    except OSError as error:
        failed(error)
        return []


def _is_input(entry: os.DirEntry[str]) -> bool:
    return entry.is_file(follow_symlinks=False) or not _is_special(entry.path)


def _is_special(name: str) -> bool:
    """Folders, pipes, devices; what is not there is for the reader to report."""
    try:
        return not stat.S_ISREG(os.stat(name).st_mode)  # noqa: PTH116
    except OSError:
        return False


class RemoteStorage:
    """The file system of one URL; names are URLs of the same file system."""

    def __init__(self, url: str) -> None:
        self._system, self._path = file_system(url)

    def _in_system(self, name: str) -> str:
        return str(self._system._strip_protocol(name))  # noqa: SLF001 - fsspec's documented way

    def _call(self, name: str, *arguments: Any, **options: Any) -> Any:
        try:
            return getattr(self._system, name)(*arguments, **options)
        except OSError:
            raise
        except Exception as error:
            raise OSError(reason(error)) from error

    def is_folder(self, name: str) -> bool:
        return bool(self._call("isdir", self._in_system(name)))

    def exists(self, name: str) -> bool:
        return bool(self._call("exists", self._in_system(name)))

    def glob(self, pattern: str) -> Iterator[str]:
        found = self._call("glob", self._in_system(pattern), detail=True)
        files = sorted(path for path, facts in found.items() if facts["type"] == "file")
        return (str(self._system.unstrip_protocol(path)) for path in files)

    def walk(
        self, folder: str, enters: Callable[[str], bool], failed: Callable[[OSError], None]
    ) -> Iterator[str]:
        root = self._in_system(folder).rstrip("/")
        try:
            found = sorted(self._call("find", root))
        except OSError as error:
            failed(error)
            return
        for path in found:
            below = path[len(root) :].lstrip("/")
            parts = below.split("/")[:-1]
            if all(enters("/".join(parts[: depth + 1])) for depth in range(len(parts))):
                yield below

    def stamp(self, name: str) -> str:
        return str(self._call("ukey", self._in_system(name)))

    def size(self, name: str) -> int | None:
        try:
            size = self._call("info", self._in_system(name))["size"]
        except FileNotFoundError:
            return None
        return None if size is None else int(size)

    def write(self, name: str, data: bytes) -> None:
        target = self._in_system(name)
        protocol = self._system.protocol
        names = {protocol} if isinstance(protocol, str) else set(protocol)
        if names & OBJECT_STORES:
            self._call("pipe_file", target, data)
        else:
            self._write_and_rename(target, data)

    def _write_and_rename(self, target: str, data: bytes) -> None:
        temporary = temporary_name(target)
        self._call("makedirs", target.rpartition("/")[0], exist_ok=True)
        try:
            self._call("pipe_file", temporary, data)
            self._call("mv", temporary, target)
        except BaseException:
            if self._call("exists", temporary):
                self._call("rm_file", temporary)
            raise
