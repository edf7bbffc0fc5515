"""What earlier runs have finished: a file of lines in the target folder, only ever added to.

A run that is killed loses the line that it was writing, at most.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, NamedTuple

from streamresize import Size
from streamresize.cli.rows import Row
from streamresize.request import PassOptions

FILE_NAME = ".streamresize-batch.jsonl"
WITHOUT_EFFECT = ("threads", "limits")  # on the outputs


def options_key(
    sizes: Sequence[tuple[str, Size]], template: str, options: PassOptions, *, fingerprint: bool
) -> str:
    """A hash of all that decides what the outputs of an input are."""
    from hashlib import sha256  # 4 MB of OpenSSL, which other subcommands do without

    decisive = {
        "sizes": [[text, asdict(size)] for text, size in sizes],
        "template": template,
        "pass": {name: value for name, value in options.items() if name not in WITHOUT_EFFECT},
        "fingerprint": fingerprint,
    }
    canonical = json.dumps(decisive, sort_keys=True, default=_plain)
    return sha256(canonical.encode()).hexdigest()[:16]


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, (set, frozenset)) else repr(value)


class Entry(NamedTuple):
    """A finished input. input: as seen from every folder. folder: {dir}. stamp: of its contents."""

    input: str
    folder: str
    options: str
    stamp: str
    row: Row

    def to_line(self) -> bytes:
        return json.dumps({**self._asdict(), "row": self.row.to_dict()}).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Entry:
        """Raises ValueError, TypeError or KeyError for anything else than a whole line."""
        facts: dict[str, Any] = json.loads(line)
        return cls(**{**facts, "row": Row.from_dict(facts["row"])})


def read_finished(name: str, options: str) -> dict[str, bytes]:
    """The last line of each input that was finished with these options. Raises OSError.

    Inputs whose outputs have been overwritten since, with other options, are left out.
    """
    lines: dict[str, bytes] = {}
    if not Path(name).exists():
        return lines
    with open(name, "rb") as file:
        for line in file:
            try:
                _take_line(lines, line, options)
            except (ValueError, TypeError, KeyError):
                continue  # of a run that was killed
    return lines


def _take_line(lines: dict[str, bytes], line: bytes, options: str) -> None:
    entry = Entry.from_line(line)
    if entry.options == options:
        lines[entry.input] = line
    elif entry.input in lines:
        before = Entry.from_line(lines[entry.input])
        if _names(before) & _names(entry):
            del lines[entry.input]


def _names(entry: Entry) -> set[str]:
    return {made.name for made in entry.row.outputs}


def add(name: str, entry: Entry) -> None:
    """One write, so that lines of several processes do not mix. Raises OSError."""
    with open(name, "ab", buffering=0) as file:
        file.write(entry.to_line())


@contextmanager
def held(name: str) -> Generator[None, None, None]:
    """The file, made if need be, belongs to one run at a time.

    Raises OSError where another run holds it, or it cannot be written.
    """
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    with open(name, "ab+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OSError(f"{name} is held by another run") from error
        _end_last_line(file)
        yield


def _end_last_line(file: IO[bytes]) -> None:
    if file.seek(0, os.SEEK_END) > 0:
        file.seek(-1, os.SEEK_END)
        if file.read(1) != b"\n":
            file.write(b"\n")
            file.flush()
