"""streamresize.thumbnail of the first DC scans of a progressive file."""

from __future__ import annotations

from functools import partial

from benchmarks.thumbnail import streamresize
from benchmarks.thumbnail.streamresize import version as version

run = partial(streamresize.run, preview=True)
