"""Hashes of pictures, and how far they are from each other."""

from streamresize.fingerprint.bits import chunks, hamming, pack, unpack
from streamresize.fingerprint.borders import Box, content_box
from streamresize.fingerprint.hashes import average_hash, dhash, pdq, phash
from streamresize.fingerprint.maker import HashReducer, make_fingerprint, small_bytes, small_hashes
from streamresize.fingerprint.record import Fingerprint
from streamresize.fingerprint.reduction import Plane
from streamresize.fingerprint.symmetric import symmetric_hash

__all__ = [
    "Box",
    "Fingerprint",
    "HashReducer",
    "Plane",
    "average_hash",
    "chunks",
    "content_box",
    "dhash",
    "hamming",
    "make_fingerprint",
    "pack",
    "pdq",
    "phash",
    "small_bytes",
    "small_hashes",
    "symmetric_hash",
    "unpack",
]
