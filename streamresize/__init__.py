"""Streaming, low-memory JPEG resizing, thumbnails and fingerprints."""

from streamresize.api import (
    decode_planes,
    output_size,
    probe,
    process,
    process_many,
    resize,
    strips,
    thumbnail,
)
from streamresize.asynchronous import AsyncSource, AsyncStream, aprobe, aprocess, astream
from streamresize.background import Background
from streamresize.color import IccUse
from streamresize.errors import (
    EncodeError,
    LimitExceeded,
    MalformedImage,
    MalformedJPEG,
    RegionError,
    SourceError,
    StreamResizeError,
    UnsupportedFormat,
    UnsupportedJPEG,
)
from streamresize.fingerprint import Fingerprint
from streamresize.geometry import Fit, Mirror, Rotation
from streamresize.gravity import Gravity
from streamresize.info import ImageInfo
from streamresize.lengths import Length, Region
from streamresize.limits import Limits
from streamresize.memory import estimate_memory
from streamresize.metadata import Kept
from streamresize.padding import Padding
from streamresize.pipeline import OutputImage, Result
from streamresize.request import Pass, PassOptions, Size
from streamresize.resample import FilterName
from streamresize.sinks import FORMATS, Format, Subsampling
from streamresize.sources import Source
from streamresize.standardize import Batch, standardize, standardize_many
from streamresize.strips import Strip
from streamresize.targets import Destination
from streamresize.transfer import Averaging

__version__ = "0.1.0"

__all__ = [
    "FORMATS",
    "AsyncSource",
    "AsyncStream",
    "Averaging",
    "Background",
    "Batch",
    "Destination",
    "EncodeError",
    "FilterName",
    "Fingerprint",
    "Fit",
    "Format",
    "Gravity",
    "IccUse",
    "ImageInfo",
    "Kept",
    "Length",
    "LimitExceeded",
    "Limits",
    "MalformedImage",
    "MalformedJPEG",
    "Mirror",
    "OutputImage",
    "Padding",
    "Pass",
    "PassOptions",
    "Region",
    "RegionError",
    "Result",
    "Rotation",
    "Size",
    "Source",
    "SourceError",
    "StreamResizeError",
    "Strip",
    "Subsampling",
    "UnsupportedFormat",
    "UnsupportedJPEG",
    "aprobe",
    "aprocess",
    "astream",
    "decode_planes",
    "estimate_memory",
    "output_size",
    "probe",
    "process",
    "process_many",
    "resize",
    "standardize",
    "standardize_many",
    "strips",
    "thumbnail",
]
