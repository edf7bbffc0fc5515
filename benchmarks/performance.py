"""Where the decoder's time goes: python -m benchmarks.performance

Counts instructions with valgrind's callgrind, which repeats exactly on a busy machine, measures
times beside what the machine can do at best, and writes docs/performance.md. Needs cmake, ninja, a
C++ compiler and valgrind.
"""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from streamresize import ImageInfo, probe

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "performance"
PAGE = ROOT / "docs" / "performance.md"
WIDTH, HEIGHT = 4000, 3000
SCALES = (8, 4, 2, 1)
RUNS = 31  # of which the median time is taken

# The first pattern that a function's name contains decides.
STAGES = (
    ("main", "the benchmark itself"),
    ("EntropyBytes", "stuffed zeros"),
    ("memchr", "stuffed zeros"),
    ("memmove", "copying and clearing"),
    ("memcpy", "copying and clearing"),
    ("memset", "copying and clearing"),
    ("advance_slowly", "symbol by symbol"),
    ("decode_symbol", "symbol by symbol"),
    ("decode_difference", "symbol by symbol"),
    ("long_code", "symbol by symbol"),
    ("Lanes::take", "taking over from the lanes"),
    ("join_lanes", "starting and joining lanes"),
    ("run_lanes", "starting and joining lanes"),
    ("LaneGroup", "lanes"),
    ("::build", "tables"),
    ("Table::enter", "tables"),
    ("Lanes::Lanes", "tables"),
    ("refine_band", "refining AC scans"),
    ("decode_band", "first AC scans"),
    ("HuffmanDc", "DC scans"),
    ("decode_mcus", "plain loop"),
    ("idct", "transforms"),
    ("transform", "transforms"),
    ("Marker", "headers and index"),
    ("skip_scan", "headers and index"),
)
OTHER = "other"
SLOW = ("advance_slowly", "decode_symbol", "decode_difference")


@dataclass
class Profile:
    """Instructions spent in each function itself, and how often it was called."""

    cost: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)

    def minus(self, other: Profile) -> Profile:
        cost, calls = Counter(self.cost), Counter(self.calls)
        cost.subtract(other.cost)
        calls.subtract(other.calls)
        return Profile(cost, calls)

    @property
    def total(self) -> int:
        return sum(self.cost.values())


def parse_callgrind(lines: Iterable[str]) -> Profile:
    """Read callgrind's output (its manual, "Callgrind Format Specification")."""
    profile = Profile()
    names: dict[str, str] = {}
    function = callee = ""
    is_call = False
    for line in lines:
        if match := re.match(r"(c?fn)=(\(\d+\))(?: (.*))?$", line.rstrip()):
            name = names.setdefault(match[2], match[3] or "")
            if match[1] == "fn":
                function = name
            else:
                callee = name
        elif line.startswith("calls="):
            profile.calls[callee] += int(line[6:].split()[0])
            is_call = True
        elif re.match(r"[\d+*-]", line):
            if not is_call:
                profile.cost[function] += int(line.split()[1])
            is_call = False
    return profile


def stage_of(function: str) -> str:
    return next((stage for pattern, stage in STAGES if pattern in function), OTHER)


def shares(profile: Profile) -> dict[str, float]:
    """The share of each stage, the largest first; what is in no stage by name, from 1 % on."""
    stages: Counter[str] = Counter()
    for function, cost in profile.cost.items():
        stage = stage_of(function)
        if stage == OTHER and cost > profile.total / 100:
            stage = f"`{function.split('(')[0]}`"
        stages[stage] += cost
    return {stage: cost / profile.total for stage, cost in stages.most_common()}


def build() -> None:
    options = ("-DCMAKE_BUILD_TYPE=Release", "-DSTREAMRESIZE_BUILD_BENCHMARKS=ON")
    subprocess.run(["cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja", *options], check=True)
    subprocess.run(["cmake", "--build", BUILD, "--target", "decode", "limits"], check=True)


