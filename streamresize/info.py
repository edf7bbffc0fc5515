"""What the headers say about a picture."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from streamresize import exif, icc

if TYPE_CHECKING:
    from streamresize import _native

SourceFormat = Literal["jpeg", "png", "webp", "gif", "tiff", "bmp", "avif", "heic"]
Color = Literal["gray", "ycbcr", "rgb", "cmyk", "ycck", "unknown"]

APP0, APP1, APP2, APP14 = 0xE0, 0xE1, 0xE2, 0xEE
MOST_KEPT_PROFILE = 1 << 14  # bytes: the profiles of most pictures, and few of them differ


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """Facts from the headers, before any pixel is decoded.

    width, height: as stored, in pixels.
    components: number of components, 1 to 4.
    sampling: (horizontal, vertical) sampling factors of each component, 1 to 4.
    sof: the coding process, "SOF0" (baseline), "SOF1" (extended sequential), "SOF2" (progressive),
        "SOF9" and "SOF10" (sequential and progressive with arithmetic coding); "" where the source
        is no JPEG.
    precision: bits a sample, as decoded.
    restart_interval: MCUs, 0 for none.
    multi_scan: progressive, non-interleaved, or with a height given behind the first scan; such a
        file needs random access, and a mere stream is spooled.
    color: how the components code colour; "unknown" for two components.
    orientation: EXIF orientation, 1 (upright) to 8.
    has_jfif, has_exif, has_icc, has_adobe: application segments present.
    icc_description: the name of the embedded colour profile, None where there is none that can be
        used with the picture. is_srgb: no such profile, or one that means what sRGB means.
    format: of the source, by its first bytes.
    decoder: "native" for JPEG, which is streamed; "pillow" for what is decoded whole.
    has_alpha: there is transparency, which `Pass.matte` fills.
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
    icc_description: str | None
    is_srgb: bool
    format: SourceFormat = "jpeg"
    decoder: Literal["native", "pillow"] = "native"
    has_alpha: bool = False

    def sampling_ratio(self, component: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """(factor, largest factor) of the component, across and down."""
        h, v = self.sampling[component]
        h_max, v_max = map(max, zip(*self.sampling))
        return (h, h_max), (v, v_max)

    def is_chroma(self, component: int) -> bool:
        return self.color in ("ycbcr", "ycck") and component in (1, 2)

    @property
    def progressive(self) -> bool:
        return self.sof in ("SOF2", "SOF10")

    def to_dict(self) -> dict[str, Any]:
        """The same facts as JSON-able values."""
        return asdict(self)


# Pictures of one kind share theirs: it takes a while to make, and to compare.
_shared_info = lru_cache(maxsize=256)(ImageInfo)


def image_info(header: _native.Header) -> ImageInfo:
    """Interpret a header that the decoder has read."""
    segments = header.segments
    jfif = any(marker == APP0 and payload.startswith(b"JFIF\0") for marker, payload in segments)
    tiff = [p[6:] for m, p in segments if m == APP1 and p.startswith(b"Exif\0\0")]
    has_icc = any(m == APP2 and p.startswith(icc.SEGMENT) for m, p in segments)
    adobe = _adobe_transform(segments)
    ids, across, down, _, _ = zip(*header.components)
    profile = profile_facts(segments, len(ids))
    return _shared_info(
        width=header.width,
        height=header.height,
        components=len(ids),
        sampling=tuple(zip(across, down)),
        sof=f"SOF{header.sof}",
        precision=header.precision,
        restart_interval=header.restart_interval,
        multi_scan=header.multi_scan,
        color=_color(ids, jfif, adobe),
        orientation=exif.orientation(tiff[0]) if tiff else 1,
        has_jfif=jfif,
        has_exif=bool(tiff),
        has_icc=has_icc,
        has_adobe=adobe is not None,
        icc_description=profile.description,
        is_srgb=profile.is_srgb,
    )


class ProfileFacts(NamedTuple):
    """description: None where there is no profile that can be used. is_srgb: as in `ImageInfo`."""

    description: str | None = None
    is_srgb: bool = True


def profile_facts(segments: list[tuple[int, bytes]], components: int) -> ProfileFacts:
    """Of the profile that is embedded in a picture with so many components."""
    try:
        data = icc.embedded(segments)
        if data is None:
            return ProfileFacts()
        facts = _kept_facts if len(data) <= MOST_KEPT_PROFILE else _facts_of_profile
        return facts(data, components)
    except icc.BrokenProfile:
        return ProfileFacts()


def _facts_of_profile(data: bytes, components: int) -> ProfileFacts:
    profile = icc.parse(data, components)
    return ProfileFacts(profile.description, profile.is_srgb)


_kept_facts = lru_cache(maxsize=32)(_facts_of_profile)


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
