"""Whose picture it is: author and copyright notice, from EXIF, IPTC or XMP, whichever says it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from streamresize import exif

PHOTOSHOP = b"Photoshop 3.0\0"
RESOURCE = b"8BIM"
IPTC_RESOURCE = 0x0404
IPTC_MARK = 0x1C
MAX_TEXT = 4096  # bytes

# EXIF tag: the IPTC data set (IIM 4.2, record 2) and the XMP element (Dublin Core) of its meaning
SOURCES = {exif.ARTIST: (80, b"dc:creator"), exif.COPYRIGHT: (116, b"dc:rights")}


def rights(tiff: bytes, photoshop: bytes, xmp: bytes) -> dict[int, bytes]:
    """EXIF's Artist and Copyright, as far as they are known, in UTF-8.

    tiff: an EXIF block. photoshop: image resources, without their identifier. xmp: a packet.
    """
    iptc = _iptc(photoshop)
    found = {
        tag: exif.text(tiff, tag) or iptc.get(data_set, b"") or _element(xmp, name)
        for tag, (data_set, name) in SOURCES.items()
    }
    return {tag: text[:MAX_TEXT] for tag, text in found.items() if text}


def _iptc(photoshop: bytes) -> Mapping[int, bytes]:
    """The data sets of record 2; of repeated ones all, with semicolons between them."""
    data = next((d for number, d in _resources(photoshop) if number == IPTC_RESOURCE), b"")
    sets: dict[int, list[bytes]] = {}
    at = 0
    while at + 5 <= len(data) and data[at] == IPTC_MARK:
        size = int.from_bytes(data[at + 3 : at + 5], "big")
        if data[at + 1] == 2:
            sets.setdefault(data[at + 2], []).append(_utf8(data[at + 5 : at + 5 + size]))
        at += 5 + size
    return {number: b"; ".join(texts) for number, texts in sets.items()}


def _resources(photoshop: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while photoshop[at : at + 4] == RESOURCE and at + 12 <= len(photoshop):
        number = int.from_bytes(photoshop[at + 4 : at + 6], "big")
        at += 6 + (photoshop[at + 6] + 2) // 2 * 2  # a name with its length, padded
        size = int.from_bytes(photoshop[at : at + 4], "big")
        yield number, photoshop[at + 4 : at + 4 + size]
        at += 4 + (size + 1) // 2 * 2


def _utf8(text: bytes) -> bytes:
    try:
        text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1").encode()
    return text.strip(b"\0 ")


def _element(xmp: bytes, name: bytes) -> bytes:
    """The items of the first element of this name, with semicolons between them."""
    from html import unescape

    content = xmp.partition(b"<" + name + b">")[2].partition(b"</" + name + b">")[0]
    items = content.decode("utf-8", "replace").split("</rdf:li>")
    texts = (unescape(re.sub(r"<[^<>]*>", "", item)).strip() for item in items)
    return "; ".join(text for text in texts if text).encode()
