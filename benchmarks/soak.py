"""The service under everything that goes wrong around it, a thousand times each.

python -m benchmarks.soak [--times N] [--at-once N] [FAULT ...]     (Linux)

Prints a line for each fault: what came of it, and what the service has before and after. For the
faults of disks the cache is on a file system of 2 MB where one can be mounted; else no file may
grow beyond some bytes. Exit status 1 where something is not as it must be.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.faults import FAULTS, FULL_FILE, HOST, SETTINGS, Fault, Ground, misbehave
from tests.support.origins import origin
from tests.support.processes import Running, State, service

TINY = 2 << 20  # bytes of the full disk
PATIENCE = 120.0
WARMING = 100  # repetitions before anything is measured: pools and caches fill
HEADER = "fault                                outcomes             descriptors  RSS MB  reserved"


async def repeated(fault: Fault, ground: Ground, times: int, at_once: int) -> Counter[str]:
    """What came of it each time."""
    room = asyncio.Semaphore(at_once)

    async def once() -> str:
        async with room:
            try:
                return await asyncio.wait_for(fault.act(ground), PATIENCE)
            except asyncio.TimeoutError:
                return "hangs"

    return Counter(await asyncio.gather(*(once() for _ in range(times))))


def row(name: str, outcomes: Counter[str], before: State, after: State) -> str:
    told = ", ".join(f"{count}x {outcome}" for outcome, count in outcomes.most_common())
    return (
        f"{name:36} {told:20} {before.descriptors:5} {after.descriptors:5}"
        f" {before.resident / 1e6:5.0f} {after.resident / 1e6:5.0f} {after.reserved:8}"
    )


async def soak(running: Running, names: list[str], times: int, at_once: int) -> bool:
    """Whether everything is as it must be."""
    good = True
    async with origin(misbehave, HOST) as bad:
        ground = Ground(running.port, bad.port)
        await repeated(FAULTS["origin promises too much"], ground, WARMING, at_once)
        first = await running.rests(running.state())
        for name in names:
            before = await running.rests(first)
            outcomes = await repeated(FAULTS[name], ground, times, at_once)
            after = await running.rests(first)
            print(row(name, outcomes, before, after), flush=True)
            good &= set(outcomes) <= FAULTS[name].outcomes and not after.reserved
            good &= after.descriptors <= first.descriptors and running.status is None
    running.terminate()
    return good and await asyncio.to_thread(running.wait) == 0 and not running.half_written()


@contextmanager
def tiny_disk(folder: Path) -> Iterator[bool]:
    """A file system of its own at the folder; False where none can be mounted."""
    options = ["-t", "tmpfs", "-o", f"size={TINY}", "none", str(folder)]
    mounted = not subprocess.run(["mount", *options], capture_output=True, check=False).returncode
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


def run(names: list[str], times: int, at_once: int) -> bool:
    """The faults of disks on a full one, the others on one with room."""
    on_disks = [name for name in names if name.startswith("disk")]
    others = [name for name in names if name not in on_disks]
    good = True
    if others:
        with tempfile.TemporaryDirectory() as folder, service(Path(folder), SETTINGS) as running:
            good &= asyncio.run(soak(running, others, times, at_once))
    if on_disks:
        with tempfile.TemporaryDirectory() as folder, tiny_disk(Path(folder)) as mounted:
            most = resource.RLIM_INFINITY if mounted else FULL_FILE
            with service(Path(folder), SETTINGS, most) as running:
                (Path(folder) / "full").write_bytes(bytes(TINY - FULL_FILE))
                good &= asyncio.run(soak(running, on_disks, times, at_once))
    return good


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.soak")
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=50)
    parser.add_argument("faults", nargs="*", metavar="FAULT", help=", ".join(FAULTS))
    given = parser.parse_args()
    print(HEADER)
    sys.exit(not run(given.faults or list(FAULTS), given.times, given.at_once))


if __name__ == "__main__":
    main()
