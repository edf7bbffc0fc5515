"""Consumers of resampled rows, one file each.

A sink says in `requests` which planes it wants, gets their rows in order through `rows`, and gives
its result by `finish`.
"""

from streamresize.sinks.base import PlaneRequest, Sink
from streamresize.sinks.encode import FORMATS, Format
from streamresize.sinks.phash import PhashSink
from streamresize.sinks.picture import PictureSink, picture_sink

__all__ = [
    "FORMATS",
    "Format",
    "PhashSink",
    "PictureSink",
    "PlaneRequest",
    "Sink",
    "picture_sink",
]
