"""Where results go."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from streamresize import Destination
from streamresize.targets import target_of

STDOUT = "-"
IN_FOLDER = "{stem}_{size}.{ext}"


def template(output: str) -> str:
    """The template that an output argument stands for; a folder means files named by input."""
    if output != STDOUT and (output.endswith(os.sep) or Path(output).is_dir()):
        return str(Path(output) / IN_FOLDER)
    return output


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with `{name}` replaced by the value of that name; other braces stay."""
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), template)


def remove_leftovers(folder: str) -> None:
    """Remove what killed runs have left under temporary names below `folder`."""
    for file in Path(folder).rglob(".*.tmp"):
        if re.fullmatch(r"\..+\.[0-9a-f]{8}\.tmp", file.name):
            file.unlink(missing_ok=True)


def destination(name: str) -> Destination:
    """What `streamresize.process` writes to."""
    return sys.stdout.buffer if name == STDOUT else name


def write(name: str, data: bytes) -> None:
    """Write a finished file."""
    target = target_of(destination(name))
    try:
        target.open()
        target.write(data)
    except BaseException:
        target.abort()
        raise
    target.commit()
