"""Turns benchmarks/results/service-*.json into docs/server-benchmarks.md."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable
from typing import Any

from benchmarks.page import DOCS, RESULTS, milliseconds

Result = dict[str, Any]
MB = 1e6
ABOVE_BUDGET = 120_000_000  # what is asked: bytes beside the budget
FASTER = 1.5  # than the best peer
CACHED_RATE = 3000
ANSWER_SECONDS = 0.3
READ_SHARE = 0.25
STATUS = {"0": "no answer"}

INTRODUCTION = """\
# Benchmarks of the service

Made by `make service-bench` (`benchmarks/service/`): the service beside
[thumbor](https://www.thumbor.org) and
[libvips behind aiohttp](../benchmarks/service/pyvips_server.py). All read the same folder, write
JPEG of quality 80 and keep nothing. They run in turn; the clients, a process of their own, share
the machine with them. *Rate*: answers with status 200 in a second. *p50*, *p99*: until the last
byte of such an answer. *Processor*: what it took of all processes of the server. *Peak*: the most
resident memory of these together, looked at 20 times a second; pages that they share count for
each.
"""


def write_report() -> None:
    found = {
        name: json.loads(path.read_text())
        for name in SECTIONS
        if (path := RESULTS / f"service-{name}.json").exists()
    }
    machine = next(iter(found.values()))["machine"]
    parts = [
        INTRODUCTION,
        f"Machine: {machine['processor']}, {machine['cores']} cores, {machine['system']}; "
        f"Python {machine['python']}.\n",
        *(SECTIONS[name](result) for name, result in found.items()),
    ]
    (DOCS / "server-benchmarks.md").write_text("\n".join(parts))


def ceiling(result: Result) -> str:
    mine = next(iter(result["rivals"].values()))
    peak, idle = mine["usage"]["peak"], mine["usage"]["idle"]
    budget, allowed = result["budget"], result["budget"] + ABOVE_BUDGET
    statuses = mine["answers"]["statuses"]
    good = statuses.get("200", 0)
    others = sum(statuses.values()) - good - statuses.get("429", 0)
    return f"""\
## Memory: 64 large pictures at once, to {result["side"]} px

64 clients for {result["seconds"]:g} s, each with a picture of its own: 16 files of 24 to 144
megapixels, half of them progressive, each under four names.

{table(result)}

With a budget of {budget / MB:.0f} MB {allowed / MB:.0f} are allowed; the peak is {peak / MB:.0f} MB
{verdict(peak <= allowed)}, of which the server has {idle / MB:.0f} before the first request.
Answers other than 200 and 429: {others}. Of those with 200, not byte for byte what the library
makes: {good - mine["as_the_library"]} of {good}.
"""


def throughput(result: Result) -> str:
    rivals = result["rivals"]
    mine = max(filter(is_ours, rivals), key=lambda title: rivals[title]["rate"])
    peers = [title for title in rivals if not is_ours(title)]
    peer = max(peers, key=lambda title: rivals[title]["rate"])
    ratio = rivals[mine]["rate"] / rivals[peer]["rate"]
    tail, theirs = p99(rivals[mine]), p99(rivals[peer])
    return f"""\
## Throughput: photos to {result["side"]} px

Eight clients for {result["seconds"]:g} s, 40 photos of 8 to 24 megapixels.

{table(result)}

{mine}: {ratio:.2f} times the rate of {peer}; asked are {FASTER:g} {verdict(ratio >= FASTER)}.
Its p99 is {1000 * tail:.0f} ms, theirs {1000 * theirs:.0f} {verdict(tail <= theirs)}.
"""


def cached(result: Result) -> str:
    (mine,) = result["rivals"].values()
    clients = mine["answers"]["cpu"] / mine["answers"]["wall"]
    return f"""\
## Small answers from memory

64 connections for {result["seconds"]:g} s, eight pictures of 128 px.

{table(result)}

Asked are {CACHED_RATE:,} in a second {verdict(mine["rate"] >= CACHED_RATE)}. The clients took
{clients:.2f} of a processor.
"""


def uploads(result: Result) -> str:
    lines = [
        "| source | to, px | uploads | sent when the answer began | first byte, s | last byte, s |",
        "|---|---|---|---|---|---|",
    ]
    for kind, made in result["uploads"].items():
        share = max(each["sent"] / each["size"] for each in made)
        first, last = (
            statistics.median(each[name] for each in made) for name in ("first_byte", "last_byte")
        )
        cells = f"{result['sides'][kind]} | {len(made)} | {share:.1%} | {first:.2f} | {last:.2f}"
        lines.append(f"| {kind} | {cells} |")
    latest = max(each["first_byte"] for each in result["uploads"]["baseline"])
    share = max(each["sent"] / each["size"] for each in result["uploads"]["progressive"])
    rows = "\n".join(lines)
    return f"""\
## Uploads of 144 megapixels at {result["rate"] / MB:g} MB/s

{rows}

Seconds count from the last byte that the client sent, in the median; below zero, the answer began
before. The largest share is shown. A baseline file is needed to its end: asked is the first byte
{ANSWER_SECONDS:g} s later at most, the latest came after {latest:.2f} s
{verdict(latest <= ANSWER_SECONDS)}. Of the progressive one less than {READ_SHARE:.0%} may be read
{verdict(share < READ_SHARE)}.
"""


SECTIONS: dict[str, Callable[[Result], str]] = {
    "ceiling": ceiling,
    "ceiling-1024": ceiling,
    "throughput": throughput,
    "cached": cached,
    "uploads": uploads,
}


def table(result: Result) -> str:
    lines = [
        "| server | rate | p50, ms | p99, ms | processor, ms | peak, MB | answers |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [f"| {title} | {cells(each)} |" for title, each in result["rivals"].items()]
    return "\n".join(lines)


def cells(each: Result) -> str:
    answers, usage = each["answers"], each["usage"]
    statuses: dict[str, int] = answers["statuses"]
    good = statuses.get("200", 0)
    times = (*answers["latency"].values(),)[:2] + (usage["cpu"] / good,) if good else ()
    shown = [milliseconds(seconds) for seconds in times] or ["", "", ""]
    counts = ", ".join(
        f"{count} x {STATUS.get(status, status)}" for status, count in statuses.items()
    )
    return " | ".join([f"{each['rate']:,.1f}", *shown, f"{usage['peak'] / MB:.0f}", counts])


def p99(each: Result) -> float:
    seconds: float = each["answers"]["latency"].get("p99", float("inf"))
    return seconds


def is_ours(title: str) -> bool:
    return title.startswith("streamresize")


def verdict(reached: bool) -> str:
    return "(reached)" if reached else "(not reached)"
