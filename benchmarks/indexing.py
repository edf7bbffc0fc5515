"""`streamresize index add` beside `imagehash.phash` over Pillow, which takes one hash of seven.

python -m benchmarks.indexing FOLDER [ROUNDS] [PROCESSES]

FOLDER holds JPEGs, PROCESSES (default 2) are those of streamresize; imagehash has one. Both read
the same files, first as many as FOLDER has, then eight times as many: copies whose comments differ.
From the two times follows what each further file takes; what starting takes is in the first alone.
The commands take turns. Ratios are of time by the clock; above 1 they favour streamresize.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple, TypeAlias

from benchmarks.batch import jpegs_in

COPIES = 8
START_OF_IMAGE = 2  # bytes
HASHED = """
import sys
from pathlib import Path
import imagehash
from PIL import Image
for folder in sys.argv[1:]:
    for file in sorted(Path(folder).iterdir()):
        with Image.open(file) as picture:
            imagehash.phash(picture)
"""

Run: TypeAlias = Callable[[Sequence[Path]], None]


class Taken(NamedTuple):
    """Seconds: of the whole command over the files of one folder; of each further file."""

    command: float
    further: float


def copies(folder: Path, target: Path) -> list[Path]:
    """Folders with the files of `folder`, all of them different."""
    files = jpegs_in(folder)
    folders = [target / str(number) for number in range(COPIES)]
    for number, place in enumerate(folders):
        place.mkdir()
        comment = b"\xff\xfe\x00\x03" + bytes([number])
        for file in files:
            data = file.read_bytes()
            (place / file.name).write_bytes(data[:START_OF_IMAGE] + comment + data[START_OF_IMAGE:])
    return folders


def index_add(processes: str, folders: Sequence[Path]) -> None:
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-m", "streamresize", "index", "add", "--quiet"]
        chosen = ["--jobs", processes, "--catalog", f"{place}/catalog.db"]
        subprocess.run([*command, *chosen, *folders], check=True)


def imagehash(folders: Sequence[Path]) -> None:
    subprocess.run([sys.executable, "-c", HASHED, *folders], check=True)


def measure(run: Run, folders: Sequence[Path]) -> Taken:
    one, all_ = timed(run, folders[:1]), timed(run, folders)
    further = sum(len(list(folder.iterdir())) for folder in folders[1:])
    return Taken(one, (all_ - one) / further)


def timed(run: Run, folders: Sequence[Path]) -> float:
    """Seconds, the files not read from the disk."""
    for folder in folders:
        for file in folder.iterdir():
            file.read_bytes()
    start = perf_counter()
    run(folders)
    return perf_counter() - start


def main(folder: str, rounds: str = "5", processes: str = "2") -> None:
    with tempfile.TemporaryDirectory() as place:
        folders = copies(Path(folder), Path(place))
        count = len(list(folders[0].iterdir()))
        contest: tuple[Run, Run] = partial(index_add, processes), imagehash
        runs = [[measure(run, folders) for run in contest] for _ in range(int(rounds))]
    print("| | streamresize | imagehash | ratio |")
    print("|---|---|---|---|")
    for name, column, files in ((f"{count} files, whole command", 0, count), ("further", 1, 1)):
        ours, theirs = (median(taken[column] for taken in each) for each in zip(*runs))
        ratio = median(other[column] / own[column] for own, other in runs)
        print(f"| {name}, files/s | {files / ours:.0f} | {files / theirs:.0f} | {ratio:.2f} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
