"""How far converted colours are from those of Pillow's full decode and ImageCms.

python -m benchmarks.color [FILE ...]     (default: valid files of the test corpus with a profile)

The reference decodes the whole picture, converts every pixel to sRGB with the same intent, and
averages areas in double precision. Differences are CIEDE2000, at 1/3 of the size and at full size,
and at 1/3 with exact averaging.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

import streamresize
from streamresize import Averaging
from tests.support.corpus import in_folder
from tests.support.delta_e import delta_e
from tests.support.oracle import area_average

CASES: tuple[tuple[int, Averaging], ...] = ((3, "fast"), (1, "fast"), (3, "exact"))
HEADS = ("1/3", "1/1", "1/3 exact")
Picture = NDArray[np.uint8]


def reference(image: Image.Image, *, convert: bool) -> Picture:
    """The whole picture in sRGB; without `convert` its samples as they are."""
    if not convert:
        return np.asarray(image if image.mode == "L" else image.convert("RGB"))
    profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    converted = ImageCms.profileToProfile(image, profile, srgb, outputMode="RGB")
    if converted is None:
        raise AssertionError("only conversion in place gives nothing")
    return np.asarray(converted)


def differences(path: Path) -> list[NDArray[np.float64]]:
    """In each of CASES."""
    with Image.open(path) as image:
        image.load()
        whole = reference(image, convert=streamresize.probe(path).icc_description is not None)
    found = []
    for factor, averaging in CASES:
        width, height = max(1, whole.shape[1] // factor), max(1, whole.shape[0] // factor)
        ours = streamresize.resize(
            path, width=width, height=height, fit="fill", averaging=averaging, auto_orient=False
        )
        found.append(delta_e(ours, area_average(whole, width, height)))
    return found


def row(path: Path) -> str:
    info = streamresize.probe(path)
    cells = [path.name, info.color, info.icc_description or "not usable"]
    try:
        for values in differences(path):
            cells += [f"{values.mean():.2f}", f"{np.percentile(values, 99):.2f}"]
            cells.append(f"{values.max():.1f}")
    except OSError:
        cells += ["Pillow cannot read it"] + [""] * (3 * len(CASES) - 1)
    return f"| {' | '.join(cells)} |"


def main(paths: list[Path]) -> None:
    columns = [f"{head} {what}" for head in HEADS for what in ("mean", "99 %", "max")]
    print(f"| file | colour | profile | {' | '.join(columns)} |")
    print("|---" * (3 + len(columns)) + "|")
    for path in paths:
        print(row(path), flush=True)


if __name__ == "__main__":
    with_profile = [e.file for e in in_folder("valid") if "ICC" in " ".join(e.features)]
    main([Path(name) for name in sys.argv[1:]] or with_profile)
