"""streamresize fingerprint"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from typing import Any

import streamresize
from streamresize.cli import inputs

EXAMPLES = """\
The fingerprint is imagehash's phash, 64 bits in hexadecimal.

examples:
  streamresize fingerprint *.jpg
  streamresize fingerprint --json photo.jpg
"""


def add_parser(subparsers: Any) -> None:
    parser = inputs.add_subparser(
        subparsers,
        "fingerprint",
        help="print perceptual hashes of pictures",
        description="Print the perceptual hash of pictures.",
        epilog=EXAMPLES,
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    inputs.add_jobs(parser)
    parser.set_defaults(run=run)


@dataclass(frozen=True)
class Fingerprint:
    """Computes the hash of one file."""

    as_json: bool
    threads: int | None

    def __call__(self, name: str) -> inputs.Report:
        result = streamresize.process(
            inputs.open_input(name), [], fingerprint=True, threads=self.threads
        )
        value = str(result.fingerprint)
        line = json.dumps({"file": name, "phash": value}) if self.as_json else f"{value}  {name}"
        return inputs.Report([line], inputs.damage(name, result))


def run(arguments: argparse.Namespace) -> int:
    work = Fingerprint(arguments.json, inputs.threads_of_each(arguments.inputs))
    return inputs.for_each(arguments.inputs, work, jobs=arguments.jobs)
