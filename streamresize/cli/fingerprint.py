"""streamresize fingerprint"""

from __future__ import annotations

import argparse
import json
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
        help="print perceptual hashes of JPEG files",
        description="Print the perceptual hash of JPEG files.",
        epilog=EXAMPLES,
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    def fingerprint(name: str) -> None:
        result = streamresize.process(inputs.open_input(name), [], fingerprint=True)
        for warning in result.warnings:
            inputs.complain(name, f"damaged: {warning}")
        value = str(result.fingerprint)
        print(json.dumps({"file": name, "phash": value}) if arguments.json else f"{value}  {name}")

    return inputs.for_each(arguments.inputs, fingerprint)
