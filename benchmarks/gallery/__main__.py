"""Writes the sheets to docs/images and their figures to docs/gallery.md.

The references are made in double precision (tests/support/oracle.py) from the chart as
libjpeg-turbo decodes it whole. Figures are PSNR in RGB and the mean CIEDE2000 of the whole result.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.gallery.charts import CHARTS, HEIGHT, WIDTH
from benchmarks.gallery.rivals import GOALS, RIVALS, Rival
from benchmarks.gallery.sheet import sheet
from benchmarks.page import DOCS, replace_measured
from tests.support.delta_e import delta_e
from tests.support.oracle import psnr

REDUCTION = 5.7
SMALL = round(WIDTH / REDUCTION), round(HEIGHT / REDUCTION)
Picture = NDArray[np.uint8]
Figures: TypeAlias = Mapping[str, str]


def results(path: Path) -> tuple[dict[str, Picture], Figures]:
    """What each rival makes of a chart, and how close that is to its goal."""
    with Image.open(path) as image:
        whole = np.asarray(image)
    goals = {name: exactly(whole, *SMALL) for name, exactly in GOALS.items()}
    pictures, figures = {}, {}
    for name, (resize, goal) in RIVALS.items():
        if resize is None:
            pictures[name] = np.rint(goals[goal]).astype(np.uint8)
            continue
        pictures[name] = resize(path, *SMALL)
        difference = delta_e(pictures[name], goals[goal]).mean()
        figures[name] = f"{psnr(pictures[name], goals[goal]):.1f}, {difference:.2f}"
    return pictures, figures


def table(figures: Mapping[str, Figures]) -> str:
    """A row for each rival, a column for each chart."""
    rivals: dict[str, Rival] = {n: rival for n, rival in RIVALS.items() if rival.resize}
    lines = [f"| | compared with | {' | '.join(figures)} |", "|---" * (2 + len(figures)) + "|"]
    for name, rival in rivals.items():
        cells = " | ".join(of_chart[name] for of_chart in figures.values())
        lines.append(f"| {name} | {rival.goal} | {cells} |")
    return "\n".join(lines)


def main() -> None:
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, draw in CHARTS.items():
            path = Path(folder) / f"{name}.jpg"
            Image.fromarray(draw()).save(path, quality=95, subsampling="4:2:0")
            pictures, figures[name] = results(path)
            sheet(pictures).save(DOCS / "images" / f"gallery-{name}.png", optimize=True)
            print(name, figures[name], flush=True)
    replace_measured(DOCS / "gallery.md", table(figures))


if __name__ == "__main__":
    main()
