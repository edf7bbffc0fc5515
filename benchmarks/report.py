"""Turns benchmarks/results/*.json into docs/benchmarks.md: python -m benchmarks.report"""

from __future__ import annotations

import json
import statistics
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt

from benchmarks.page import DOCS, RESULTS, milliseconds
from benchmarks.scenarios import PREVIEW, SCENARIOS, THREADED

PLOT = DOCS / "images" / "benchmarks.svg"
Result = dict[str, Any]

INTRODUCTION = """\
# Benchmarks

Made by `make bench` (`benchmarks/scenarios.py` says what is measured, `benchmarks/thumbnail/` how
each rival is called). All rivals write a JPEG of quality 80. Each runs in a process of its own and
they take turns, so that a busy machine is busy for all; a library is loaded, and one run is made,
before the clock starts. *Time* is the median of the wall time, with the fastest and the slowest
run; *ratio* is our median divided by theirs: below 1 we are faster. *Peak* is the most memory that
a process took which did the task once, and those that it started. What takes less than some
milliseconds is done 30 times in a run. Whole commands count from their start to their end.
"""


def is_ours(rival: str) -> bool:
    return "streamresize" in rival


def results() -> dict[str, Result]:
    """Those that have been measured, in the order of the scenarios."""
    found = {}
    for name in SCENARIOS:
        path = RESULTS / f"{name}.json"
        if path.exists():
            found[name] = json.loads(path.read_text())
    return found


def median(result: Result, rival: str) -> float:
    wall: list[float] = result["rivals"][rival]["wall"]
    return statistics.median(wall)


def ours(result: Result) -> str:
    """The rival that is streamresize, on one core or on all as the peers, without a preview."""
    mine = [rival for rival in result["rivals"] if is_ours(rival) and rival != PREVIEW]
    return THREADED if THREADED in mine and result["threads"] == "all" else mine[0]


def peers(result: Result) -> list[str]:
    return [rival for rival in result["rivals"] if not is_ours(rival)]


def fastest_peer(result: Result) -> str:
    return min(peers(result), key=lambda rival: median(result, rival))


def peak_megabytes(result: Result, rival: str) -> float:
    peak: int = result["rivals"][rival]["peak"]
    return peak / 1e6


def leanest_peer(result: Result) -> str:
    return min(peers(result), key=lambda rival: peak_megabytes(result, rival))


def time_ratio(result: Result) -> float:
    """Our time divided by the fastest peer's."""
    return median(result, ours(result)) / median(result, fastest_peer(result))


def title_of(result: Result) -> str:
    title: str = result["title"]
    return title if result["threads"] == "1" or "all cores" in title else f"{title}, all cores"


def shown(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.3f}"


def name_of(result: Result, rival: str) -> str:
    version: str = result["rivals"][rival]["version"]
    return version + {PREVIEW: ", preview", THREADED: ", all cores"}.get(rival, "")


def table(result: Result) -> str:
    lines = ["| rival | time, ms | ratio | processor, ms | peak, MB |", "|---|---|---|---|---|"]
    base = median(result, ours(result))
    for rival in sorted(result["rivals"], key=lambda rival: median(result, rival)):
        figures = result["rivals"][rival]
        low, high = min(figures["wall"]), max(figures["wall"])
        time = f"{milliseconds(median(result, rival))} ({milliseconds(low)}-{milliseconds(high)})"
        ratio = "" if rival == ours(result) else f"{base / median(result, rival):.2f}"
        cpu = milliseconds(statistics.median(figures["cpu"]))
        peak = f"{peak_megabytes(result, rival):.0f}"
        lines.append(f"| {name_of(result, rival)} | {time} | {ratio} | {cpu} | {peak} |")
    return "\n".join(lines)


def overview(all_results: dict[str, Result]) -> str:
    lines = [
        "| scenario | fastest peer | our time / its time | our peak, MB | the leanest peer's |",
        "|---|---|---|---|---|",
    ]
    for result in all_results.values():
        peer, mine = fastest_peer(result), ours(result)
        leanest = leanest_peer(result)
        peak, least = peak_megabytes(result, mine), peak_megabytes(result, leanest)
        lines.append(
            f"| {title_of(result)} | {name_of(result, peer)} | {shown(time_ratio(result))} "
            f"| {peak:.0f} | {least:.0f} ({name_of(result, leanest)}) |"
        )
    return "\n".join(lines)


def lost(all_results: dict[str, Result]) -> str:
    titles = [
        f"{title_of(result)} ({name_of(result, fastest_peer(result))})"
        for result in all_results.values()
        if time_ratio(result) > 1
    ]
    return f"A peer is faster at: {'; '.join(titles)}." if titles else "No peer is faster at any."


def plot(all_results: dict[str, Result]) -> None:
    mpl.rcParams["svg.hashsalt"] = PLOT.name
    titles = [title_of(result) for result in all_results.values()]
    ratios = [time_ratio(result) for result in all_results.values()]
    figure, axis = plt.subplots(figsize=(8, 0.32 * len(titles) + 1), layout="constrained")
    bars = axis.barh(titles, ratios, log=True, color=["C0" if r <= 1 else "C3" for r in ratios])
    axis.bar_label(bars, [shown(ratio) for ratio in ratios], padding=3)
    axis.axvline(1, color="black", linewidth=0.8)
    axis.margins(x=0.15)
    axis.invert_yaxis()
    axis.set_xlabel("our time / time of the fastest peer")
    figure.savefig(PLOT, metadata={"Date": None})


def main() -> None:
    all_results = results()
    plot(all_results)
    machine = next(iter(all_results.values()))["machine"]
    parts = [
        INTRODUCTION,
        f"Machine: {machine['processor']}, {machine['cores']} cores, {machine['system']}; "
        f"Python {machine['python']}.\n",
        "![Our time divided by the fastest peer's](images/benchmarks.svg)\n",
        overview(all_results) + "\n",
        lost(all_results) + "\n",
    ]
    for result in all_results.values():
        threads = (
            "One thread, if nothing else is said." if result["threads"] == "1" else "All cores."
        )
        parts.append(f"## {title_of(result)}\n\n{threads}\n\n{table(result)}\n")
    (DOCS / "benchmarks.md").write_text("\n".join(parts))


if __name__ == "__main__":
    main()
