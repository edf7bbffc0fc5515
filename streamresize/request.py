"""What is asked for: each output, and the pass over the source that all share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict, cast

from streamresize.geometry import Fit, check_box
from streamresize.limits import Limits
from streamresize.sinks import FORMATS, Format


@dataclass(frozen=True, slots=True)
class Size:
    """One output.

    width, height: the box in pixels; one of them may be None.
    fit: "contain", "cover" or "fill" (see `streamresize.geometry.place`).
    format: "jpeg", "png", "webp" or "array". quality: 1 to 100, for JPEG and WebP.
    enlarge: allow more pixels than the source has.

    Raises ValueError for values out of range.
    """

    width: int | None
    height: int | None
    fit: Fit = "contain"
    format: Format = "jpeg"
    quality: int = 80
    enlarge: bool = False

    def __post_init__(self) -> None:
        check_box(self.width, self.height, self.fit)
        if self.format not in FORMATS:
            raise ValueError(f"format must be one of {', '.join(FORMATS)}, not {self.format!r}")
        if not 1 <= self.quality <= 100:
            raise ValueError(f"quality must be 1 to 100, not {self.quality}")


class SizeOptions(TypedDict, total=False):
    """The keywords of `Size`."""

    fit: Fit
    format: Format
    quality: int
    enlarge: bool


@dataclass(frozen=True, slots=True)
class Pass:
    """How the source is read, for all outputs.

    auto_orient: turn the pictures upright by their EXIF orientation. strict: raise at damage in the
    coded data instead of filling in and warning. preview: of a progressive file, use the first DC
    scans alone, at 1/8, and read no further. threads: that decode the picture, this one among them;
    at least 1; None for two where it has 16 megapixels or more, else one. limits: bounds on the
    source; None for those of the environment.
    """

    auto_orient: bool = True
    strict: bool = False
    preview: bool = False
    threads: int | None = None
    limits: Limits | None = None


class PassOptions(TypedDict, total=False):
    """The keywords of `Pass`."""

    auto_orient: bool
    strict: bool
    preview: bool
    threads: int | None
    limits: Limits | None


class Options(SizeOptions, PassOptions, total=False):
    """The keywords of both."""


def split_options(options: Options) -> tuple[SizeOptions, PassOptions]:
    """What belongs to the output, unknown keywords among it, and what to the pass."""
    of_pass = PassOptions.__annotations__
    size = {name: value for name, value in options.items() if name not in of_pass}
    rest = {name: value for name, value in options.items() if name in of_pass}
    return cast(SizeOptions, size), cast(PassOptions, rest)
