"""streamresize.thumbnail on all cores."""

from __future__ import annotations

import os
from functools import partial

from benchmarks.thumbnail import streamresize
from benchmarks.thumbnail.streamresize import version as version

run = partial(streamresize.run, threads=os.cpu_count() or 1)
