"""Several processes on one port: one that watches, and those that serve.

The one that watches has no other work and no threads, so that it can fork: the others share what it
has imported. A process that dies is replaced; one that dies at once would do so again, and ends
the service. They end when the watching one does, whatever becomes of it.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import connection, get_context
from multiprocessing.context import ForkProcess
from signal import (
    SIG_BLOCK,
    SIG_DFL,
    SIG_SETMASK,
    SIGINT,
    SIGTERM,
    pthread_sigmask,
    signal,
)
from typing import cast

from streamresize_server import serving
from streamresize_server.logs import LOGGER
from streamresize_server.metrics import SHARED_FOLDER
from streamresize_server.settings import Settings

AT_ONCE = 1.0  # seconds within which a process must not end
KILLED_AFTER = 5.0  # seconds more than a process may take to stop
LOOKING_SECONDS = 1.0
STOPPING_SIGNALS = {SIGTERM, SIGINT}


def run(settings: Settings) -> int:
    """Serve in `settings.processes` processes; return the exit status. Raises OSError."""
    with _reserved(settings) as settings, _metrics_folder() as folder:
        return Watch(settings, folder).run()


class Watch:
    """Over the processes that serve. folder: of their metrics."""

    def __init__(self, settings: Settings, folder: str) -> None:
        self._settings = settings
        self._folder = folder
        self._running: dict[int, tuple[ForkProcess, float]] = {}
        self._stopping_since: float | None = None
        self._status = 0
        self._read, self._write = os.pipe()  # read by all others, ends with this process

    def run(self) -> int:
        for number in STOPPING_SIGNALS:
            signal(number, lambda *_: self._stop())
        for _ in range(self._settings.processes):
            self._start()
        while self._running:
            for sentinel in connection.wait(list(self._running), LOOKING_SECONDS):
                self._ended(cast(int, sentinel))
            if self._is_overdue():
                self._kill()
        return self._status

    def _start(self) -> None:
        process = get_context("fork").Process(target=self._serve)
        with _stopping_blocked():
            process.start()
            self._running[process.sentinel] = (process, time.monotonic())
        if self._stopping_since is not None:
            process.terminate()

    def _serve(self) -> None:
        os.close(self._write)
        for number in STOPPING_SIGNALS:
            signal(number, SIG_DFL)
        pthread_sigmask(SIG_SETMASK, ())
        serving.run(self._settings, serving.listen(self._settings, shared=True), self._read)

    def _stop(self) -> None:
        if self._stopping_since is None:
            self._stopping_since = time.monotonic()
        for process, _ in self._running.values():
            process.terminate()

    def _ended(self, sentinel: int) -> None:
        process, started = self._running.pop(sentinel)
        process.join()
        _forget_metrics(process.pid, self._folder)
        if self._stopping_since is not None:
            self._status = self._status or int(process.exitcode != 0)
            return
        facts = {"pid": process.pid, "exit_code": process.exitcode}
        LOGGER.error("a process has ended", extra={"facts": facts})
        if time.monotonic() - started < AT_ONCE:
            self._status = 1
            self._stop()
        else:
            self._start()

    def _is_overdue(self) -> bool:
        if self._stopping_since is None:
            return False
        seconds = self._settings.stop_seconds + KILLED_AFTER
        return time.monotonic() - self._stopping_since > seconds

    def _kill(self) -> None:
        for process, _ in self._running.values():
            process.kill()


@contextmanager
def _reserved(settings: Settings) -> Iterator[Settings]:
    """With the number of the port, which this process holds without listening."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as reserving:
        reserving.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserving.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        reserving.bind((settings.host, settings.port))
        yield settings.model_copy(update={"port": reserving.getsockname()[1]})


@contextmanager
def _metrics_folder() -> Iterator[str]:
    """Where the processes keep their metrics, so that each can tell those of all."""
    folder = tempfile.mkdtemp(prefix="streamresize-metrics-")
    os.environ[SHARED_FOLDER] = folder
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _forget_metrics(pid: int | None, folder: str) -> None:
    """What only a running process has; what it has counted stays."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(pid, folder)  # type: ignore[no-untyped-call]


@contextmanager
def _stopping_blocked() -> Iterator[None]:
    mask = pthread_sigmask(SIG_BLOCK, STOPPING_SIGNALS)
    try:
        yield
    finally:
        pthread_sigmask(SIG_SETMASK, mask)
