"""What the rivals are asked to do."""

from __future__ import annotations

from dataclasses import dataclass

QUALITY = 80


@dataclass(frozen=True)
class Task:
    """A source of `width` x `height` pixels is to fit a square box of each of `sizes`.

    repeats: what takes less than some milliseconds is done several times in a run, as by those who
    have many pictures; else the runs of the others in between count as well, for they empty caches.
    """

    source: str
    width: int
    height: int
    sizes: tuple[int, ...]
    repeats: int = 1

    @property
    def size(self) -> int:
        return self.sizes[0]

    def coarsest_scale(self) -> int:
        """The DCT scale whose result is not smaller than the output."""
        ratio = max(self.width, self.height) / self.size
        return next((scale for scale in (8, 4, 2) if scale <= ratio), 1)


def fitted(task: Task) -> tuple[int, int]:
    """Width and height of the picture inside the box, the aspect kept."""
    factor = task.size / max(task.width, task.height)
    return max(1, round(task.width * factor)), max(1, round(task.height * factor))
