"""Two pictures against each other; needs the extra `catalog`."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

from streamresize_server.absence import NotHere
from streamresize_server.prints import Print
from streamresize_server.workers import Deadline, Workers

if TYPE_CHECKING:
    from streamresize.matching import Match

STAGES = ("hash", "window") + (("keypoints",) if find_spec("cv2") else ())
LEAST = 0.75  # streamresize.matching.MATCH
WORKING_BYTES = 8 << 20  # of a search, a comparison, and of making windows and keypoints


class Comparer:
    """seconds: that one comparison may take."""

    def __init__(self, threads: int, queued: int, seconds: float) -> None:
        self._workers = Workers("compare", threads, queued)
        self._seconds = seconds

    def close(self) -> None:
        """Wait for the threads."""
        self._workers.close()

    async def compare(
        self, first: Print, second: Print, *, least: float, stages: tuple[str, ...]
    ) -> Match | None:
        """How the pictures lie to each other, upright. Raises Busy, Overtime, NotHere."""
        deadline = Deadline(self._seconds)
        work = partial(_compare, first, second, least, stages, deadline)
        return await self._workers.run(work, deadline)


def _compare(
    first: Print, second: Print, least: float, stages: tuple[str, ...], deadline: Deadline
) -> Match | None:
    try:
        from streamresize.matching import compare
    except ModuleNotFoundError:
        raise NotHere("this service was installed without streamresize[catalog]") from None
    return compare(
        first.fingerprint,
        second.fingerprint,
        orientations=(first.info.orientation, second.info.orientation),
        least=least,
        stages=stages,
        check=deadline.check,
    )
