"""The work of `streamresize match`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import NamedTuple

from streamresize import StreamResizeError
from streamresize.catalog import Catalog, Image
from streamresize.cli import inputs, output
from streamresize.cli.gallery_options import fingerprint_of, stages_of
from streamresize.cli.match_page import Figure, page
from streamresize.matching import MATCH, Gallery, Match, search


class Answer(NamedTuple):
    """A query, and what was found, the best first."""

    query: str
    found: Sequence[tuple[Match, Image]]

    def to_json(self) -> str:
        found = [
            {"paths": list(image.paths), "width": image.width, "height": image.height,
             **match.to_dict()}
            for match, image in self.found
        ]  # fmt: skip
        return json.dumps({"query": self.query, "found": found})

    def lines(self) -> list[str]:
        head = inputs.printable(self.query)
        return [head if self.found else f"{head}: nothing found"] + [
            f"  {match.score:.2f}  {match.relation}, {image.width} x {image.height}"
            f"  {inputs.printable(first_path(image))}"
            for match, image in self.found
        ]

    def figures(self) -> list[Figure]:
        head = Figure(self.query, self.query, "" if self.found else "nothing found")
        return [head] + [
            Figure(first_path(image), f"{match.score:.2f}: {match.relation}",
                   f"{image.width} x {image.height}, {first_path(image)}")
            for match, image in self.found
        ]  # fmt: skip


def first_path(image: Image) -> str:
    return image.paths[0] if image.paths else f"picture {image.id}"


def run_match(arguments: argparse.Namespace) -> int:
    """Return the exit status."""
    try:
        with Catalog.open(arguments.catalog, create=False) as catalog:
            answers, status = _answers(catalog, arguments)
        if arguments.html:
            output.write(arguments.html, page(answer.figures() for answer in answers).encode())
    except (OSError, StreamResizeError) as error:
        print(f"streamresize: {error}", file=sys.stderr)
        return 1
    return status


def _answers(catalog: Catalog, arguments: argparse.Namespace) -> tuple[list[Answer], int]:
    gallery, stages = Gallery(catalog), stages_of(catalog)
    least = MATCH if arguments.least is None else arguments.least
    answers, status = [], 0
    for query in arguments.queries:
        try:
            found = search(fingerprint_of(query), gallery, least=least, stages=stages)
        except (OSError, StreamResizeError) as error:
            print(inputs.note(query, error), file=sys.stderr)
            status = 1
            continue
        images = catalog.get_many(match.image_id for match in found[: arguments.k])
        answer = Answer(query, [(m, images[m.image_id]) for m in found if m.image_id in images])
        for line in [answer.to_json()] if arguments.json else answer.lines():
            print(line)
        answers.append(answer)
    return answers, status
