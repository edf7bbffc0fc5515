"""What damaged and hostile files cost, all of them in one process.

python -m benchmarks.hostile     (needs the corpus of test files, see tests/support)
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

import streamresize
from streamresize import Size
from tests.support.corpus import in_folder


def outcome(path: Path) -> str:
    """Headers, then a thumbnail."""
    try:
        streamresize.probe(path)
        result = streamresize.process(path, [Size(100, 100)])
    except streamresize.StreamResizeError as error:
        return type(error).__name__
    return "picture with warnings" if result.warnings else "picture"


def peak_memory() -> int:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def main() -> None:
    files = [entry.file for entry in in_folder("broken")]
    if not files:
        sys.exit("the corpus of test files is not here")
    outcomes: Counter[str] = Counter()
    seconds: list[tuple[float, str]] = []
    for path in files:
        begin = time.process_time()
        outcomes[outcome(path)] += 1
        seconds.append((time.process_time() - begin, path.name))
    for name, count in outcomes.most_common():
        print(f"{count:5} {name}")
    slowest, name = max(seconds)
    print(f"{len(files)} files, slowest {slowest:.2f} s ({name})")
    print(f"peak memory of the process {peak_memory() / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
