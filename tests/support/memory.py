"""What a request really takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import streamresize
from streamresize import Size

CODE = """
import sys
import streamresize
from streamresize import Size

def peak():
    line = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024

before = peak()
streamresize.process(sys.argv[1], [eval(sys.argv[2])])
print(peak() - before)
"""


def taken_and_estimated(path: Path, size: Size) -> tuple[int, int]:
    """Bytes by which a process of its own grows, and those that were foretold."""
    options = {name: getattr(size, name) for name in Size.__dataclass_fields__}
    command = [sys.executable, "-c", CODE, str(path), f"Size(**{options!r})"]
    printed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    return int(printed), streamresize.estimate_memory(streamresize.probe(path), [size])
