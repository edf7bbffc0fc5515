"""What is measured: python -m benchmarks.scenarios [--folder FOLDER] [--rounds N] [NAME ...]

Writes benchmarks/results/NAME.json. The inputs, up to 900 megapixels, are made in FOLDER.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.inputs import write_large_jpeg
from benchmarks.measure import Figures, compare, compare_commands
from benchmarks.mosaic import write_mosaic, write_small_photos
from benchmarks.page import RESULTS
from benchmarks.tasks import Task
from streamresize import probe

OURS = "thumbnail/streamresize"
PREVIEW = "thumbnail/streamresize_preview"
THREADED = "thumbnail/streamresize_threads"
PEERS = (
    "thumbnail/pillow_draft",
    "thumbnail/pillow_reducing_gap",
    "thumbnail/pyvips",
    "thumbnail/opencv",
    "thumbnail/pyturbojpeg",
    "thumbnail/simplejpeg_pillow",
    "thumbnail/sharp.mjs",
)
# OpenCV refuses more than 2^30 pixels, and whole decodes of giants say nothing but "slow".
GIANT_PEERS = ("thumbnail/pillow_draft", "thumbnail/pyvips", "thumbnail/sharp.mjs")

MakeSource = Callable[[Path], Path]


@dataclass(frozen=True)
class Scenario:
    title: str
    make_source: MakeSource
    sizes: tuple[int, ...]
    rivals: tuple[str, ...] = (OURS, *PEERS)
    threads: str = "1"
    rounds: int = 5
    commands: bool = False
    repeats: int = 1


def mosaic(width: int, height: int, kind: str = "") -> MakeSource:
    """kind: "progressive", "444" (no subsampling, quality 92) or nothing."""

    def make(folder: Path) -> Path:
        name = f"{width}x{height}{'-' + kind if kind else ''}.jpg"
        return write_mosaic(
            folder / name,
            width,
            height,
            progressive=kind == "progressive",
            subsampled=kind != "444",
            quality=92 if kind == "444" else 85,
        )

    return make


def with_restarts(folder: Path) -> Path:
    return write_large_jpeg(folder / "12000x12000-restarts.jpg", 12_000, 12_000)


def small_photo(folder: Path) -> Path:
    return write_small_photos(folder / "small", 1)[0]


def small_photos(folder: Path) -> Path:
    return write_small_photos(folder / "small-1000", 1000)[0].parent


BASELINE, PROGRESSIVE = mosaic(12_000, 12_000), mosaic(12_000, 12_000, "progressive")
WITH_THREADS = (OURS, THREADED, *PEERS)
WITH_PREVIEW = (OURS, PREVIEW, THREADED, *PEERS)
SCENARIOS = {
    "small-128": Scenario("0.3 MP photo to 128 px", small_photo, (128,), rounds=31, repeats=30),
    "photo-200": Scenario("24 MP photo to 200 px", mosaic(6000, 4000), (200,), rounds=11),
    "photo-800": Scenario("24 MP photo to 800 px", mosaic(6000, 4000), (800,), rounds=11),
    "photo-1600": Scenario("24 MP photo to 1600 px", mosaic(6000, 4000), (1600,), rounds=11),
    "photo-444-800": Scenario(
        "24 MP photo, 4:4:4, quality 92, to 800 px", mosaic(6000, 4000, "444"), (800,), rounds=11
    ),
    "baseline-200": Scenario("144 MP baseline to 200 px", BASELINE, (200,), WITH_THREADS),
    "baseline-1600": Scenario("144 MP baseline to 1600 px", BASELINE, (1600,), WITH_THREADS),
    "baseline-6500": Scenario(
        "144 MP baseline to 6500 px", BASELINE, (6500,), WITH_THREADS, rounds=9
    ),
    "restarts-1600": Scenario(
        "144 MP with restart markers to 1600 px", with_restarts, (1600,), WITH_THREADS
    ),
    "progressive-200": Scenario(
        "144 MP progressive to 200 px", PROGRESSIVE, (200,), rivals=WITH_PREVIEW, rounds=5
    ),
    "progressive-1600": Scenario(
        "144 MP progressive to 1600 px", PROGRESSIVE, (1600,), rivals=WITH_PREVIEW, rounds=5
    ),
    "progressive-6500": Scenario(
        "144 MP progressive to 6500 px", PROGRESSIVE, (6500,), WITH_THREADS, rounds=3
    ),
    "all-cores-200": Scenario("144 MP baseline to 200 px", BASELINE, (200,), WITH_THREADS, "all"),
    "all-cores-1600": Scenario(
        "144 MP baseline to 1600 px", BASELINE, (1600,), WITH_THREADS, "all"
    ),
    "all-cores-6500": Scenario(
        "144 MP baseline to 6500 px", BASELINE, (6500,), WITH_THREADS, "all", rounds=3
    ),
    "all-cores-progressive-1600": Scenario(
        "144 MP progressive to 1600 px", PROGRESSIVE, (1600,), WITH_THREADS, "all", rounds=3
    ),
    "giant-256": Scenario(
        "900 MP baseline to 256 px",
        mosaic(30_000, 30_000),
        (256,),
        rivals=(OURS, *GIANT_PEERS),
        rounds=3,
    ),
    "giant-progressive-256": Scenario(
        "900 MP progressive to 256 px",
        mosaic(30_000, 30_000, "progressive"),
        (256,),
        rivals=(OURS, *GIANT_PEERS),
        rounds=3,
    ),
    "several-sizes": Scenario(
        "24 MP photo to 1600, 800, 400 and 200 px and a perceptual hash",
        mosaic(6000, 4000),
        (1600, 800, 400, 200),
        rivals=tuple(
            f"several_sizes/{rival}" for rival in ("streamresize", "pillow_draft", "pyvips")
        ),
    ),
    "folder": Scenario(
        "1,000 photos of 0.3 MP to 128 px, all cores",
        small_photos,
        (128,),
        rivals=tuple(f"folder/{rival}" for rival in ("streamresize", "pillow_draft", "pyvips")),
        threads="all",
    ),
    "command-photo-800": Scenario(
        "24 MP photo to 800 px, the whole command",
        mosaic(6000, 4000),
        (800,),
        commands=True,
        rounds=11,
    ),
    "command-baseline-200": Scenario(
        "144 MP baseline to 200 px, the whole command", BASELINE, (200,), commands=True
    ),
    "command-progressive-200": Scenario(
        "144 MP progressive to 200 px, the whole command", PROGRESSIVE, (200,), commands=True
    ),
}


def command_lines(task: Task, target: Path) -> dict[str, Sequence[str]]:
    box, out = f"{task.size}x{task.size}", str(target)
    ours = [sys.executable, "-m", "streamresize", "resize", task.source, "-o", out, "--size", box]
    ours += ["--threads", "1"]
    return {
        "streamresize resize": ours,
        "vipsthumbnail": ["vipsthumbnail", task.source, "--size", box, "-o", out],
        "gm convert -size": ["gm", "convert", "-size", box, task.source, "-resize", box, out],
    }


def measure(scenario: Scenario, folder: Path, rounds: int) -> dict[str, Figures]:
    source = scenario.make_source(folder)
    picture = source if source.is_file() else next(source.glob("*.jpg"))
    info = probe(picture)
    task = Task(str(source), info.width, info.height, scenario.sizes, scenario.repeats)
    if scenario.commands:
        lines = command_lines(task, folder / "command.jpg")
        return compare_commands(lines, rounds, scenario.threads)
    return compare(scenario.rivals, task, rounds, scenario.threads)


def machine() -> dict[str, str | int | None]:
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return {
        "processor": models[0] if models else platform.machine(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure streamresize beside its rivals.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(SCENARIOS))
    parser.add_argument("--folder", type=Path, default=Path("build/benchmarks"))
    parser.add_argument("--rounds", type=int, help="instead of the scenario's own number")
    options = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    for name in options.names or SCENARIOS:
        scenario = SCENARIOS[name]
        print(scenario.title, flush=True)
        figures = measure(scenario, options.folder, options.rounds or scenario.rounds)
        result = {
            "title": scenario.title,
            "threads": scenario.threads,
            "machine": machine(),
            "rivals": {rival: asdict(values) for rival, values in figures.items()},
        }
        (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
