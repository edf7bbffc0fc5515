"""What a file says beside its pixels: taken from a source, changed for an output, written to it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from streamresize import exif, icc
from streamresize.rights import PHOTOSHOP, rights

Kept = Literal["icc", "exif", "xmp", "copyright"]
KEPT: tuple[str, ...] = get_args(Kept)

EXIF = b"Exif\0\0"
XMP = b"http://ns.adobe.com/xap/1.0/\0"
APP0, APP1, APP2, APP13 = 0xE0, 0xE1, 0xE2, 0xED
MAX_PAYLOAD = 65_533  # of a segment (T.81 B.1.1.4)
ICC_PART = MAX_PAYLOAD - len(icc.SEGMENT) - 2
MAX_ICC_PARTS = 255


@dataclass(frozen=True, slots=True)
class Metadata:
    """exif: from its TIFF header on. xmp: the packet. profile: ICC. photoshop: image resources.

    All are empty where absent. warnings: what is there and cannot be used.
    """

    exif: bytes = field(default=b"", repr=False)
    xmp: bytes = field(default=b"", repr=False)
    profile: bytes = field(default=b"", repr=False)
    photoshop: bytes = field(default=b"", repr=False)
    warnings: tuple[str, ...] = ()


NO_METADATA = Metadata()


def of_source(segments: Iterable[tuple[int, bytes]]) -> Metadata:
    """What (marker, payload) segments hold; of EXIF and XMP the first, extended XMP never."""
    segments = list(segments)
    if not segments:
        return NO_METADATA
    warnings: tuple[str, ...] = ()
    try:
        profile = icc.embedded(segments) or b""
    except icc.BrokenProfile as error:
        profile, warnings = b"", (f"ICC profile not used: {error}",)
    tiff = next(iter(_payloads(segments, APP1, EXIF)), b"")
    return Metadata(
        exif=tiff if exif.is_sound(tiff) else b"",
        xmp=next(iter(_payloads(segments, APP1, XMP)), b""),
        profile=profile,
        photoshop=b"".join(_payloads(segments, APP13, PHOTOSHOP)),
        warnings=warnings,
    )


def _payloads(segments: list[tuple[int, bytes]], marker: int, identifier: bytes) -> list[bytes]:
    size = len(identifier)
    return [p[size:] for m, p in segments if m == marker and p[:size] == identifier]


def for_output(
    source: Metadata, keep: Collection[str], width: int, height: int, *, upright: bool
) -> Metadata:
    """What of `keep` an output of width x height pixels carries; its profile is another matter.

    upright: the picture has been turned as its orientation says.
    """
    if not keep:
        return NO_METADATA
    tiff = b""
    if "exif" in keep and source.exif:
        tiff = exif.of_output(source.exif, width, height, upright=upright)
    if "copyright" in keep:
        tiff = _with_rights(tiff, rights(source.exif, source.photoshop, source.xmp))
    xmp = _xmp_of_output(source.xmp, upright=upright) if "xmp" in keep else b""
    return Metadata(exif=tiff, xmp=xmp)


def _with_rights(tiff: bytes, known: dict[int, bytes]) -> bytes:
    missing = {tag: text for tag, text in known.items() if exif.text(tiff, tag) != text}
    if not missing:
        return tiff
    result = exif.with_text(tiff or exif.EMPTY, missing)
    return result if len(EXIF + result) <= MAX_PAYLOAD else tiff


def _xmp_of_output(xmp: bytes, *, upright: bool) -> bytes:
    """Upright, and without the mention of an extension, which is not written."""
    xmp = re.sub(rb"""xmpNote:HasExtendedXMP=("[^"<>]*"|'[^'<>]*')""", b"", xmp)
    if upright:
        xmp = re.sub(rb"""(tiff:Orientation(?:>|=["']))[2-8]""", rb"\g<1>1", xmp)
    return xmp


def with_profile(metadata: Metadata, profile: bytes | None) -> Metadata:
    return replace(metadata, profile=profile) if profile else metadata


def into_jpeg(data: bytes, metadata: Metadata) -> bytes:
    """A JPEG file with segments for EXIF, XMP and ICC behind SOI and its JFIF segment.

    What no segment can hold is left out: XMP of more than 65,504 bytes, ICC of more than 16 MB.
    """
    if metadata is NO_METADATA:
        return data
    added = _jpeg_segments(metadata)
    at = 2
    if data[2:4] == bytes([0xFF, APP0]):
        at = 4 + int.from_bytes(data[4:6], "big")
    return b"".join([data[:at], *added, data[at:]])


def _jpeg_segments(metadata: Metadata) -> list[bytes]:
    payloads = [
        (APP1, EXIF + metadata.exif) if metadata.exif else None,
        (APP1, XMP + metadata.xmp) if metadata.xmp else None,
        *((APP2, part) for part in _icc_parts(metadata.profile)),
    ]
    return [_segment(*p) for p in payloads if p is not None and len(p[1]) <= MAX_PAYLOAD]


def _segment(marker: int, payload: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(payload) + 2).to_bytes(2, "big") + payload


def _icc_parts(profile: bytes) -> list[bytes]:
    parts = [profile[i : i + ICC_PART] for i in range(0, len(profile), ICC_PART)]
    if len(parts) > MAX_ICC_PARTS:
        return []
    return [icc.SEGMENT + bytes([i + 1, len(parts)]) + part for i, part in enumerate(parts)]


def pillow_options(metadata: Metadata, format: str) -> dict[str, Any]:
    """Keywords for `PIL.Image.Image.save` to PNG, WebP or AVIF."""
    options: dict[str, Any] = {}
    if metadata.profile:
        options["icc_profile"] = metadata.profile
    if metadata.exif:
        options["exif"] = metadata.exif
    if metadata.xmp and format == "png":
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", metadata.xmp.decode("utf-8", "replace"))
        options["pnginfo"] = info
    elif metadata.xmp:
        options["xmp"] = metadata.xmp
    return options
