"""What others make of the same file: libjpeg's planes and coefficients, exact arithmetic."""

from __future__ import annotations

import functools
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array

from .jpeg_writer import dct_matrix

SOURCE = Path(__file__).with_name("raw_planes.c")
Reals = NDArray[np.float64]
Plane = NDArray[np.uint8]


@dataclass(frozen=True)
class Dump:
    """What the oracle program wrote: warnings, then one entry for each component."""

    warnings: int
    steps: list[NDArray[np.uint16]]  # (64,), natural order
    sizes: list[tuple[int, int]]  # (height, width) in samples
    arrays: list[NDArray[np.uint8] | NDArray[np.int16]]


@functools.cache
def oracle_program() -> Path | str:
    """The compiled program, or the reason why there is none."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return "no C compiler"
    target = Path(tempfile.mkdtemp(prefix="streamresize-oracle-")) / "raw_planes"
    done = subprocess.run(
        [compiler, "-O2", "-o", str(target), str(SOURCE), "-ljpeg"], capture_output=True
    )
    return target if done.returncode == 0 else "libjpeg's headers are not installed"


def require_oracle() -> Path:
    """Skip the test where the oracle cannot be built."""
    program = oracle_program()
    if isinstance(program, str):
        pytest.skip(f"no libjpeg oracle: {program}")
    return program


def run_oracle(data: bytes, mode: str) -> Dump | None:
    """None where libjpeg refuses the file."""
    done = subprocess.run([str(require_oracle()), mode], input=data, capture_output=True)
    return _parse(done.stdout, mode) if done.returncode == 0 else None


def _parse(output: bytes, mode: str) -> Dump:
    count, warnings = np.frombuffer(output, np.int32, 2).tolist()
    at = 8
    heads, steps = [], []
    for _ in range(count):
        heads.append(np.frombuffer(output, np.int32, 6, at).tolist())
        steps.append(np.frombuffer(output, np.uint16, 64, at + 24))
        at += 24 + 128
    arrays: list[NDArray[np.uint8] | NDArray[np.int16]] = []
    for _, _, width, height, blocks, block_rows in heads:
        if mode == "planes":
            arrays.append(
                np.frombuffer(output, np.uint8, width * height, at).reshape(height, width)
            )
        else:
            values = np.frombuffer(output, np.int16, blocks * block_rows * 64, at)
            arrays.append(values.reshape(block_rows, blocks, 64))
        at += arrays[-1].nbytes
    return Dump(warnings, steps, [(h[3], h[2]) for h in heads], arrays)


def scaled_planes(dump: Dump, scale: int) -> list[Reals]:
    """Exact N-point inverse transforms of the coefficients, N = 8 / scale, clamped to 0..255."""
    size = 8 // scale
    basis = dct_matrix(size)
    planes = []
    for values, steps, (height, width) in zip(dump.arrays, dump.steps, dump.sizes, strict=True):
        blocks = (values.astype(np.float64) * steps).reshape(*values.shape[:2], 8, 8)
        kept = blocks[:, :, :size, :size] * (size / 8)
        samples = (basis.T @ kept @ basis).swapaxes(1, 2)
        plane = samples.reshape(values.shape[0] * size, values.shape[1] * size) + 128
        planes.append(plane[: -(-height // scale), : -(-width // scale)].clip(0, 255))
    return planes


def area_matrix(inputs: int, outputs: int) -> Reals:
    """Weights (outputs, inputs) of exact area averaging along one axis."""
    step = inputs / outputs
    edges = np.arange(outputs + 1) * step
    k = np.arange(inputs)
    low = np.maximum(k, edges[:-1, None])
    high = np.minimum(k + 1, edges[1:, None])
    return np.asarray(np.maximum(high - low, 0) / step)


def area_average(picture: NDArray[np.uint8], width: int, height: int) -> Reals:
    """Exact area averaging of (h, w) or (h, w, 3), in double precision."""
    channels = picture.reshape(*picture.shape[:2], -1)
    planes = np.ascontiguousarray(np.moveaxis(channels, -1, 0), dtype=np.float64)
    rows = area_matrix(picture.shape[0], height)
    columns = area_matrix(picture.shape[1], width)
    result = np.stack([rows @ plane @ columns.T for plane in planes], axis=-1)
    return result if picture.ndim == 3 else result[:, :, 0]


def _sinc_windowed(lobes: float) -> Callable[[Reals], Reals]:
    return lambda x: np.asarray(np.sinc(x) * np.sinc(x / lobes))


def _hamming_windowed(x: Reals) -> Reals:
    return np.asarray(np.sinc(x) * (0.54 + 0.46 * np.cos(np.pi * x)))


def _keys(x: Reals) -> Reals:
    """R. G. Keys, "Cubic convolution interpolation", 1981, with a = -1/2."""
    near = 1 + x * x * (1.5 * x - 2.5)
    return np.where(x < 1, near, 2 - x * (4 - x * (2.5 - 0.5 * x)))


def _mitchell(x: Reals) -> Reals:
    """One third of the cubic B-spline, two thirds of Keys' cubic."""
    spline = np.where(x < 1, 4 - x * x * (6 - 3 * x), (2 - x) ** 3) / 6
    return np.asarray(spline / 3 + _keys(x) * 2 / 3)


# Support and kernel of |x|; beyond the support nothing has a weight.
KERNELS: dict[str, tuple[float, Callable[[Reals], Reals]]] = {
    "triangle": (1, lambda x: 1 - x),
    "hamming": (1, _hamming_windowed),
    "mitchell": (2, _mitchell),
    "catmullrom": (2, _keys),
    "lanczos3": (3, _sinc_windowed(3)),
}


def filter_matrix(name: str, inputs: int, outputs: int) -> Reals:
    """Weights (outputs, inputs) of a filter along one axis; the picture's edges cut it off."""
    if name == "box":
        return area_matrix(inputs, outputs)
    support, kernel = KERNELS[name]
    step = inputs / outputs
    centres = (np.arange(outputs) + 0.5) * step
    distance = np.abs(np.arange(inputs) + 0.5 - centres[:, None]) / max(step, 1.0)
    weights = np.where(distance < support, kernel(np.minimum(distance, support)), 0.0)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def filtered(picture: NDArray[np.generic], width: int, height: int, name: str) -> Reals:
    """A picture (h, w) or (h, w, 3) by a filter in double precision, clamped to 0..255."""
    rows = csr_array(filter_matrix(name, picture.shape[0], height))
    columns = csr_array(filter_matrix(name, picture.shape[1], width))
    channels = picture.reshape(*picture.shape[:2], -1)
    planes = [channels[:, :, i].astype(np.float64) for i in range(channels.shape[2])]
    result = np.stack([(columns @ (rows @ plane).T).T for plane in planes], axis=-1).clip(0, 255)
    return np.asarray(result if picture.ndim == 3 else result[:, :, 0])


def psnr(a: NDArray[np.generic], b: NDArray[np.generic]) -> float:
    """Peak signal-to-noise ratio in decibels, for a peak of 255."""
    error = np.mean((a.astype(np.float64) - b.astype(np.float64)) ** 2)
    return float(10 * np.log10(255**2 / error)) if error else float("inf")
