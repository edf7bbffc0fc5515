"""Consumers of resampled rows, one file each.

A sink says in `requests` which planes it wants, gets their rows in order through `rows`, and gives
its result by `finish`.
"""

from streamresize.sinks.base import (
    File,
    Frame,
    Merging,
    Picture,
    PicturePlan,
    PictureSink,
    PlaneRequest,
    Sink,
)
from streamresize.sinks.fingerprint import FingerprintSink, plan_fingerprint
from streamresize.sinks.formats import (
    AUTO_FORMATS,
    FORMATS,
    USUAL_COMPRESSION,
    Encoding,
    Format,
    Subsampling,
)
from streamresize.sinks.picture import plan_picture
from streamresize.sinks.stream import StreamSink

__all__ = [
    "AUTO_FORMATS",
    "FORMATS",
    "USUAL_COMPRESSION",
    "Encoding",
    "File",
    "FingerprintSink",
    "Format",
    "Frame",
    "Merging",
    "Picture",
    "PicturePlan",
    "PictureSink",
    "PlaneRequest",
    "Sink",
    "StreamSink",
    "Subsampling",
    "plan_fingerprint",
    "plan_picture",
]
