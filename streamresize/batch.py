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
from typing import Generic, TypeVar

AHEAD = 2  # groups that each of the other processes is given, where nothing else is said
MOST_PENDING = 8  # for each process
BLAS_THREADS = "OPENBLAS_NUM_THREADS"

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


def map_in_processes(
    work: Callable[[Item], Outcome], items: Iterable[Item], *, jobs: int, together: int = 1
) -> Iterator[Outcome]:
    """`work(item)` for every item, in their order; see `Processes`.

    together: items that a process is given at a time. Of `items` no more is taken than keeps the
    processes busy.
    """
    with Processes(work, jobs) as processes:
        yield from processes.map(items, together)


class Processes(Generic[Item, Outcome]):
    """`jobs` processes for one function, this one among them: a context manager, for one `map`.

    The others are spawned when there is something for them to do, or by `start`, and import the
    main module, as those of `multiprocessing` do.

    work, items, outcomes: whatever can be pickled. `map` raises what `work` raises, and
    BrokenProcessPool when a process dies.
    """

    def __init__(self, work: Callable[[Item], Outcome], jobs: int) -> None:
        self.jobs = jobs
        self._work = work
        self._pool: ProcessPoolExecutor | None = None
        self._ending: Thread | None = None
        if jobs > 1:
            resource_tracker.ensure_running()  # which unblocks signals when it is started later
            self._pool = ProcessPoolExecutor(jobs - 1, get_context("spawn"), _start_process)

    def __enter__(self) -> Processes[Item, Outcome]:
        return self

    def __exit__(self, *_: object) -> None:
        if self._ending:
            self._ending.join()
        elif self._pool:
            self._pool.shutdown(cancel_futures=True)

    def start(self) -> None:
        """Let the others start, and import what `work` needs, before there is anything to do."""
        if self._pool:
            for _ in range(self.jobs - 1):
                self._submit(self._pool, ())

    def map(self, items: Iterable[Item], together: int, ahead: int = AHEAD) -> Iterator[Outcome]:
        """What `map_in_processes` gives.

        ahead: groups that each of the other processes is given: the more, the longer this one may
        be away, and the less even their ends are.
        """
        if self._pool is None:
            yield from map(self._work, items)
            return
        remaining = iter(items)
        pending: deque[Future[list[Outcome]]] = deque()
        while True:
            more = ahead * (self.jobs - 1) - sum(not future.done() for future in pending)
            while more > 0 and (group := _take(remaining, together)):
                pending.append(self._submit(self._pool, group))
                more -= 1
            if not pending:
                self._ending = Thread(target=self._pool.shutdown)  # while this process goes on
                self._ending.start()
                return
            idle = not pending[0].done() and len(pending) < MOST_PENDING * self.jobs
            if idle and (group := _take(remaining, together)):
                pending.append(_done_here(self._work, group))
            else:
                yield from pending.popleft().result()

    def _submit(self, pool: ProcessPoolExecutor, items: Sequence[Item]) -> Future[list[Outcome]]:
        with _starting_process():
            return pool.submit(_do_all, self._work, items)


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
