"""The formats of results, and what can be asked of each."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, NamedTuple, get_args

from streamresize.errors import EncodeError

Format = Literal[
    "jpeg", "png", "webp", "avif", "gif", "rgb", "rgb565", "gray", "ycbcr", "array", "auto"
]
Subsampling = Literal["4:2:0", "4:2:2", "4:4:4"]

# Luma samples for each chroma sample, across and down.
CHROMA_FACTORS: dict[Subsampling, tuple[int, int]] = {
    "4:2:0": (2, 2),
    "4:2:2": (2, 1),
    "4:4:4": (1, 1),
}
MOST_COLORS = 256
NO_LIMIT = 2**31 - 1
USUAL_COMPRESSION = 6

# As `FormatFacts.work`: of a palette; of JPEGs that Pillow has to write; of WebP without loss.
PALETTE_WORK = 12.0
PILLOW_JPEG_WORK = 9.0
LOSSLESS_WORK = 44.0


class FormatFacts(NamedTuple):
    """extension: of file names, without the dot, where there is one. mime: media type.

    max_side: pixels. options: the fields of `Encoding` that mean something, beside `quality`.
    work: what encoding a picture at once takes beside its input, the file included, in bytes a
    pixel; from photographs. streams: can be written row by row.
    """

    extension: str
    mime: str
    max_side: int = NO_LIMIT
    options: frozenset[str] = frozenset()
    work: float = 0.0
    streams: bool = False


_RAW = "application/octet-stream"
_JPEG_OPTIONS = frozenset({"subsampling", "progressive", "optimize", "max_bytes"})

FORMATS: dict[Format, FormatFacts] = {
    "jpeg": FormatFacts("jpg", "image/jpeg", 65_500, _JPEG_OPTIONS, 0.3, True),
    "png": FormatFacts(
        "png", "image/png", options=frozenset({"compression", "colors"}), work=4.0, streams=True
    ),
    "webp": FormatFacts("webp", "image/webp", 16_383, frozenset({"lossless", "max_bytes"}), 10.5),
    "avif": FormatFacts(
        "avif", "image/avif", 65_536, frozenset({"subsampling", "max_bytes"}), 33.0
    ),
    "gif": FormatFacts("gif", "image/gif", 65_535, frozenset({"colors"}), PALETTE_WORK),
    "rgb": FormatFacts("rgb", _RAW, work=4.0, streams=True),
    "rgb565": FormatFacts("rgb565", _RAW, work=3.0, streams=True),
    "gray": FormatFacts("gray", _RAW, work=1.5, streams=True),
    "ycbcr": FormatFacts("yuv", _RAW, options=frozenset({"subsampling"}), work=3.0),
    "array": FormatFacts("", _RAW),
    "auto": FormatFacts("", "", 65_500, _JPEG_OPTIONS | {"compression"}, 16.0),
}
AUTO_FORMATS: tuple[Format, ...] = ("jpeg", "png")  # what "auto" comes to
RGB_ONLY: frozenset[Format] = frozenset({"webp", "avif", "gif"})
BY_PILLOW: frozenset[Format] = frozenset({"png", "webp", "avif", "gif", "ycbcr", "auto"})


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a picture is written; the fields are explained in `streamresize.Size`.

    Raises ValueError for values out of range, and for options that the format does not have.
    """

    format: Format = "jpeg"
    quality: int = 80
    subsampling: Subsampling = "4:2:0"
    progressive: bool = False
    optimize: bool = False
    lossless: bool = False
    compression: int = USUAL_COMPRESSION
    colors: int | None = None
    max_bytes: int | None = None

    def __post_init__(self) -> None:
        _check_choice("format", self.format, get_args(Format))
        _check_choice("subsampling", self.subsampling, tuple(CHROMA_FACTORS))
        _check_range("quality", self.quality, 1, 100)
        _check_range("compression", self.compression, 0, 9)
        _check_range("colors", self.colors, 2, MOST_COLORS)
        _check_range("max_bytes", self.max_bytes, 1, None)
        self._unify()
        self._check_options()
        if self.lossless and self.max_bytes is not None:
            raise ValueError("max_bytes is met by quality, which lossless files do not have")

    def _unify(self) -> None:
        """Equal encodings are found as one another: 80.0, and NumPy's 80, become 80."""
        for name in ("quality", "compression", "colors", "max_bytes"):
            value = getattr(self, name)
            if value is not None and value % 1 == 0:
                object.__setattr__(self, name, int(value))

    def _check_options(self) -> None:
        has = FORMATS[self.format].options | {"format", "quality"}
        for field in fields(self):
            if field.name not in has and getattr(self, field.name) != field.default:
                raise ValueError(f"{self.format} has no {field.name}")

    @property
    def streams(self) -> bool:
        """Can be written row by row: nothing about the file depends on the whole picture."""
        by_rows = FORMATS[self.format].streams
        whole = (self.progressive, self.optimize, self.colors, self.max_bytes)
        return by_rows and not any(whole)

    @property
    def needs_pillow(self) -> bool:
        """Something of Pillow is loaded to write it."""
        return self.format in BY_PILLOW or self.progressive or self.optimize

    @property
    def holds_gray(self) -> bool:
        """Gray pictures stay gray; in other files they become RGB."""
        return self.format not in RGB_ONLY and not self.colors

    @property
    def has_quality(self) -> bool:
        return "max_bytes" in FORMATS[self.format].options and not self.lossless

    def check_size(self, height: int, width: int) -> None:
        """Raise EncodeError where the format cannot hold the picture."""
        most = FORMATS[self.format].max_side
        if max(height, width) > most:
            raise EncodeError(
                f"{self.format} cannot hold {width} x {height}: at most {most} a side"
            )

    def work_bytes(self, pixels: int) -> int:
        """What encoding at once takes beside its input, the file included."""
        work = FORMATS[self.format].work
        if self.colors:
            work = PALETTE_WORK
        elif self.progressive or self.optimize:
            work = PILLOW_JPEG_WORK
        elif self.lossless:
            work = LOSSLESS_WORK
        return int(pixels * work)


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, not {value!r}")


def _check_range(name: str, value: int | None, low: int, high: int | None) -> None:
    if value is None or (value >= low and (high is None or value <= high)):
        return
    bounds = f"{low} to {high}" if high is not None else f"at least {low}"
    raise ValueError(f"{name} must be {bounds}, not {value}")
