"""One function for many inputs, on all processors.

Threads would wait for each other: for a small picture half of the time is spent in Python itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from signal import SIG_IGN, SIGINT, signal
from typing import TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


def map_in_processes(
    work: Callable[[Item], Outcome], items: Iterable[Item], *, jobs: int, together: int = 1
) -> Iterator[Outcome]:
    """`work(item)` for every item, in their order, in `jobs` processes.

    work, items, outcomes: whatever can be pickled. together: items that a process is given at a
    time. Of `items` no more is taken than keeps the processes busy. The processes are spawned and
    import the main module, as those of `multiprocessing` do.

    Raises what `work` raises, and BrokenProcessPool when a process dies.
    """
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), signal, (SIGINT, SIG_IGN))
    remaining = iter(items)
    pending: deque[Future[list[Outcome]]] = deque()
    try:
        while True:
            while len(pending) < 2 * jobs and (chosen := list(islice(remaining, together))):
                pending.append(pool.submit(_do_all, work, chosen))
            if not pending:
                return
            yield from pending.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _do_all(work: Callable[[Item], Outcome], items: Sequence[Item]) -> list[Outcome]:
    return [work(item) for item in items]
