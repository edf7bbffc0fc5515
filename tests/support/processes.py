"""The service in a process of its own, as it is started by its command."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

PATIENCE = 60.0


class State(NamedTuple):
    """Descriptors and threads, resident bytes, and bytes of the budget that requests have."""

    descriptors: int
    threads: int
    resident: int
    reserved: int


class Running:
    """port: on the loopback. folder: of its cache and its temporary files."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
        self._process = process
        self.port = port
        self.folder = folder

    @property
    def status(self) -> int | None:
        """Of its exit, None while it runs."""
        return self._process.poll()

    def state(self) -> State:
        place = Path(f"/proc/{self._process.pid}")
        facts = dict(line.split(":", 1) for line in (place / "status").read_text().splitlines())
        return State(
            descriptors=len(list((place / "fd").iterdir())),
            threads=int(facts["Threads"]),
            resident=int(facts["VmRSS"].split()[0]) * 1024,
            reserved=self._metric("streamresize_budget_used_bytes"),
        )

    async def rests(self, before: State) -> State:
        """What it has once it holds no more than it did; or after a time, though it does."""
        for _ in range(200):  # connections to origins are kept for half a minute
            state = await asyncio.to_thread(self.state)
            if state.descriptors <= before.descriptors and not state.reserved:
                break
            await asyncio.sleep(0.2)
        return state

    def half_written(self) -> list[str]:
        """Files of the cache that nobody will complete."""
        return [path.name for path in self.folder.glob("??/*.tmp")]

    def terminate(self) -> None:
        self._process.send_signal(signal.SIGTERM)

    def wait(self) -> int:
        """Its exit status."""
        return self._process.wait(PATIENCE)

    def _metric(self, name: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics") as answer:
            lines = answer.read().decode().splitlines()
        return int(float(next(line for line in lines if line.startswith(f"{name} ")).split()[1]))


@contextmanager
def service(
    folder: Path, settings: Mapping[str, Any], file_bytes: int = resource.RLIM_INFINITY
) -> Iterator[Running]:
    """file_bytes: beyond which no file of its may grow."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    flags = {**settings, "port": port, "cache_folder": folder}
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "streamresize_server"),
            *(f"--{name.replace('_', '-')}={_text(value)}" for name, value in flags.items()),
        ],
        stdout=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(folder)},
    )
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    try:
        _wait_for(process, port)
        yield Running(process, port, folder)
    finally:
        process.kill()
        process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the service does not begin")


def _text(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)
