"""Where results go: output names, and files that appear whole or not at all."""

from __future__ import annotations

import os
import re
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

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


def write(name: str, data: bytes) -> None:
    """Write to a temporary name beside the target, then rename; or to standard output.

    Folders on the way are made.
    """
    if name == STDOUT:
        sys.stdout.buffer.write(data)
        return
    target = Path(name)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        temporary.write_bytes(data)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
