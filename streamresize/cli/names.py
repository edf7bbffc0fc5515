"""The names of a batch's outputs, below one folder."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from streamresize.cli import output
from streamresize.cli.selection import Item
from streamresize.cli.size_options import extension

DEFAULT = "{dir}/{stem}_{width}x{height}.{ext}"
PLACEHOLDERS = ("dir", "stem", "name", "size", "width", "height", "ext")


def parse_template(text: str) -> str:
    """A template whose placeholders are known. Raises ArgumentTypeError."""
    unknown = [name for name in re.findall(r"\{(\w*)\}", text) if name not in PLACEHOLDERS]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise argparse.ArgumentTypeError(f"{{{unknown[0]}}} is none of {known}")
    if ".." in text.split("/") or text.startswith("/"):
        raise argparse.ArgumentTypeError(f"{text!r} leads out of the folder of --out")
    return text


def planned_name(template: str, item: Item, size: str, format: str) -> str:
    """The name as far as it is known before the picture: {width} and {height} may be left.

    Raises ValueError for a name that leads out of the folder.
    """
    path = PurePosixPath(item.name)
    values = {"dir": item.folder, "stem": path.stem, "name": path.name, "size": size}
    values |= extension(format)
    name = "/".join(
        part for part in output.fill(template, values).split("/") if part not in ("", ".")
    )
    if ".." in name.split("/") or not name:
        raise ValueError(f"{item.name!r} gives the name {name!r}, which leads out of --out")
    return name


def final_name(template: str, item: Item, size: str, format: str, pixels: tuple[int, int]) -> str:
    """The name of an output of `pixels` (width, height). Raises ValueError as `planned_name`."""
    return planned_name(
        output.fill(template, {"width": str(pixels[0]), "height": str(pixels[1])}),
        item,
        size,
        format,
    )


def tells_sizes_apart(template: str) -> bool:
    return re.search(r"\{(size|width|height)\}", template) is not None


def find_collisions(
    template: str, items: Sequence[Item], sizes: Sequence[str], format: str
) -> dict[str, str]:
    """Inputs whose outputs would, or could, have the names of another's, and the reason.

    The first input of a name keeps it. Two sizes of one input may share a name, as far as it is
    known before their width and height are.
    """
    owners: dict[str, str] = {}
    refused: dict[str, str] = {}
    for item in items:
        planned = {_all_that_differs(template, item, size, format) for size in sizes}
        other = next((owners[name] for name in sorted(planned) if name in owners), None)
        if other is None:
            owners.update(dict.fromkeys(planned, item.name))
        else:
            refused[item.name] = (
                f"its outputs could have the names of those of {other}: "
                "use {dir} for folders, {name} for the whole name"
            )
    return refused


def _all_that_differs(template: str, item: Item, size: str, format: str) -> str:
    """The planned name without what may become any number."""
    try:
        name = planned_name(template, item, size, format)
    except ValueError:
        return item.name  # fails when its turn comes
    return re.sub(r"\d*(\{(width|height)\}\d*)+", "{number}", name)
