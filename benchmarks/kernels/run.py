"""Throughput of the row kernels in their three forms, in GB/s of input, medians.

    python -m benchmarks.kernels.run [--rounds N]

The resampler is fed strips of 8 rows; the colour conversions get a few thousand pixels a call, as
the library does. Plain Python gets a small input, since it takes about a microsecond a sample.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from streamresize import _native
from streamresize.kernels import color, jit, resampling
from streamresize.resample import MIN_TAPS, make_scratch

Kernels: TypeAlias = ModuleType | SimpleNamespace
Measurement: TypeAlias = Callable[[], int]

STRIP_ROWS = 8
FACTORS = (1.85, 2.0, 3.0, 4.0, 7.3, 60.0)


class Scale(NamedTuple):
    """How large the inputs are: large for the compiled forms, small for plain Python."""

    width: int
    strips: int
    pixels: int


class Table(NamedTuple):
    """Box filter of one axis: see streamresize.kernels.resampling."""

    first: NDArray[np.int32]
    lengths: NDArray[np.int32]
    weights: NDArray[np.float32]


FORMS: dict[str, tuple[Kernels, Scale]] = {
    "compiled": (_native, Scale(12_000, 64, 4_000)),
    "JIT": (jit, Scale(12_000, 64, 4_000)),
    "plain": (
        SimpleNamespace(**{**vars(resampling), **vars(color)}),
        Scale(240, 16, 200),
    ),
}


def box_table(length: int, factor: float) -> Table:
    """Every output that lies wholly inside `length` inputs."""
    low = np.arange(int(length / factor)) * factor
    first = np.floor(low)
    count = np.ceil(low + factor).clip(max=length) - first
    inputs = first[:, None] + np.arange(int(count.max(initial=MIN_TAPS)))
    overlap = np.minimum(inputs + 1, low[:, None] + factor) - np.maximum(inputs, low[:, None])
    weights = overlap.clip(min=0.0) / factor
    return Table(first.astype(np.int32), count.astype(np.int32), weights.astype(np.float32))


def resampling_pass(kernels: Kernels, scale: Scale, factor: float) -> Measurement:
    """A run over all strips of a plane; gives the bytes read."""
    rows = box_table(scale.strips * STRIP_ROWS, factor)
    columns = box_table(scale.width, factor)
    strip = np.random.default_rng(0).integers(0, 256, (STRIP_ROWS, scale.width), np.uint8)
    accumulators = np.zeros((4, scale.width), np.float32)
    capacity = int(STRIP_ROWS / factor) + 3
    scratch = make_scratch(accumulators.shape[1], columns.weights.shape[1])
    out = np.empty((capacity + resampling.LANES - 1, len(columns.first)), np.uint8)

    def run() -> int:
        done = 0
        for row in range(0, scale.strips * STRIP_ROWS, STRIP_ROWS):
            window = slice(done, done + capacity)
            done += kernels.resample_strip(
                strip, row, *(table[window] for table in rows), columns.first,
                columns.weights, accumulators, scratch, done, done, out,
            )  # fmt: skip
        return strip.size * scale.strips

    return run


def conversion(kernels: Kernels, scale: Scale, name: str) -> Measurement:
    """A run of one colour conversion; gives the bytes read."""
    planes = 3 if name == "ycbcr_to_rgb" else 4
    samples = np.random.default_rng(0).integers(0, 256, (planes, 1, scale.pixels), np.uint8)
    inverted = () if planes == 3 else (True,)
    rgb = np.empty((1, scale.pixels, 3), np.uint8)

    def run() -> int:
        getattr(kernels, name)(*samples, *inverted, rgb)
        return samples.size

    return run


def gigabytes_per_second(run: Measurement, rounds: int) -> float:
    """Median of `rounds` runs after one that warms caches and compiles."""
    size = run()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return size / statistics.median(times) / 1e9


def measurements(kernels: Kernels, scale: Scale) -> dict[str, Measurement]:
    """Every scenario of one form, by name."""
    scenarios: dict[str, Measurement] = {
        f"resample_strip / {factor:g}": resampling_pass(kernels, scale, factor)
        for factor in FACTORS
    }
    for name in ("ycbcr_to_rgb", "cmyk_to_rgb", "ycck_to_rgb"):
        scenarios[name] = conversion(kernels, scale, name)
    return scenarios


def main() -> None:
    """Print one line for each scenario, one column for each form."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds: int = parser.parse_args().rounds
    columns: dict[str, Any] = {
        form: measurements(kernels, scale) for form, (kernels, scale) in FORMS.items()
    }
    print(f"{'GB/s':<24}" + "".join(f"{form:>12}" for form in columns))
    for scenario in columns["compiled"]:
        speeds = (gigabytes_per_second(column[scenario], rounds) for column in columns.values())
        print(f"{scenario:<24}" + "".join(f"{speed:>12.4f}" for speed in speeds))


if __name__ == "__main__":
    main()
