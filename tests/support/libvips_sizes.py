"""What libvips makes of sizes: python -m tests.support.libvips_sizes writes libvips_sizes.tsv.

Each line: width and height of the source, of the box, fit, whether it may enlarge, and the width
and height of libvips' output. Needs pyvips.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

from streamresize.geometry import Fit

TABLE = Path(__file__).with_suffix(".tsv")
UNBOUNDED = 10_000_000  # libvips' own word for a side that is left open
RANDOM_CASES = 200
FITS: tuple[Fit, ...] = ("contain", "cover", "fill", "pad", "outside")
CHOSEN = (
    ((4000, 3000), (800, 800)),
    ((3000, 4000), (800, 800)),
    ((1000, 333), (500, 1000)),
    ((640, 480), (1280, 640)),
    ((640, 480), (1280, 100)),
    ((100, 1), (10, 10)),
    ((52, 13), (30, 33)),
    ((24, 36), (29, 44)),
    ((60, 30), (39, 54)),
    ((15, 30), (37, 27)),
)


class Case(NamedTuple):
    source: tuple[int, int]
    box: tuple[int, int]
    fit: Fit
    enlarge: bool


def cases() -> Iterator[Case]:
    """The chosen ones with every fit, and as many random ones as RANDOM_CASES."""
    for source, box in CHOSEN:
        for fit in FITS:
            for enlarge in (False, True):
                yield Case(source, box, fit, enlarge)
    draw = random.Random(5)
    for number in range(RANDOM_CASES):
        most, largest = ((60, 60), (6000, 1500))[number % 2]
        source = (draw.randint(1, most), draw.randint(1, most))
        box = (draw.randint(1, largest), draw.randint(1, largest))
        yield Case(source, box, draw.choice(FITS), draw.random() < 0.3)


def by_libvips(case: Case) -> tuple[int, int]:
    """The size that libvips gives to the case."""
    import pyvips

    (width, height), fit = case.box, case.fit
    options: dict[str, Any] = {"height": height, "size": "both" if case.enlarge else "down"}
    if fit == "fill":
        width, options["height"] = (
            side if case.enlarge else min(side, length)
            for side, length in zip(case.box, case.source)
        )
        options["size"] = "force"
    elif fit == "cover":
        options["crop"] = "centre"
    elif fit == "outside":
        if width / case.source[0] > height / case.source[1]:
            options["height"] = UNBOUNDED
        else:
            width = UNBOUNDED
    image = pyvips.Image.black(*case.source).thumbnail_image(width, **options)
    if fit == "pad":
        image = image.gravity("centre", *case.box)
    return image.width, image.height


def table() -> str:
    """A line for each case."""
    return "".join(
        "\t".join(map(str, (*case.source, *case.box, case.fit, case.enlarge, *by_libvips(case))))
        + "\n"
        for case in cases()
    )


def frozen() -> list[tuple[Case, tuple[int, int]]]:
    """The cases in the table, with libvips' sizes."""
    lines = [line.split("\t") for line in TABLE.read_text().splitlines()]
    return [
        (
            Case((int(w), int(h)), (int(x), int(y)), cast(Fit, fit), enlarge == "True"),
            (int(width), int(height)),
        )
        for w, h, x, y, fit, enlarge, width, height in lines
    ]


if __name__ == "__main__":
    TABLE.write_text(table())
