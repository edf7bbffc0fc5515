"""streamresize probe"""

from __future__ import annotations

import argparse
import json
from typing import Any

import streamresize
from streamresize.cli import inputs

EXAMPLES = """\
examples:
  streamresize probe photo.jpg
  streamresize probe --json *.jpg | jq 'select(.width > 10000) | .file'
"""


def add_parser(subparsers: Any) -> None:
    parser = inputs.add_subparser(
        subparsers,
        "probe",
        help="say what the headers of pictures say",
        description="Read the headers of pictures, and nothing more.",
        epilog=EXAMPLES,
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    def probe(name: str) -> inputs.Report:
        info = streamresize.probe(inputs.open_input(name))
        facts = {"file": name, **info.to_dict()}
        return inputs.Report([json.dumps(facts) if arguments.json else describe(name, info)])

    return inputs.for_each(arguments.inputs, probe)


def describe(name: str, info: streamresize.ImageInfo) -> str:
    sampling = " ".join(f"{h}x{v}" for h, v in info.sampling)
    is_jpeg = info.decoder == "native"
    facts = [
        f"{info.width}x{info.height}",
        info.sof if is_jpeg else f"{info.format} by {info.decoder}",
        f"{info.color} {sampling}" if is_jpeg else info.color,
        f"{info.precision} bit",
        f"orientation {info.orientation}",
    ]
    if info.has_alpha:
        facts.append("alpha")
    if info.restart_interval:
        facts.append(f"restart interval {info.restart_interval}")
    for kind in ("jfif", "exif", "icc", "adobe"):
        if getattr(info, f"has_{kind}"):
            facts.append(kind.upper() if kind != "adobe" else "Adobe")
    if info.icc_description:
        facts.append(f"profile {info.icc_description!r}")
    return f"{name}: {', '.join(facts)}"
