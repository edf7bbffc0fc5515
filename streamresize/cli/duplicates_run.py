"""The work of `streamresize duplicates`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from math import log2
from typing import NamedTuple

from streamresize import StreamResizeError
from streamresize.catalog import Catalog, Image
from streamresize.cli import inputs, output
from streamresize.cli.gallery_options import stages_of
from streamresize.cli.match_page import Figure, page
from streamresize.cli.storage import absolute
from streamresize.matching.groups import duplicate_pairs, groups_of
from streamresize.matching.sharpness import sharpness


class Copy(NamedTuple):
    """A picture of a group. rank: the more the better."""

    image: Image
    rank: tuple[float, int, int]

    @property
    def path(self) -> str:
        return self.image.paths[0] if self.image.paths else f"picture {self.image.id}"

    @property
    def facts(self) -> str:
        return f"{self.image.width} x {self.image.height}, {self.image.bytes:,} bytes"


def run_duplicates(arguments: argparse.Namespace) -> int:
    """Return the exit status."""
    try:
        with Catalog.open(arguments.catalog, create=False) as catalog:
            if arguments.not_duplicates:
                return _mark(catalog, *arguments.not_duplicates)
            groups = _groups(catalog, arguments)
        for group in groups:
            for line in [_to_json(group)] if arguments.json else _lines(group):
                print(line)
        if arguments.html:
            output.write(arguments.html, page(map(_figures, groups)).encode())
    except (OSError, StreamResizeError) as error:
        print(f"streamresize: {error}", file=sys.stderr)
        return 1
    return 0


def _mark(catalog: Catalog, first: str, second: str) -> int:
    numbers = [catalog.number_of(absolute(name)) for name in (first, second)]
    for name, number in zip((first, second), numbers):
        if number is None:
            print(inputs.note(name, "not in the catalog"), file=sys.stderr)
            return 1
    low, high = sorted(number for number in numbers if number is not None)
    if low == high:
        print(inputs.note(second, "has the same bytes"), file=sys.stderr)
        return 1
    catalog.mark_different(low, high)
    return 0


def _groups(catalog: Catalog, arguments: argparse.Namespace) -> list[list[Copy]]:
    """The best copy of each first."""
    stages = stages_of(catalog) if arguments.crops else ("hash",)
    pairs = duplicate_pairs(catalog, least=1 - arguments.similarity, stages=stages)
    found = groups_of(pairs, catalog.different())
    return [_ranked(catalog.get_many(group).values()) for group in found]


def _ranked(images: Iterable[Image]) -> list[Copy]:
    copies = [Copy(image, _rank(image)) for image in images]
    return sorted(copies, key=lambda copy: copy.rank, reverse=True)


def _rank(image: Image) -> tuple[float, int, int]:
    """Resolved pixels in steps of a half power of two, quality, bytes."""
    for path in image.paths:
        try:
            facts = sharpness(path)
        except (OSError, StreamResizeError):
            continue
        pixels = max(1.0, image.width * image.height * facts.fullness)
        return round(2 * log2(pixels)), facts.quality or 0, image.bytes
    return 0.0, 0, image.bytes


def _to_json(group: list[Copy]) -> str:
    copies = [
        {"paths": list(copy.image.paths), "width": copy.image.width, "height": copy.image.height,
         "bytes": copy.image.bytes}
        for copy in group
    ]  # fmt: skip
    return json.dumps({"best": group[0].path, "copies": copies})


def _lines(group: list[Copy]) -> list[str]:
    return [
        f"{'  ' if at else ''}{inputs.printable(copy.path)}  {copy.facts}"
        for at, copy in enumerate(group)
    ]


def _figures(group: list[Copy]) -> list[Figure]:
    return [Figure(copy.path, copy.path, copy.facts) for copy in group]
