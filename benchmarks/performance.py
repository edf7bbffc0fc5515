"""Where the decoder's time goes: python -m benchmarks.performance

Counts instructions with valgrind's callgrind, which repeats exactly on a busy machine, measures
times beside what the machine can do at best, and writes docs/performance.md. Needs cmake, ninja, a
C++ compiler and valgrind.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.callgrind import Profile, profile_of
from benchmarks.symbols import count_symbols
from streamresize import probe
from streamresize.memory import count_blocks

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "performance"
PAGE = ROOT / "docs" / "performance.md"
WIDTH, HEIGHT = 4000, 3000
SCALES = (8, 4, 2, 1)
RUNS = 31  # of which the median time is taken

# The first pattern that a function's name contains decides.
STAGES = (
    ("EntropyBytes", "stuffed zeros"),
    ("Marker", "headers and index"),
    ("::build", "tables"),
    ("Table::enter", "tables"),
    ("RefinementTable", "tables"),
    ("AcBand", "tables"),
    ("LaneTables", "tables"),
    ("Lanes::Lanes", "tables"),
    ("CursorMaker", "tables"),
    ("memchr", "copying and clearing"),
    ("memmove", "copying and clearing"),
    ("memcpy", "copying and clearing"),
    ("memset", "copying and clearing"),
    ("EntropyScan", "between the loops"),
    ("huffman_loops", "between the loops"),
    ("emit", "between the loops"),
    ("advance_slowly", "symbol by symbol"),
    ("find_symbol", "symbol by symbol"),
    ("find_difference", "symbol by symbol"),
    ("Lanes::take", "taking over from the lanes"),
    ("join_groups", "starting and joining lanes"),
    ("run_lanes", "starting and joining lanes"),
    ("begin_stretch", "starting and joining lanes"),
    ("Lanes::begin", "starting and joining lanes"),
    ("LaneLoops", "lanes"),
    ("refine_band", "refining AC scans"),
    ("decode_band", "first AC scans"),
    ("HuffmanDc", "DC scans"),
    ("decode_mcus", "plain loop"),
    ("idct", "transforms"),
    ("transform", "transforms"),
    ("main", "the benchmark itself"),
)
OTHER = "other"
SLOW = ("find_symbol", "find_difference")
AVX2_SOURCE = re.compile(r"_avx2\.cpp$|/(avx2|bmi2)intrin\.h$")


def stage_of(function: str) -> str:
    name = without_arguments(function)
    return next((stage for pattern, stage in STAGES if pattern in name), OTHER)


def without_arguments(function: str) -> str:
    return function.replace("(anonymous namespace)::", "").split("(")[0]


def short_name(function: str) -> str:
    """Without arguments and what the function returns."""
    return re.sub(r"^[^<]* ", "", without_arguments(function))


def shares(profile: Profile) -> dict[str, float]:
    """The share of each stage, the largest first; what is in no stage by name, from 1 % on."""
    stages: Counter[str] = Counter()
    for function, cost in profile.cost.items():
        stage = stage_of(function)
        if stage == OTHER and cost > profile.total / 100:
            stage = f"{OTHER}: `{short_name(function)}`"
        stages[stage] += cost
    return {stage: cost / profile.total for stage, cost in stages.most_common()}


def slow_symbols(profile: Profile) -> int | None:
    """Those that a loop calls a function for; None if none of these functions is known."""
    found = [
        calls for function, calls in profile.calls.items() if any(name in function for name in SLOW)
    ]
    return sum(found) if found else None


def stay_on_one_processor() -> None:
    """So that neither threads nor a move to another processor blur the times."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def build() -> None:
    options = ("-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_FLAGS=-g")
    configure = ("cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja", *options)
    subprocess.run((*configure, "-DSTREAMRESIZE_BUILD_BENCHMARKS=ON"), check=True)
    subprocess.run(["cmake", "--build", BUILD, "--target", "decode", "limits"], check=True)


def command(program: str, *arguments: object) -> list[str]:
    return [str(BUILD / "native" / program), *map(str, arguments)]


def run(program: str, *arguments: object) -> str:
    done = subprocess.run(command(program, *arguments), check=True, capture_output=True, text=True)
    return done.stdout


