"""Peak memory: whole processes against the height of the source, ours and the peers'; and the
estimate beside the measured growth.

python -m benchmarks.memory [FOLDER]     (default: build/benchmarks, for the large inputs)

Writes the plot docs/images/memory.svg.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot as plt

from benchmarks.mosaic import write_mosaic

PLOT = Path(__file__).resolve().parents[1] / "docs" / "images" / "memory.svg"
WIDTH = 12_000
HEIGHTS = (3_000, 6_000, 12_000, 24_000, 48_000)
SIDE = 200

STREAMRESIZE = """
import sys
import streamresize
with open(sys.argv[2], "wb") as file:
    file.write(streamresize.thumbnail(sys.argv[1], (200, 200)))
"""
PILLOW = """
import sys
from PIL import Image
Image.MAX_IMAGE_PIXELS = None
image = Image.open(sys.argv[1])
image.draft("RGB", (200, 200))
image.thumbnail((200, 200))
image.save(sys.argv[2])
"""
LIBVIPS = """
import sys
import pyvips
pyvips.Image.thumbnail(sys.argv[1], 200).write_to_file(sys.argv[2])
"""
FULL_SIZE = """
import sys
import streamresize
for strip in streamresize.strips(sys.argv[1], scale=1):
    pass
"""
RESIZE = ("-m", "streamresize", "resize", "--size")
PROGRAMS: dict[str, tuple[str, ...]] = {  # arguments of Python, in front of source and target
    "streamresize": ("-c", STREAMRESIZE),
    "libvips": ("-c", LIBVIPS),
    "Pillow": ("-c", PILLOW),
}
MEASURE = (
    "import resource, subprocess, sys; subprocess.run([sys.executable, *sys.argv[1:]], "
    "check=True); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)"
)

REQUESTS = (
    "Size(200, 200)",
    "Size(1600, 1600)",
    "Size(6500, 6500)",
    "Size(1600, 1600, format='array')",
    "Size(1600, 1600, format='png')",
    "Size(1600, 1600, format='webp')",
    "Size(1600, 1600, format='avif')",
    "Size(1600, 1600, format='png', colors=256)",
    "Size(1600, 1600, progressive=True)",
    "Size(1600, 1600, blur=20)",
    "Size(6500, 6500, blur=100)",
    "Size(1600, 1600, padding=100)",
    "Size(1600, 800, 'cover', gravity='smart')",
)
GROWTH = """
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


def run_python(*arguments: str) -> str:
    command = [sys.executable, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def process_peak(*arguments: str) -> float:
    """Peak memory in MB of a Python process, as the operating system counts it."""
    return int(run_python("-c", MEASURE, *arguments)) / 1e6


def mosaic(folder: Path, width: int, height: int, progressive: bool) -> Path:
    name = f"{width}x{height}{'-progressive' if progressive else ''}.jpg"
    return write_mosaic(folder / name, width, height, progressive=progressive)


def peaks_by_height(folder: Path, progressive: bool) -> dict[str, list[float]]:
    sources = [mosaic(folder, WIDTH, height, progressive) for height in HEIGHTS]
    target = str(folder / "out.jpg")
    return {
        name: [process_peak(*arguments, str(source), target) for source in sources]
        for name, arguments in PROGRAMS.items()
    }


def print_peaks(kind: str, peaks: dict[str, list[float]]) -> None:
    print(f"\n{WIDTH} pixels wide, {kind}, to {SIDE} px: peak of the whole process, MB\n")
    print("| height | megapixels | " + " | ".join(peaks) + " |")
    print("|---" * (2 + len(peaks)) + "|")
    for i, height in enumerate(HEIGHTS):
        row = " | ".join(f"{values[i]:.1f}" for values in peaks.values())
        print(f"| {height} | {WIDTH * height / 1e6:.0f} | {row} |")


def plot(peaks: dict[str, dict[str, list[float]]], target: Path) -> None:
    mpl.rcParams["svg.hashsalt"] = target.name
    figure, axes = plt.subplots(1, len(peaks), figsize=(9, 3.6), sharey=True, layout="constrained")
    megapixels = [WIDTH * height / 1e6 for height in HEIGHTS]
    for axis, (kind, values) in zip(axes, peaks.items(), strict=True):
        for name, row in values.items():
            axis.loglog(megapixels, row, marker="o", label=name)
        axis.set(title=f"{kind}, {WIDTH} px wide, to {SIDE} px", xlabel="megapixels")
        axis.set_xticks(megapixels, [f"{value:.0f}" for value in megapixels], minor=False)
        axis.minorticks_off()
        axis.grid(alpha=0.3)
    ticks = [25, 50, 100, 200, 400, 800, 1600]
    axes[0].set_yticks(ticks, [str(tick) for tick in ticks])
    axes[0].set_ylabel("peak memory of the process, MB")
    axes[0].legend()
    target.parent.mkdir(exist_ok=True)
    figure.savefig(target, metadata={"Date": None})


def print_giants(folder: Path) -> None:
    giant = str(mosaic(folder, 30_000, 30_000, True))
    large = str(mosaic(folder, WIDTH, WIDTH, True))
    target = str(folder / "out.jpg")
    print("\n| progressive if not said otherwise, peak of the whole process | MB |\n|---|---|")
    peak = process_peak(*RESIZE, "256x256", giant, "-o", target)
    print(f"| 30000 x 30000 to 256 px | {peak:.1f} |")
    baseline = str(mosaic(folder, 30_000, 30_000, False))
    peak = process_peak(*RESIZE, "20000x20000", baseline, "-o", target)
    print(f"| baseline, 30000 x 30000 to 20000 x 20000, written as the rows come | {peak:.1f} |")
    print(f"| 12000 x 12000, planes at full size | {process_peak('-c', FULL_SIZE, large):.1f} |")


def print_estimates(source: Path) -> None:
    print("\n| request | estimated | measured | estimated / measured |\n|---|---|---|---|")
    for request in REQUESTS:
        for fingerprint in (False, True):
            printed = run_python("-c", GROWTH, str(source), request, str(fingerprint))
            estimated, measured = (value / 1e6 for value in json.loads(printed))
            name = f"`{request}`{', fingerprint' if fingerprint else ''}"
            ratio = estimated / measured
            print(f"| {name} | {estimated:.1f} MB | {measured:.1f} MB | {ratio:.2f} |")


def main(folder: Path) -> None:
    peaks = {
        "baseline": peaks_by_height(folder, False),
        "progressive": peaks_by_height(folder, True),
    }
    for kind, values in peaks.items():
        print_peaks(kind, values)
    plot(peaks, PLOT)
    print_giants(folder)
    print_estimates(mosaic(folder, WIDTH, WIDTH, False))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/benchmarks"))
