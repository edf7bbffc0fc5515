"""Where results go: output names, and files that appear whole or not at all."""

from __future__ import annotations

import os
import re
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

STDOUT = "-"
MOST_OF_NAME = 50  # characters: file systems allow 255 bytes
IN_FOLDER = "{stem}_{size}.{ext}"


def template(output: str) -> str:
    """The template that an output argument stands for; a folder means files named by input."""
    if output != STDOUT and (output.endswith(os.sep) or Path(output).is_dir()):
        return str(Path(output) / IN_FOLDER)
    return output


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with `{name}` replaced by the value of that name; other braces stay."""
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), template)


def temporary_name(name: str) -> str:
    """A name beside `name` that nothing else has; the files of runs that were killed keep it."""
    folder, slash, last = name.rpartition("/")
    return f"{folder}{slash}.{last[:MOST_OF_NAME]}.{secrets.token_hex(4)}.tmp"


def remove_leftovers(folder: str) -> None:
    """Remove what killed runs have left under temporary names below `folder`."""
    for file in Path(folder).rglob(".*.tmp"):
        if re.fullmatch(r"\..+\.[0-9a-f]{8}\.tmp", file.name):
            file.unlink(missing_ok=True)


def write(name: str, data: bytes) -> None:
    """Write to a temporary name beside the target, then rename; or to standard output.

    Folders on the way are made.
    """
    if name == STDOUT:
        sys.stdout.buffer.write(data)
        return
    target = Path(name)
    temporary = Path(temporary_name(name))
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        temporary.write_bytes(data)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
