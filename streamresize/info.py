"""What the headers say about a picture."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from streamresize import _native

Color = Literal["gray", "ycbcr", "rgb", "cmyk", "ycck", "unknown"]

APP0, APP1, APP2, APP14 = 0xE0, 0xE1, 0xE2, 0xEE
EXIF_ORIENTATION = 0x0112
EXIF_SHORT = 3


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """Facts from the headers, before any pixel is decoded.

    width, height: as stored, in pixels.
    components: number of components, 1 to 4.
    sampling: (horizontal, vertical) sampling factors of each component, 1 to 4.
    sof: the coding process, "SOF0" (baseline), "SOF1" (extended sequential), "SOF2" (progressive),
        "SOF9" and "SOF10" (sequential and progressive with arithmetic coding).
    precision: bits a sample.
    restart_interval: MCUs, 0 for none.
    multi_scan: progressive, non-interleaved, or with a height given behind the first scan; such a
        file needs random access, and a mere stream is spooled.
    color: how the components code colour; "unknown" for two components.
    orientation: EXIF orientation, 1 (upright) to 8.
    has_jfif, has_exif, has_icc, has_adobe: application segments present.
    """

    width: int
    height: int
    components: int
    sampling: tuple[tuple[int, int], ...]
    sof: str
    precision: int
    restart_interval: int
    multi_scan: bool
    color: Color
    orientation: int
    has_jfif: bool
    has_exif: bool
    has_icc: bool
    has_adobe: bool

    def sampling_ratio(self, component: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """(factor, largest factor) of the component, across and down."""
        h, v = self.sampling[component]
        h_max, v_max = map(max, zip(*self.sampling))
        return (h, h_max), (v, v_max)

    @property
    def progressive(self) -> bool:
        return self.sof in ("SOF2", "SOF10")

    def to_dict(self) -> dict[str, Any]:
        """The same facts as JSON-able values."""
        return asdict(self)


def image_info(header: _native.Header) -> ImageInfo:
    """Interpret a header that the decoder has read."""
    segments = header.segments
    jfif = any(marker == APP0 and payload.startswith(b"JFIF\0") for marker, payload in segments)
    exif = [p[6:] for m, p in segments if m == APP1 and p.startswith(b"Exif\0\0")]
    icc = any(m == APP2 and p.startswith(b"ICC_PROFILE\0") for m, p in segments)
    adobe = _adobe_transform(segments)
    ids = tuple(component[0] for component in header.components)
    return ImageInfo(
        width=header.width,
        height=header.height,
        components=len(ids),
        sampling=tuple((c[1], c[2]) for c in header.components),
        sof=f"SOF{header.sof}",
        precision=header.precision,
        restart_interval=header.restart_interval,
        multi_scan=header.multi_scan,
        color=_color(ids, jfif, adobe),
        orientation=exif_orientation(exif[0]) if exif else 1,
        has_jfif=jfif,
        has_exif=bool(exif),
        has_icc=icc,
        has_adobe=adobe is not None,
    )


def _adobe_transform(segments: list[tuple[int, bytes]]) -> int | None:
    """The colour transform of the Adobe segment (T.872 6.5.3), None where there is none."""
    for marker, payload in segments:
        if marker == APP14 and payload.startswith(b"Adobe") and len(payload) >= 12:
            return payload[11]
    return None


def _color(ids: tuple[int, ...], jfif: bool, adobe: int | None) -> Color:
    """JFIF (T.871) means YCbCr; else Adobe's transform decides; else the component ids."""
    if len(ids) == 1:
        return "gray"
    if len(ids) == 3:
        if jfif:
            return "ycbcr"
        if adobe is not None:
            return "rgb" if adobe == 0 else "ycbcr"
        return "rgb" if ids == tuple(b"RGB") else "ycbcr"
    if len(ids) == 4:
        return "cmyk" if adobe in (None, 0) else "ycck"
    return "unknown"


def exif_orientation(tiff: bytes) -> int:
    """Orientation from the first directory of an EXIF block; 1 where it is absent or not 1..8."""
    order: Literal["little", "big"] = "little" if tiff[:2] == b"II" else "big"

    def number(offset: int, size: int) -> int:
        return int.from_bytes(tiff[offset : offset + size], order)

    directory = number(4, 4)
    for entry in range(directory + 2, directory + 2 + 12 * number(directory, 2), 12):
        if entry + 12 > len(tiff):
            break
        if number(entry, 2) == EXIF_ORIENTATION and number(entry + 2, 2) == EXIF_SHORT:
            value = number(entry + 8, 2)
            return value if 1 <= value <= 8 else 1
    return 1
