"""What `streamresize index add` does with a file, in any of its processes.

The other processes import this, and nothing that only the catalog needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from time import perf_counter
from typing import NamedTuple

from streamresize import Limits, StreamResizeError
from streamresize.catalog import Picture, read_picture
from streamresize.cli.rows import Row
from streamresize.cli.storage import stamp_of
from streamresize.matching import Extract


class Task(NamedTuple):
    """A file under its absolute name, and its stamp where the catalog has all that is wanted."""

    name: str
    stamp: str | None


class Outcome(NamedTuple):
    row: Row
    picture: Picture | None = None


@dataclass(frozen=True)
class MakeFingerprint:
    limits: Limits
    extract: Extract

    def __call__(self, task: Task) -> Outcome:
        """Never raises on account of its input."""
        try:
            return self._made(task)
        except MemoryError:
            return Outcome(Row(task.name, "failed", error="not enough memory"))
        except (StreamResizeError, OSError, ValueError) as error:
            return Outcome(Row(task.name, "failed", error=str(error)))
        except Exception as error:
            return Outcome(Row(task.name, "failed", error=f"{type(error).__name__}: {error}"))

    def _made(self, task: Task) -> Outcome:
        start, stamp = perf_counter(), stamp_of(task.name)
        if stamp == task.stamp:
            return Outcome(Row(task.name, "kept"))
        picture = read_picture(
            task.name, stamp=stamp, extract=self.extract, threads=1, limits=self.limits
        )
        if stamp_of(task.name) != stamp:
            raise OSError("the file has changed while it was read")
        row = Row(
            task.name,
            "made",
            width=picture.width,
            height=picture.height,
            bytes_read=picture.bytes,
            seconds=round(perf_counter() - start, 4),
            warnings=picture.warnings,
        )
        return Outcome(row, picture)


def has_opencv() -> bool:
    """Whether keypoints can be made."""
    return find_spec("cv2") is not None
