"""One function for many inputs, on all processors.

Threads would wait for each other: for a small picture half of the time is spent in Python itself.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context, parent_process, resource_tracker
from signal import SIG_BLOCK, SIG_IGN, SIG_SETMASK, SIGINT, pthread_sigmask, signal
from threading import Thread
from typing import TypeVar

AHEAD = 2  # groups that each of the other processes is given
MOST_PENDING = 8  # for each process
BLAS_THREADS = "OPENBLAS_NUM_THREADS"

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


def map_in_processes(
    work: Callable[[Item], Outcome], items: Iterable[Item], *, jobs: int, together: int = 1
) -> Iterator[Outcome]:
    """`work(item)` for every item, in their order, in `jobs` processes, this one among them.

    work, items, outcomes: whatever can be pickled. together: items that a process is given at a
    time. Of `items` no more is taken than keeps the processes busy. The others are spawned and
    import the main module, as those of `multiprocessing` do.

    Raises what `work` raises, and BrokenProcessPool when a process dies.
    """
    if jobs == 1:
        yield from map(work, items)
        return
    remaining = iter(items)
    resource_tracker.ensure_running()  # which unblocks signals when it is started later
    pool = ProcessPoolExecutor(jobs - 1, get_context("spawn"), _start_process)
    pending: deque[Future[list[Outcome]]] = deque()
    try:
        while True:
            ahead = AHEAD * (jobs - 1) - sum(not future.done() for future in pending)
            while ahead > 0 and (group := _take(remaining, together)):
                with _starting_process():
                    pending.append(pool.submit(_do_all, work, group))
                ahead -= 1
            if not pending:
                return
            idle = not pending[0].done() and len(pending) < MOST_PENDING * jobs
            if idle and (group := _take(remaining, together)):
                pending.append(_done_here(work, group))
            else:
                yield from pending.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _starting_process() -> Generator[None, None, None]:
    """A process that is started here cannot be interrupted before it has come to ignore it.

    Its NumPy has no threads of its own, which would wait for work on processors that have some.
    """
    before, threads = pthread_sigmask(SIG_BLOCK, {SIGINT}), os.environ.get(BLAS_THREADS)
    os.environ.setdefault(BLAS_THREADS, "1")
    try:
        yield
    finally:
        if threads is None:
            del os.environ[BLAS_THREADS]
        pthread_sigmask(SIG_SETMASK, before)


def _start_process() -> None:
    """Leave interruption to the parent, and end with it, even if it is killed."""
    signal(SIGINT, SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _take(items: Iterator[Item], count: int) -> list[Item]:
    return list(islice(items, count))


def _do_all(work: Callable[[Item], Outcome], items: Sequence[Item]) -> list[Outcome]:
    return [work(item) for item in items]


def _done_here(work: Callable[[Item], Outcome], items: Sequence[Item]) -> Future[list[Outcome]]:
    future: Future[list[Outcome]] = Future()
    try:
        future.set_result(_do_all(work, items))
    except Exception as error:
        future.set_exception(error)
    return future
