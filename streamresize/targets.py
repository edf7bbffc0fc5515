"""Where files go: a path, something writable, or memory; whole or not at all."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from errno import EISDIR
from pathlib import Path
from typing import BinaryIO, Protocol, TypeAlias, cast

MOST_OF_NAME = 50  # characters: file systems allow 255 bytes


class Writable(Protocol):
    """What has `write`, such as a file object opened in binary mode."""

    def write(self, data: bytes, /) -> object: ...


Destination: TypeAlias = str | os.PathLike[str] | Writable

Destinations: TypeAlias = Destination | Sequence[Destination | None] | None


def temporary_name(name: str) -> str:
    """A name beside `name` that nothing else has; the files of runs that were killed keep it."""
    folder, slash, last = name.rpartition("/")
    return f"{folder}{slash}.{last[:MOST_OF_NAME]}.{os.urandom(4).hex()}.tmp"


class Target:
    """Takes a file in pieces: `open`, `write`; then `commit` or `abort`: the first to come counts.

    Whoever is interrupted while it opens can abort it. written: bytes so far. keeps: the file stays
    in memory.
    """

    keeps = False

    def __init__(self, file: Writable | None = None) -> None:
        self._file = file
        self.written = 0

    def open(self) -> None:
        """Raises OSError where nothing can be written."""

    def write(self, data: bytes) -> None:
        """Raises OSError, or what else the destination raises."""
        write, rest = cast(Writable, self._file).write, memoryview(data)
        while rest:
            count = write(cast(bytes, rest))
            taken = count if isinstance(count, int) else len(rest)  # raw files may take a part
            self.written += taken
            rest = rest[taken:]

    def commit(self) -> bytes | None:
        """The file is complete; gives it where it is in memory."""
        return None

    def abort(self) -> None:
        """The file will not be complete."""


class MemoryTarget(Target):
    """Keeps the file."""

    keeps = True

    def __init__(self) -> None:
        self._buffer = io.BytesIO()
        super().__init__(self._buffer)

    def commit(self) -> bytes:
        return self._buffer.getvalue()  # of a buffer that has been filled once: no copy


class FileTarget(Target):
    """Has a path, and a file once it is open."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._opened: BinaryIO | None = None

    def _close(self) -> None:
        if self._opened is not None:
            self._opened.close()


class PathTarget(FileTarget):
    """A temporary file beside `path`, renamed to it when complete. Missing folders are made."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._temporary = Path(temporary_name(str(path)))

    def open(self) -> None:
        if self._path.is_dir():
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR), str(self._path))
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._opened = open(self._temporary, "xb")  # noqa: SIM115 - closed below

    def commit(self) -> None:
        try:
            self._close()
            self._temporary.replace(self._path)
        except BaseException:
            self.abort()
            raise

    def abort(self) -> None:
        try:
            self._close()
        except OSError:  # what was buffered does not fit, and is not wanted
            pass
        finally:
            self._temporary.unlink(missing_ok=True)


class DeviceTarget(FileTarget):
    """A pipe or device that has a path: written to as it is."""

    def open(self) -> None:
        self._file = self._opened = open(self._path, "wb", buffering=0)  # noqa: SIM115 - below

    def commit(self) -> None:
        self._close()

    def abort(self) -> None:
        self._close()


def target_of(destination: Destination | None) -> Target:
    """Not open yet. Raises TypeError for what is no destination."""
    if destination is None:
        return MemoryTarget()
    if isinstance(destination, (str, os.PathLike)):
        path = Path(destination)
        return DeviceTarget(path) if _is_device(path) else PathTarget(path)
    if not hasattr(destination, "write"):
        raise TypeError(f"a path or something writable is needed, not {destination!r}")
    return Target(destination)


def _is_device(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()


def open_targets(destinations: Sequence[Destination | None], targets: list[Target]) -> None:
    """One for each, which is among the targets before it is open.

    Raises OSError where a path cannot be written to, TypeError for what is no destination.
    """
    for destination in destinations:
        target = target_of(destination)
        targets.append(target)
        target.open()


def destinations(to: Destinations, formats: Sequence[str]) -> list[Destination | None]:
    """Where the file of each format goes.

    Raises ValueError where `to` has not one for each, or one for an array.
    """
    goals = list(to) if isinstance(to, (list, tuple)) else [cast("Destination | None", to)]
    if to is None:
        goals *= len(formats)
    if len(goals) != len(formats):
        raise ValueError(f"{len(formats)} sizes, but {len(goals)} destinations")
    if any(goal is not None and format == "array" for goal, format in zip(goals, formats)):
        raise ValueError("an array is no file: it cannot be written")
    return goals


class Outbox:
    """Something writable that hands on what is written."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes, /) -> None:
        self._pieces.append(bytes(data))

    def filled(self) -> bool:
        """Something has been written since the last time."""
        return bool(self._pieces)

    def take(self) -> list[bytes]:
        """What has been written since the last time."""
        pieces, self._pieces = self._pieces, []
        return pieces