def one_decode(source: Path, scale: int) -> Profile:
    """What a second decode adds to the first: no start-up, no page that is touched first."""
    once, twice = (
        profile_of(command("decode", source, scale, runs), BUILD / "callgrind.out")
        for runs in (1, 2)
    )
    return twice.minus(once)


@dataclass(frozen=True)
class Source:
    """A file; its symbols are counted where it is baseline."""

    kind: str
    path: Path
    bytes: int
    blocks: int
    symbols: int | None


@dataclass(frozen=True)
class Measured:
    """One file at one scale."""

    source: Source
    scale: int
    profile: Profile
    nanoseconds: float

    @property
    def name(self) -> tuple[str, str]:
        return self.source.kind, f"1/{self.scale}"

    @property
    def instructions_per_block(self) -> float:
        return self.profile.total / self.source.blocks

    @property
    def nanoseconds_per_block(self) -> float:
        return self.nanoseconds / self.source.blocks

    @property
    def written(self) -> float:
        """Samples in a nanosecond, or GB in a second."""
        return self.source.blocks * (8 // self.scale) ** 2 / self.nanoseconds


def make_source(kind: str) -> Source:
    from benchmarks.mosaic import write_mosaic

    progressive = kind == "progressive"
    path = write_mosaic(BUILD / f"{kind}.jpg", WIDTH, HEIGHT, progressive=progressive)
    symbols = None if progressive else count_symbols(path.read_bytes())
    return Source(kind, path, path.stat().st_size, count_blocks(probe(path)), symbols)


def measure(source: Source, scale: int) -> Measured:
    milliseconds = float(run("decode", source.path, scale, RUNS).split()[0])
    return Measured(source, scale, one_decode(source.path, scale), milliseconds * 1e6)


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(header), ["---"] * len(list(header)), *map(list, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def ratio(value: float | None, divisor: float | None, decimals: int) -> str:
    return "-" if value is None or not divisor else f"{value / divisor:.{decimals}f}"


def instruction_table(all_measured: Iterable[Measured]) -> str:
    rows = (
        (
            *m.name,
            ratio(m.profile.total, m.source.bytes, 1),
            ratio(m.profile.total, m.source.blocks, 0),
            ratio(m.profile.total, m.source.symbols, 1),
            ratio(slow_symbols(m.profile), m.source.blocks, 3),
        )
        for m in all_measured
    )
    return table(("file", "scale", "a byte", "a block", "a symbol", "slow symbols a block"), rows)


def share_table(all_measured: list[Measured]) -> str:
    by_case = [shares(m.profile) for m in all_measured]
    stages = dict.fromkeys(stage for share in by_case for stage in share)
    shown = [stage for stage in stages if any(share.get(stage, 0) >= 0.005 for share in by_case)]
    rows = ((stage, *(f"{100 * share.get(stage, 0):.0f}" for share in by_case)) for stage in shown)
    return table(("percent", *(f"1/{m.scale}" for m in all_measured)), rows)


def limit_table(all_measured: Iterable[Measured], lookup: float, copying: float) -> str:
    rows = (
        (
            *m.name,
            f"{m.nanoseconds_per_block:.1f}",
            f"{m.nanoseconds_per_block / lookup:.1f}",
            ratio(m.nanoseconds / lookup, m.source.symbols, 1),
            f"{m.instructions_per_block / m.nanoseconds_per_block * lookup:.0f}",
            f"{m.written:.2f}",
            f"{100 * m.written / copying:.0f}",
        )
        for m in all_measured
    )
    header = ("file", "scale", "ns a block", "= lookups", "lookups a symbol")
    behind = ("instructions a lookup", "GB/s written", "% of `memcpy`")
    return table((*header, *behind), rows)


INTRODUCTION = """\
# Performance

Made by `make performance`: how many instructions decoding takes, and how far its time is from what
a machine can do. The files are mosaics of photos, {width} x {height} pixels, 4:2:0, one baseline
({density:.1f} bytes and {symbols:.1f} symbols a block), one progressive. Decoded are all planes at
one scale, on one processor.

## Instructions

Counted by callgrind: the second decode in a process, so that nothing is started or touched for the
first time. The counts repeat exactly with the same compiler and C library, however busy the machine
is. Those of this run are of the {loops} loops. A *symbol* is a Huffman code with its value, counted
in the baseline file alone. *Slow symbols* are those for which a loop calls a function.

"""

STAGES_TEXT = """
## Where they go

The stages in the order in which a byte meets them:

1. **Headers and index.** A sequential file is read once. Of a file of several scans all markers are
   searched first, with `memchr`, so its bytes are touched twice.
2. **Tables** are built once a scan. The cost does not grow with the picture, only their width does.
3. **Stuffed zeros** are taken out a window at a time. That is `memchr` and a copy, and spares
   every later stage the question whether a 0xFF is data.
4. **Lanes** decode several places of a sequential scan at once. A lookup gives bits, zigzag advance
   and up to two values; where the block ends is data, not a branch. What is not needed at the scale
   is passed over several symbols a lookup: that is why small scales cost so little. A single lane
   would wait for each lookup; while it waits, the others go on, until the processor is full.
   **Starting and joining** them is work that is done twice, or by one lane alone. The **plain
   loop** decodes what is left over.
5. **Symbol by symbol** goes what does not fit into an index, code and value together: mostly the
   large values of low frequencies. Lanes take such coefficients within their loop; a function is
   called for DC differences, and for all such symbols by the plain loop.
6. **Taking over** sums up DC differences and makes rows of blocks of the lanes' records.
7. **Transforms** dequantise, make two passes and store; of a DC coefficient alone, one division.
   That is arithmetic on vectors, the same for all values but for the shortcuts of sparse blocks.
8. **Copying and clearing** is what is left of memory functions: the caller's bytes into the
   decoder's input, and the lanes' records back to zero. Coefficients are cleared by transforms.

**Between the loops** are rows, lines and restart intervals: what is done once for each call of a
loop, or for each block outside of it.

Of a progressive file each scan has its own loop, and a block is visited once for every scan that
sends something of it, be it only that nothing is sent. **First** scans look up a coefficient with
its value at a time. In **refining** scans what a code means depends on which coefficients are set
already; behind the last of these, several are looked up at once. Scans that the scale does not need
are not decoded at all; of a scan that it needs in part, every code is.

Percent of all instructions, baseline:

"""

LIMITS_TEXT = """
## How far from the limits

On the machine of this run a lookup that waits for the one before it takes {lookup:.2f} ns, and
`memcpy` writes {copying:.1f} GB/s. *= lookups* says how many such lookups would fit in the time
that a block takes, everything included; *lookups a symbol* spreads them over its symbols. One
stream of codes, one lookup a symbol, cannot come below 1 by any means; with lanes, or with several
symbols a lookup, that is no limit. *Instructions a lookup* are those that are done in
the time of one: the more there are, the nearer is the limit of the processor's width, and fewer
instructions are all that helps; where there are few, it waits, for lookups or for mispredicted
branches. *Written* are the samples of all planes.

"""


def page(all_measured: list[Measured], lookup: float, copying: float) -> str:
    """The whole text of docs/performance.md."""
    baseline = [m for m in all_measured if m.source.kind == "baseline"]
    progressive = [m for m in all_measured if m.source.kind == "progressive"]
    source = baseline[0].source
    files = {file for m in all_measured for file in m.profile.files}
    introduction = INTRODUCTION.format(
        width=WIDTH,
        height=HEIGHT,
        density=source.bytes / source.blocks,
        symbols=(source.symbols or 0) / source.blocks,
        loops="AVX2" if any(map(AVX2_SOURCE.search, files)) else "portable",
    )
    return (
        introduction
        + instruction_table(all_measured)
        + STAGES_TEXT
        + share_table(baseline)
        + "\nProgressive:\n\n"
        + share_table(progressive)
        + LIMITS_TEXT.format(lookup=lookup, copying=copying)
        + limit_table(all_measured, lookup, copying)
    )


def main() -> None:
    """Measure, print the page and write it."""
    stay_on_one_processor()
    build()
    lookup, copying = map(float, run("limits").split())
    sources = [make_source(kind) for kind in ("baseline", "progressive")]
    all_measured = [measure(source, scale) for source in sources for scale in SCALES]
    text = page(all_measured, lookup, copying)
    print(text)
    PAGE.write_text(text)


if __name__ == "__main__":
    main()
