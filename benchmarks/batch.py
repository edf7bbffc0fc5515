"""`streamresize batch` beside `vipsthumbnail`: whole commands over the same files.

python -m benchmarks.batch FOLDER [ROUNDS] [COPIES]

Both get two processes of one thread each, and write JPEGs of quality 80 without metadata. For
several sizes `vipsthumbnail` is run once for each, since it makes one. The commands take turns.
Ratios are of time by the clock and of processor time; above 1 they favour streamresize.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from time import perf_counter
from typing import NamedTuple, TypeAlias

from benchmarks.measure import ONE_THREAD

PROCESSES = 2
QUALITY = 80
SIZES = (400, 200, 100)

Run: TypeAlias = Callable[[Path, Path], None]  # from a folder of inputs to one of outputs


def streamresize(sizes: Sequence[int], *options: str) -> Run:
    def run(source: Path, target: Path) -> None:
        boxes = [f"--size={size}" for size in sizes]
        command = ["batch", str(source), "--out", str(target), *boxes, *options]
        fixed = [f"--jobs={PROCESSES}", f"--quality={QUALITY}", "--quiet"]
        subprocess.run([sys.executable, "-m", "streamresize", *command, *fixed], check=True)

    return run


def vipsthumbnail(sizes: Sequence[int]) -> Run:
    def run(source: Path, target: Path) -> None:
        files = sorted(str(file) for file in source.iterdir())
        for size in sizes:
            output = f"{target}/%s_{size}.jpg[Q={QUALITY},strip]"
            command = ["vipsthumbnail", f"--size={size}x{size}", "--output", output]
            running = [
                subprocess.Popen([*command, *files[part::PROCESSES]], env=os.environ | ONE_THREAD)
                for part in range(PROCESSES)
            ]
            assert all(process.wait() == 0 for process in running)

    return run


CONTESTS: dict[str, tuple[Run, Run]] = {
    "one size": (streamresize(SIZES[:1]), vipsthumbnail(SIZES[:1])),
    "three sizes": (streamresize(SIZES), vipsthumbnail(SIZES)),
    "three sizes and a perceptual hash": (
        streamresize(SIZES, "--fingerprint"),
        vipsthumbnail(SIZES),
    ),
}


class Taken(NamedTuple):
    """Seconds by the clock, and of all processors."""

    wall: float
    cpu: float


def measure(run: Run, source: Path, folder: Path) -> Taken:
    target = folder / "target"
    target.mkdir()
    before, start = getrusage(RUSAGE_CHILDREN), perf_counter()
    run(source, target)
    wall, after = perf_counter() - start, getrusage(RUSAGE_CHILDREN)
    shutil.rmtree(target)
    return Taken(wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def jpegs_in(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.iterdir()) if file.suffix.lower() in (".jpg", ".jpeg")]


def copies(folder: Path, times: int, target: Path) -> int:
    """Links to the files of `folder`, each `times` times; how many there are."""
    files = jpegs_in(folder)
    target.mkdir()
    for number in range(times):
        for file in files:
            (target / f"{number}-{file.stem}.jpg").symlink_to(file.resolve())
    return times * len(files)


def main(folder: str, rounds: str = "5", times: str = "1") -> None:
    with tempfile.TemporaryDirectory() as place:
        source = Path(place, "source")
        count = copies(Path(folder), int(times), source)
        print(f"| {count} files | streamresize, files/s | vipsthumbnail, files/s | ratio | CPU |")
        print("|---|---|---|---|---|")
        for name, contest in CONTESTS.items():
            runs = [
                [measure(run, source, Path(place)) for run in contest] for _ in range(int(rounds))
            ]
            ours, theirs = (count / median(taken.wall for taken in column) for column in zip(*runs))
            ratio = median(other.wall / own.wall for own, other in runs)
            cpu = median(other.cpu / own.cpu for own, other in runs)
            print(f"| {name} | {ours:.0f} | {theirs:.0f} | {ratio:.2f} | {cpu:.2f} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
