"""Formats, told by a source's first bytes: never by its name."""

from __future__ import annotations

from streamresize.info import SourceFormat

HEAD_BYTES = 64  # for the brands of an ISO file; every other signature is shorter

SIGNATURES: dict[bytes, SourceFormat] = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"GIF87a": "gif",
    b"GIF89a": "gif",
    b"II*\0": "tiff",
    b"MM\0*": "tiff",
    b"II+\0": "tiff",  # BigTIFF
    b"MM\0+": "tiff",
}
# Lengths of the header that follows the file header of a BMP; "BM" alone would say too little.
BMP_HEADERS = (12, 40, 52, 56, 64, 108, 124)
# "AV1 Image File Format" 1.1, 5 and 6; ISO/IEC 23008-12, Annex B. mif1 and msf1 name no codec.
AVIF_BRANDS = {b"avif", b"avis"}
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}


def identify(head: bytes) -> SourceFormat:
    """The format of a source whose first HEAD_BYTES, or all if there are fewer, are `head`.

    What is not known is taken for a JPEG, and refused as one.
    """
    for signature, format in SIGNATURES.items():
        if head.startswith(signature):
            return format
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in BMP_HEADERS:
        return "bmp"
    return _identify_iso(head) if head[4:8] == b"ftyp" else "jpeg"


def _identify_iso(head: bytes) -> SourceFormat:
    """By the major brand, else by the first compatible one that says something."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    for start in (8, *range(16, end - 3, 4)):
        brand = head[start : start + 4]
        if brand in AVIF_BRANDS:
            return "avif"
        if brand in HEIC_BRANDS:
            return "heic"
    return "jpeg"
