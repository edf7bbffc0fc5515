"""Turns what was measured into docs/matching.md: python -m benchmarks.matching.report"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from time import process_time

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from numpy.typing import NDArray

from benchmarks.matching.measure import ALONE, STAGES, Distances, Measured, photos, read_results
from benchmarks.matching.peers import PEERS
from benchmarks.matching.prose import AFTER, BEFORE
from benchmarks.page import DOCS
from streamresize import Fingerprint, process
from streamresize.matching import Details

PLOT = DOCS / "images" / "matching.svg"
SAMPLE = 50
TOGETHER = "together"
OURS = (ALONE, *STAGES, TOGETHER)
METHODS = (*PEERS, *OURS)
PRECISIONS = (0.99, 0.999)
HALVES = ("thresholds", "figures")
Results = Mapping[str, Measured]


@dataclass(frozen=True)
class Half:
    """Distances of half of the queries to their photo, and to all others, of one edit."""

    same: Distances
    other: Distances


def half(measured: Measured, method: str, name: str) -> Half:
    """Every second query."""
    rows = slice(HALVES.index(name), None, 2)
    distances = of_method(measured, method)[rows]
    queries = np.array(measured.queries)[rows]
    is_same = np.zeros(distances.shape, np.bool_)
    is_same[np.arange(len(queries)), queries] = True
    return Half(distances[is_same], distances[~is_same])


def of_method(measured: Measured, method: str) -> Distances:
    if method == TOGETHER:
        return np.asarray(np.stack([measured.distances[s] for s in STAGES]).min(axis=0))
    return measured.distances[method]


def pooled(results: Results, method: str, name: str) -> Half:
    """Of all edits."""
    halves = [half(measured, method, name) for measured in results.values()]
    return Half(
        np.concatenate([each.same for each in halves]),
        np.concatenate([each.other for each in halves]),
    )


def threshold(found: Half, precision: float) -> float:
    """The largest distance up to which so many of the pairs found are right."""
    candidates = np.unique(np.concatenate([found.same, found.other]))
    same, other = np.sort(found.same), np.sort(found.other)
    right = np.searchsorted(same, candidates, "right")
    wrong = np.searchsorted(other, candidates, "right")
    good = candidates[(right > 0) & (right >= precision * (right + wrong))]
    return float(good.max()) if len(good) else -1.0


def precision_at(found: Half, limit: float) -> float:
    right, wrong = (int((d <= limit).sum()) for d in (found.same, found.other))
    return right / max(1, right + wrong)


def separation(found: Half) -> float:
    """d': distance of the means in standard deviations."""
    spread = (found.same.var() + found.other.var()) / 2
    return float((found.other.mean() - found.same.mean()) / np.sqrt(spread))


def recalls(results: Results, precision: float) -> dict[str, dict[str, float]]:
    """By edit and method, at the threshold that the other half of the queries gives."""
    limits = {
        method: threshold(pooled(results, method, HALVES[0]), precision) for method in METHODS
    }
    return {
        edit: {
            method: float((half(measured, method, HALVES[1]).same <= limits[method]).mean())
            for method in METHODS
        }
        for edit, measured in results.items()
    }


def recall_table(found: dict[str, dict[str, float]]) -> Iterator[str]:
    yield "| edit | " + " | ".join(METHODS) + " |"
    yield "|---" * (len(METHODS) + 1) + "|"
    for edit, row in found.items():
        yield f"| {edit} | " + " | ".join(f"{row[method]:.2f}" for method in METHODS) + " |"
    means = [np.mean([row[method] for row in found.values()]) for method in METHODS]
    yield "| **mean** | " + " | ".join(f"**{mean:.3f}**" for mean in means) + " |"


def method_table(results: Results) -> Iterator[str]:
    yield (
        "| | threshold | precision | threshold at 99.9 % | precision | mean recall there | d' "
        "| ms a query |"
    )
    yield "|---" * 8 + "|"
    strict = recalls(results, PRECISIONS[1])
    for method in METHODS:
        chosen, judged = (pooled(results, method, name) for name in HALVES)
        limits = [threshold(chosen, precision) for precision in PRECISIONS]
        cells = [method]
        for limit in limits:
            cells += [shown(limit, method), f"{precision_at(judged, limit):.4f}"]
        cells += [f"{np.mean([row[method] for row in strict.values()]):.3f}"]
        cells += [f"{separation(judged):.1f}", f"{milliseconds(results, method):.1f}"]
        yield "| " + " | ".join(cells) + " |"


