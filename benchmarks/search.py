"""Search among 10^4 to 10^7 random hashes: milliseconds, memory and build time, as table and plot.

    python -m benchmarks.search [SIZE ...]

Times of queries are those of the processor, which other work on the machine changes little. Half of
the queries are hashes of the collection with some bits changed. All that chunk tables find
is compared with what scanning finds, and both with NumPy for one query. Prints the table of
docs/search.md, writes benchmarks/results/search.json and docs/images/search.svg.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streamresize.catalog import scan
from streamresize.catalog.rows import FolderRows, Header
from streamresize.catalog.search import HashIndex
from streamresize.catalog.tables import ChunkTables

PLOT = Path(__file__).resolve().parents[1] / "docs" / "images" / "search.svg"
RESULTS = Path(__file__).parent / "results" / "search.json"
SIZES = (10**4, 10**5, 10**6, 10**7)
LAYOUT = {"id": 1, "phash": 1, "symmetric": 4}
TOGETHER = 10**6
PHASH_RADIUS, SYMMETRIC_RADIUS, ORIENTATIONS = 8, 48, 8
QUERIES = {"tables": 1000, "scan": 100, "symmetric": 60, "nearest": 20}
SECONDS = 5.0  # of each measurement, at most

Words = NDArray[np.uint64]


def blocks(size: int, random: np.random.Generator) -> Iterator[dict[str, NDArray[Any]]]:
    for first in range(0, size, TOGETHER):
        count = min(TOGETHER, size - first)
        yield {
            "id": np.arange(first, first + count),
            "phash": random.integers(0, 2**64, (count, 1), np.uint64),
            "symmetric": random.integers(0, 2**64, (count, 4), np.uint64),
        }


def query(hashes: Words, most_flips: int, random: np.random.Generator) -> Words:
    """Random bits, or a hash of the collection with up to so many bits changed."""
    words = hashes.shape[1]
    if random.integers(2):
        return random.integers(0, 2**64, (1, words), np.uint64)
    bits = np.unpackbits(hashes[random.integers(len(hashes))].copy().view(np.uint8))
    bits[random.permutation(bits.size)[: random.integers(most_flips + 1)]] ^= 1
    return np.packbits(bits).view(np.uint64)[None]


def turned(hashes: Words, random: np.random.Generator) -> Words:
    """As many queries as a picture has orientations; here they have nothing in common."""
    others = random.integers(0, 2**64, (ORIENTATIONS - 1, hashes.shape[1]), np.uint64)
    return np.concatenate([query(hashes, SYMMETRIC_RADIUS, random), others])


def milliseconds(kind: str, work: Any, make_query: Any) -> dict[str, float]:
    times: list[float] = []
    while len(times) < QUERIES[kind] and sum(times) < SECONDS:
        asked = make_query()
        start = thread_time()
        work(asked)
        times.append(thread_time() - start)
    return {"p50": 1e3 * float(np.median(times)), "p99": 1e3 * float(np.quantile(times, 0.99))}


def check(tables: ChunkTables, phash: Words, random: np.random.Generator) -> float:
    """Recall of the tables against scanning, which is compared with NumPy once."""
    found = expected = 0
    for number in range(50):
        asked = query(phash, PHASH_RADIUS, random)
        pairs = {tuple(pair) for pair in zip(*scan.within(phash, asked, PHASH_RADIUS))}
        probed = {tuple(pair) for pair in zip(*tables.within(asked, PHASH_RADIUS))}
        assert probed <= pairs
        found, expected = found + len(probed), expected + len(pairs)
        if number == 0:
            bits = np.unpackbits((phash ^ asked).view(np.uint8), axis=1).sum(axis=1)
            assert {pair[0] for pair in pairs} == set(np.flatnonzero(bits <= PHASH_RADIUS))
    return found / expected


def measure(size: int, folder: Path) -> dict[str, Any]:
    random = np.random.default_rng(size)
    rows = FolderRows(folder, LAYOUT)
    start = perf_counter()
    rows.write(blocks(size, random), Header("benchmark", 1), anew=True)
    written = perf_counter() - start
    columns = rows.columns()
    index = HashIndex(columns)
    phash, symmetric = columns["phash"], columns["symmetric"]

    flat = milliseconds(
        "scan",
        lambda asked: scan.within(phash, asked, PHASH_RADIUS),
        lambda: query(phash, PHASH_RADIUS, random),
    )
    start = perf_counter()
    tables = index.make_tables("phash")
    built = perf_counter() - start
    probed = milliseconds(
        "tables",
        lambda asked: tables.within(asked, PHASH_RADIUS),
        lambda: query(phash, PHASH_RADIUS, random),
    )
    in_all_turns = milliseconds(
        "symmetric",
        lambda asked: index.within("symmetric", asked, SYMMETRIC_RADIUS),
        lambda: turned(symmetric, random),
    )
    nearest = milliseconds(
        "nearest",
        lambda asked: index.nearest("symmetric", asked, 20),
        lambda: turned(symmetric, random),
    )
    return {
        "pictures": size,
        "scan": flat,
        "tables": probed,
        "symmetric": in_all_turns,
        "nearest": nearest,
        "recall": check(tables, phash, random),
        "written_s": written,
        "tables_s": built,
        "tables_bytes": tables.nbytes,
    }


def row(result: dict[str, Any]) -> str:
    times = [result[kind] for kind in ("scan", "tables", "symmetric", "nearest")]
    cells = [f"{time['p50']:.3g} / {time['p99']:.3g}" for time in times]
    cells += [f"{result['tables_bytes'] / 1e6:.0f} MB", f"{result['tables_s']:.2g} s"]
    return f"| {result['pictures']:,} | {' | '.join(cells)} | {result['recall']:.3f} |"


def draw(results: list[dict[str, Any]]) -> None:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = PLOT.name
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    names = {
        "symmetric": "symmetric hash, radius 48, eight orientations",
        "scan": "phash, radius 8, scan",
        "tables": "phash, radius 8, chunk tables",
    }
    sizes = [result["pictures"] for result in results]
    for kind, name in names.items():
        line = axes.plot(sizes, [result[kind]["p50"] for result in results], "o-", label=name)
        worst = [result[kind]["p99"] for result in results]
        axes.plot(sizes, worst, ":", color=line[0].get_color())
    axes.set(xscale="log", yscale="log", xlabel="pictures", ylabel="ms a query: p50, dotted p99")
    axes.grid(visible=True, alpha=0.3)
    axes.legend()
    figure.savefig(PLOT, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure search among random hashes.")
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    results = []
    for size in parser.parse_args().sizes:
        with tempfile.TemporaryDirectory() as folder:
            results.append(measure(size, Path(folder)))
        print(row(results[-1]), flush=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    draw(results)


if __name__ == "__main__":
    main()
