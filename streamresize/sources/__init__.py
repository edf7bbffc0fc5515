"""Where the bytes come from: everything becomes chunks."""

from streamresize.sources.chunks import CHUNK_BYTES, Source, open_chunks

__all__ = ["CHUNK_BYTES", "Source", "open_chunks"]