def shown(limit: float, method: str) -> str:
    """Bits, or the score."""
    if limit < 0:
        return "none"
    is_score = method in STAGES or method == TOGETHER
    return f"{1 - limit:.2f}" if is_score else f"{limit:.0f} bits"


def milliseconds(results: Results, method: str) -> float:
    """Of hashing a query, with decoding for ours, and of ours the search as well."""
    parts = {ALONE: ("fingerprint",), TOGETHER: ("fingerprint", *STAGES)}
    parts |= {stage: ("fingerprint", stage) for stage in STAGES}
    seconds = sum(
        measured.seconds[part]
        for measured in results.values()
        for part in parts.get(method, (method,))
    )
    return 1000 * seconds / sum(len(measured.queries) for measured in results.values())


def cost_table() -> Iterator[str]:
    """What each picture costs that is added, of SAMPLE photos."""
    yield "| kept of a picture | bytes | ms of processor time |"
    yield "|---|---|---|"
    made = [process(photo, [], fingerprint=True, threads=1) for photo in photos()[:SAMPLE]]
    fingerprints = [each.fingerprint for each in made if each.fingerprint is not None]
    kinds: dict[str, Callable[[Fingerprint], int]] = {
        "fingerprint, its luma included": lambda f: len(f.to_bytes()),
        "windows": lambda f: len(Details.of(f.luma).to_bytes()),
        "keypoints": lambda f: len(Details.of(f.luma, windows=False, keypoints=True).to_bytes()),
    }
    for name, size in kinds.items():
        start = process_time()
        total = sum(map(size, fingerprints))
        spent = 1000 * (process_time() - start) / len(fingerprints)
        yield f"| {name} | {total / len(fingerprints):,.0f} | {spent:.1f} |"


def lost(found: dict[str, dict[str, float]]) -> str:
    """Where a peer does better."""
    lines = []
    for edit, row in found.items():
        peer = max(PEERS, key=lambda name: row[name])
        if row[peer] > row[TOGETHER]:
            lines.append(f"{edit}: {peer} {row[peer]:.3f}, together {row[TOGETHER]:.3f}")
    if lines:
        return "A peer finds more of: " + "; ".join(lines) + "."
    return "No peer finds more of any edit."


def plot(results: Results) -> None:
    mpl.rcParams["svg.hashsalt"] = PLOT.name
    figure, axes = plt.subplots(2, 2, figsize=(9, 6), layout="constrained")
    for axis, method in zip(axes.flat, ("phash 64", "pdqhash", ALONE, TOGETHER)):
        found = pooled(results, method, HALVES[1])
        is_score = method == TOGETHER
        samples: list[NDArray[np.floating]] = [found.same, found.other]
        bins = np.linspace(0, 1 if is_score else float(found.other.max()), 65)
        weights = [np.full(len(each), 1 / len(each)) for each in samples]
        axis.hist(samples, bins, weights=weights, histtype="stepfilled", alpha=0.6, log=True,
                  label=["same picture", "other picture"])  # fmt: skip
        axis.axvline(threshold(pooled(results, method, HALVES[0]), 0.99), color="black", lw=0.8)
        axis.set_title(method)
        axis.set_xlabel("1 - score" if is_score else "bits that differ")
        axis.set_ylabel("share of pairs")
    axes.flat[0].legend()
    PLOT.parent.mkdir(exist_ok=True)
    figure.savefig(PLOT, metadata={"Date": None})


def main() -> None:
    results = read_results()
    found = recalls(results, PRECISIONS[0])
    queries = len(next(iter(results.values())).queries)
    facts = {
        "photos": len(photos()),
        "edits": len(results),
        "queries": queries,
        "chosen": (queries + 1) // 2,
        "judged": queries // 2,
    }
    plot(results)
    parts = [
        BEFORE.format(**facts), "\n".join(recall_table(found)), lost(found),
        "\n".join(method_table(results)), "\n".join(cost_table()), AFTER,
    ]  # fmt: skip
    (DOCS / "matching.md").write_text("\n\n".join(part.strip() for part in parts) + "\n")


if __name__ == "__main__":
    main()
