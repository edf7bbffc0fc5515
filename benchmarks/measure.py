"""Runs rivals in turn, each in a process of its own, and notes time and peak memory."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

from benchmarks.tasks import QUALITY, Task

# How each library is told to use one thread.
ONE_THREAD = {
    "VIPS_CONCURRENCY": "1",
    "OMP_NUM_THREADS": "1",
    "OPENCV_FOR_THREADS_NUM": "1",
}


@dataclass
class Figures:
    """wall, cpu: seconds, one for each run. peak: bytes of the whole process that did one task."""

    version: str
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: int = 0


class Worker:
    """A rival that waits for tasks."""

    def __init__(self, command: Sequence[str], threads: str) -> None:
        environment = os.environ | (ONE_THREAD if threads == "1" else {})
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self.version = cast(str, self._answer())

    def ask(self, task: Task) -> dict[str, Any]:
        assert self._process.stdin is not None
        request = asdict(task) | {"size": task.size, "quality": QUALITY}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return cast(dict[str, Any], self._answer())

    def close(self) -> None:
        self._process.communicate()

    def _answer(self) -> object:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args!r} has ended")
        return json.loads(line)


def worker_command(rival: str, threads: str) -> list[str] | None:
    """None where what the rival needs is not installed."""
    if rival.endswith(".mjs"):
        node, folder = shutil.which("node"), os.environ.get("BENCH_NODE_MODULES", "build/node")
        if node is None or not Path(folder, "node_modules/sharp").exists():
            return None
        script = Path(__file__).parent / rival
        return [node, str(script), str(Path(folder).resolve()), threads]
    return [sys.executable, "-m", "benchmarks.worker", f"benchmarks.{rival.replace('/', '.')}"]


@contextmanager
def running(rivals: Sequence[str], threads: str) -> Iterator[dict[str, Worker]]:
    """The workers that can be started."""
    with ExitStack() as stack:
        workers = {}
        for rival in rivals:
            command = worker_command(rival, threads)
            if command is None:
                print(f"  {rival}: not installed", file=sys.stderr)
                continue
            workers[rival] = Worker(command, threads)
            stack.callback(workers[rival].close)
        yield workers


def compare(rivals: Sequence[str], task: Task, rounds: int, threads: str) -> dict[str, Figures]:
    """Every rival does the task `rounds` times, in turn with the others, after one for nothing."""
    with running(rivals, threads) as workers:
        figures = {rival: Figures(worker.version) for rival, worker in workers.items()}
        for worker in workers.values():
            worker.ask(task)
        for _ in range(rounds):
            for rival, worker in workers.items():
                answer = worker.ask(task)
                figures[rival].wall.append(answer["wall"])
                figures[rival].cpu.append(answer["cpu"])
    for rival, result in figures.items():
        with running([rival], threads) as workers:
            result.peak = workers[rival].ask(task)["peak"]
    return figures


# A small process between: a child's peak is at least that of the process that forks it.
LAUNCH = """
import json, os, sys, time
begin = time.perf_counter()
process = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(process, 0)
wall = time.perf_counter() - begin
assert status == 0, status
print(json.dumps([wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024]))
"""


def run_command(command: Sequence[str], threads: str) -> tuple[float, float, int]:
    """Wall seconds, processor seconds and peak memory in bytes of a whole process."""
    environment = os.environ | (ONE_THREAD if threads == "1" else {})
    done = subprocess.run(
        [sys.executable, "-S", "-c", LAUNCH, *command],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    wall, cpu, peak = json.loads(done.stdout)
    return wall, cpu, peak


def compare_commands(
    commands: dict[str, Sequence[str]], rounds: int, threads: str
) -> dict[str, Figures]:
    """As `compare`, for commands."""
    figures = {
        rival: Figures(rival) for rival, command in commands.items() if shutil.which(command[0])
    }
    for number in range(rounds + 1):
        for rival, result in figures.items():
            wall, cpu, peak = run_command(commands[rival], threads)
            result.peak = max(result.peak, peak)
            if number > 0:
                result.wall.append(wall)
                result.cpu.append(cpu)
    return figures
