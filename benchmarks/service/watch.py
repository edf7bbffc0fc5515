"""Memory and processor time of a process and all that it has started, from /proc (Linux)."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from typing_extensions import Self

PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")
PERIOD_SECONDS = 0.05
FAMILY_PERIODS = 20  # after which new processes are looked for
POINTS = 200  # of the series that is kept


@dataclass
class Usage:
    """Bytes, and seconds of processor time, summed over all processes.

    peak: the highest of the samples. high_water: sum of what each process has ever had. series: of
    the samples, the highest of each of at most POINTS periods of equal length.
    """

    idle: int
    peak: int = 0
    high_water: int = 0
    cpu: float = 0.0
    processes: int = 0
    series: list[int] = field(default_factory=list)


class Watch:
    """From entering its context to leaving it."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._samples: list[int] = []
        self._cpu_before = processor_seconds(family(root))
        self.usage = Usage(idle=resident(family(root)))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        processes = family(self._root)
        self.usage.peak = max(self._samples, default=0)
        self.usage.high_water = sum(map(_high_water, processes))
        self.usage.cpu = processor_seconds(processes) - self._cpu_before
        self.usage.processes = len(processes)
        self.usage.series = _thinned(self._samples)

    def _run(self) -> None:
        while not self._over.wait(PERIOD_SECONDS):
            if len(self._samples) % FAMILY_PERIODS == 0:
                processes = family(self._root)
            self._samples.append(resident(processes))


def family(root: int) -> list[int]:
    """The process and its descendants."""
    children = defaultdict(list)
    for path in Path("/proc").glob("[0-9]*"):
        fields = _stat(int(path.name))
        if fields:
            children[int(fields[1])].append(int(path.name))
    found = [root]
    for process in found:
        found += children[process]
    return found


def resident(processes: list[int]) -> int:
    return sum(int(_read(process, "statm").split()[1] or 0) * PAGE for process in processes)


def processor_seconds(processes: list[int]) -> float:
    fields = map(_stat, processes)
    return sum(int(found[11]) + int(found[12]) for found in fields if found) / TICKS


def _high_water(process: int) -> int:
    lines = _read(process, "status").splitlines()
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def _stat(process: int) -> list[str]:
    """The fields behind the name: state, parent, ... (proc(5)), or none where it has ended."""
    return _read(process, "stat").rpartition(")")[2].split()


def _read(process: int, name: str) -> str:
    """Two fields that say 0 where the process has ended."""
    try:
        return Path(f"/proc/{process}/{name}").read_text()
    except OSError:
        return "" if name != "statm" else "0 0"


def _thinned(samples: list[int]) -> list[int]:
    step = max(1, -(-len(samples) // POINTS))
    return [max(samples[at : at + step]) for at in range(0, len(samples), step)]
