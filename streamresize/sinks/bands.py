"""Rows of several planes, which arrive at different times, made into bands of all of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

import numpy as np

from streamresize.strips import Samples


def whole(pieces: Sequence[Samples]) -> Samples:
    """The rows of all the pieces."""
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)


class Bands:
    """Collects the rows of planes; a band is complete when every plane has its rows.

    shapes: (rows, columns) of each whole plane. rows: of each plane in a band. A picture of 100
    rows at 4:2:0 in bands of (16, 8, 8) has six such bands, and one of (4, 2, 2).
    """

    def __init__(self, shapes: Sequence[tuple[int, int]], rows: Sequence[int]) -> None:
        self._remaining = [height for height, _ in shapes]
        self._rows = tuple(rows)
        self._wanted = self._next_counts()
        self._queues = [_Rows() for _ in shapes]

    def add(self, plane: int, rows: Samples) -> None:
        """The next rows of a plane, which the caller must not change any more."""
        self._queues[plane].add(rows)

    def complete(self) -> Iterator[tuple[list[Samples], ...]]:
        """The bands that have become complete, in order; the last may have fewer rows.

        Of each plane the rows in one or more pieces.
        """
        while self._wanted and self._has_wanted():
            yield tuple(queue.take(count) for queue, count in zip(self._queues, self._wanted))
            self._remaining = [left - n for left, n in zip(self._remaining, self._wanted)]
            self._wanted = self._next_counts()

    def _has_wanted(self) -> bool:
        return all(queue.count >= count for queue, count in zip(self._queues, self._wanted))

    def _next_counts(self) -> list[int]:
        """Of rows in the next band; nothing behind the last one."""
        if not any(self._remaining):
            return []
        return [min(rows, left) for rows, left in zip(self._rows, self._remaining)]


class _Rows:
    """A queue of rows. count: rows in it."""

    def __init__(self) -> None:
        self._pieces: deque[Samples] = deque()
        self.count = 0

    def add(self, rows: Samples) -> None:
        self._pieces.append(rows)
        self.count += len(rows)

    def take(self, count: int) -> list[Samples]:
        """The first rows, which leave the queue."""
        self.count -= count
        taken = []
        while count > 0:
            piece = self._pieces.popleft()
            taken.append(piece[:count])
            if len(piece) > count:
                self._pieces.appendleft(piece[count:])
            count -= len(piece)
        return taken