def run(program: str, *arguments: object, prefix: Iterable[str] = ()) -> str:
    command = [*prefix, str(BUILD / "native" / program), *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def profile_of_runs(source: Path, scale: int, runs: int) -> Profile:
    output = BUILD / "callgrind.out"
    run(
        "decode",
        source,
        scale,
        runs,
        prefix=("valgrind", "--tool=callgrind", f"--callgrind-out-file={output}", "--dump-line=no"),
    )
    with output.open() as lines:
        return parse_callgrind(lines)


def one_decode(source: Path, scale: int) -> Profile:
    """What a second decode adds to the first: no start-up, no page that is touched first."""
    return profile_of_runs(source, scale, 2).minus(profile_of_runs(source, scale, 1))


def blocks_of(info: ImageInfo) -> int:
    total = 0
    for h, v in info.sampling:
        across = -(-info.width * h // max(h for h, _ in info.sampling))
        down = -(-info.height * v // max(v for _, v in info.sampling))
        total += -(-across // 8) * -(-down // 8)
    return total


@dataclass(frozen=True)
class Measured:
    """One file at one scale."""

    kind: str
    scale: int
    profile: Profile
    bytes: int
    blocks: int
    milliseconds: float

    @property
    def samples(self) -> int:
        return self.blocks * (8 // self.scale) ** 2


def measure(kind: str, source: Path, scale: int) -> Measured:
    milliseconds = float(run("decode", source, scale, RUNS).split()[0])
    return Measured(
        kind,
        scale,
        one_decode(source, scale),
        source.stat().st_size,
        blocks_of(probe(source)),
        milliseconds,
    )


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(header), ["---"] * len(list(header)), *map(list, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def instruction_table(all_measured: Iterable[Measured]) -> str:
    rows = (
        (
            m.kind,
            f"1/{m.scale}",
            f"{m.profile.total / m.bytes:.1f}",
            f"{m.profile.total / m.blocks:.0f}",
            f"{slow_symbols(m.profile) / m.blocks:.3f}" if m.kind == "baseline" else "-",
        )
        for m in all_measured
    )
    return table(("file", "scale", "a byte", "a block", "slow symbols a block"), rows)


def slow_symbols(profile: Profile) -> int:
    """Those that no table holds; one slow function may call another."""
    by_name: Counter[str] = Counter()
    for function, calls in profile.calls.items():
        by_name.update({name: calls for name in SLOW if name in function})
    return max(by_name["advance_slowly"], by_name["decode_symbol"] + by_name["decode_difference"])


def share_table(all_measured: list[Measured]) -> str:
    by_case = [(m, shares(m.profile)) for m in all_measured]
    stages = dict.fromkeys(stage for _, share in by_case for stage in share)
    shown = [stage for stage in stages if any(share.get(stage, 0) >= 0.01 for _, share in by_case)]
    rows = (
        (stage, *(f"{100 * share.get(stage, 0):.0f}" for _, share in by_case)) for stage in shown
    )
    return table(("percent", *(f"1/{m.scale}" for m in all_measured)), rows)


def limit_table(all_measured: Iterable[Measured], lookup: float, copying: float) -> str:
    rows = (
        (
            m.kind,
            f"1/{m.scale}",
            f"{m.milliseconds * 1e6 / m.blocks:.1f}",
            f"{m.milliseconds * 1e6 / m.blocks / lookup:.1f}",
            f"{m.samples / m.milliseconds / 1e6:.2f}",
            f"{100 * m.samples / m.milliseconds / 1e6 / copying:.0f}",
        )
        for m in all_measured
    )
    header = ("file", "scale", "ns a block", "= lookups", "GB/s written", "% of memcpy")
    return table(header, rows)


INTRODUCTION = """\
# Performance

Made by `make performance`: what decoding costs, the same on every machine, and how far that is
from what a machine can do. The files are mosaics of photos, {width} x {height} pixels, 4:2:0,
quality 85, one baseline ({baseline:.1f} bytes a block), one progressive. Decoded are all planes at
one scale, by one thread.

## Instructions

Counted by callgrind: the second decode in a process, so that nothing is started or touched for the
first time. *Slow symbols* are those that no table holds, and that are looked up one at a time.

"""

STAGES_TEXT = """
## Where they go

The stages in the order in which a byte meets them:

1. **Stuffed zeros** are taken out a window at a time. That is `memchr` and a copy, and spares
   every later stage the question whether a 0xFF is data.
2. **Lanes** decode three places of a sequential scan at once. A lookup of 12 bits gives bits,
   zigzag advance and value; where the block ends is data, not a branch. What is not needed at the
   scale is passed over several symbols a lookup: that is why 1/8 costs so little.
   **Starting and joining** them is decoded twice, or alone.
3. **Symbol by symbol** goes what is longer than 12 bits, code and value together: mostly the large
   values of low frequencies. A mispredicted branch comes with each.
4. **Taking over**: DC differences are summed up, records become rows of blocks.
5. **Transforms**: at 1/8 there is only a division by eight; else dequantising, two passes, and
   storing.

Of a progressive file each scan has its own loop, and a coefficient is visited once for every scan
that sends it. At 1/8 only the DC scans are read at all.

Percent of all instructions, baseline:

"""

LIMITS_TEXT = """
## How far from the limits

On the machine of this run a lookup that waits for the one before it takes {lookup:.2f} ns, and
`memcpy` writes {copying:.1f} GB/s. *= lookups* says how many such lookups would fit in the time
that a block takes, everything included; *written* are the samples of all planes.

"""

CONCLUSION = """
A block has one difference, some coefficients and an end, and a single stream of codes cannot be
faster than one lookup after the other. Where the number of lookups in the table comes near to the
symbols of a block, or below, lanes have hidden the latency. Memory is not the bound at any scale.
"""


def page(all_measured: list[Measured], lookup: float, copying: float) -> str:
    baseline = [m for m in all_measured if m.kind == "baseline"]
    progressive = [m for m in all_measured if m.kind == "progressive"]
    density = baseline[0].bytes / baseline[0].blocks
    return (
        INTRODUCTION.format(width=WIDTH, height=HEIGHT, baseline=density)
        + instruction_table(all_measured)
        + STAGES_TEXT
        + share_table(baseline)
        + "\nProgressive:\n\n"
        + share_table(progressive)
        + LIMITS_TEXT.format(lookup=lookup, copying=copying)
        + limit_table(all_measured, lookup, copying)
        + CONCLUSION
    )


def main() -> None:
    """Measure and write the page."""
    from benchmarks.mosaic import write_mosaic

    build()
    lookup, copying = map(float, run("limits").split())
    all_measured = []
    for kind in ("baseline", "progressive"):
        source = write_mosaic(
            BUILD / f"{kind}.jpg", WIDTH, HEIGHT, progressive=kind == "progressive"
        )
        all_measured += [measure(kind, source, scale) for scale in SCALES]
    PAGE.write_text(page(all_measured, lookup, copying))


if __name__ == "__main__":
    main()
