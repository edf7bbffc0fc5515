"""Where the bytes come from: everything becomes chunks."""

from streamresize.sources.chunks import (
    CHUNK_BYTES,
    Chunk,
    OpenSource,
    Source,
    Store,
    open_source,
)
from streamresize.sources.reader import StoreReader
from streamresize.sources.spool import Spool
from streamresize.sources.url import file_system, is_url

__all__ = [
    "CHUNK_BYTES",
    "Chunk",
    "OpenSource",
    "Source",
    "Spool",
    "Store",
    "StoreReader",
    "file_system",
    "is_url",
    "open_source",
]
