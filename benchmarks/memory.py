"""Peak memory of whole processes, and the estimate beside the measured growth.

python -m benchmarks.memory [FOLDER]     (default: build/benchmarks, for the large inputs)
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.inputs import write_large_jpeg

SIZES = ((12_000, 12_000), (12_000, 48_000))
REQUESTS = (
    "Size(200, 200)",
    "Size(1600, 1600)",
    "Size(6500, 6500)",
    "Size(1600, 1600, format='array')",
    "Size(1600, 1600, format='png')",
    "Size(1600, 1600, format='webp')",
)
IN_PROCESS = """
import json, sys
import streamresize
from streamresize import Size

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))

sizes, fingerprint = [eval(sys.argv[2])], sys.argv[3] == "True"
estimate = streamresize.estimate_memory(streamresize.probe(sys.argv[1]), sizes,
                                        fingerprint=fingerprint)
idle = peak()
streamresize.process(sys.argv[1], sizes, fingerprint=fingerprint)
print(json.dumps([estimate, peak() - idle]))
"""


def command_peak(source: Path, target: Path, size: str) -> int:
    """Peak memory in bytes of the command, as the operating system counts it."""
    arguments = ["-m", "streamresize", "resize", str(source), "-o", str(target), "--size", size]
    code = (
        "import resource, subprocess, sys; subprocess.run([sys.executable, *sys.argv[1:]], "
        "check=True); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True
    )
    return int(done.stdout)


def growth(source: Path, request: str, fingerprint: bool) -> tuple[int, int]:
    """(estimated, measured) bytes above the process that has imported streamresize."""
    done = subprocess.run(
        [sys.executable, "-c", IN_PROCESS, str(source), request, str(fingerprint)],
        check=True,
        capture_output=True,
        text=True,
    )
    estimated, measured = json.loads(done.stdout)
    return estimated, measured


def main(folder: Path) -> None:
    sources = [write_large_jpeg(folder / f"{w}x{h}.jpg", w, h) for w, h in SIZES]
    print("command: streamresize resize IN -o OUT --size 200x200, peak of the whole process")
    for (width, height), source in zip(SIZES, sources, strict=True):
        peak = command_peak(source, folder / "out.jpg", "200x200")
        print(f"| {width} x {height} | {width * height / 1e6:.0f} MP | {peak / 1e6:.1f} MB |")
    print("growth over the idle process, 144 MP")
    print("| request | estimated | measured | estimated / measured |")
    print("|---|---|---|---|")
    for request in REQUESTS:
        for fingerprint in (False, True):
            estimated, measured = growth(sources[0], request, fingerprint)
            name = f"{request}{', fingerprint' if fingerprint else ''}"
            ratio = estimated / measured
            print(f"| {name} | {estimated / 1e6:.1f} MB | {measured / 1e6:.1f} MB | {ratio:.2f} |")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/benchmarks"))
