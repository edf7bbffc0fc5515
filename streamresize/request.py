"""What is asked for: each output, and the pass over the source that all share."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from functools import lru_cache
from math import isfinite
from operator import attrgetter
from typing import ParamSpec, TypedDict, TypeVar, cast

from streamresize.background import WHITE, Background, background_rgb
from streamresize.blur import MOST_SIGMA
from streamresize.color import ICC_USES, IccUse
from streamresize.geometry import MIRRORS, ROTATIONS, Fit, Mirror, Rotation, check_box
from streamresize.gravity import SMART, Gravity, focal_point
from streamresize.lengths import Length, Region, check_region
from streamresize.limits import Limits
from streamresize.metadata import KEPT, Kept
from streamresize.padding import Padding, margins
from streamresize.resample import FILTERS, FilterName
from streamresize.sinks import USUAL_COMPRESSION, Encoding, Format, Subsampling
from streamresize.transfer import AVERAGINGS, Averaging

Values = ParamSpec("Values")
Request = TypeVar("Request")

MOST_KEPT = 64

_encoding = lru_cache(MOST_KEPT)(Encoding)  # checks what it is given, which takes a while
_encoding_values = attrgetter(*(field.name for field in fields(Encoding)))


@dataclass(frozen=True, slots=True)
class Size:
    """One output.

    width, height: the box in pixels, or in percent of what is shown, as "50%"; one of them may be
        None.
    fit: "contain" or "inside", "cover", "fill", "pad", "outside" (see docs/geometry.md).
    enlarge: allow more pixels than the source has.
    gravity: what "cover" keeps and where "pad" puts the picture: "centre", "north", "north-east",
        ..., or a focal point "fp:x:y" or ("fp", x, y), with x and y from 0 to 1; with "cover" also
        "smart", the part that draws the eye.
    background: around the picture with "pad" and `padding`: (red, green, blue), 0 to 255, or a name
        or code as Pillow's ImageColor knows them.
    padding: pixels of background around all that, outside of the box: on all sides; (vertical,
        horizontal); or (top, right, bottom, left).
    dpr: device pixel ratio, above 0, by which box and padding are multiplied.

    format: "jpeg", "png", "webp", "avif" or "gif"; "rgb", "rgb565", "gray" or "ycbcr" for pixels
        without a container; "array"; "auto" for JPEG or PNG, as suits the picture (see
        docs/outputs.md).
    quality: 1 to 100, for JPEG, WebP and AVIF.
    subsampling: of chroma in JPEG, AVIF and "ycbcr": "4:2:0", "4:2:2" or "4:4:4".
    progressive, optimize: of JPEG: scans from coarse to fine; Huffman tables of its own.
    lossless: WebP without loss. compression: 0 to 9, of PNG.
    colors: a palette of at most so many, 2 to 256, in PNG and GIF (which has 256 by default).
    max_bytes: in place of `quality`, the highest with which the file is not larger.

    icc: what becomes of an embedded colour profile: "srgb" converts the picture to sRGB, "keep"
        leaves its samples and embeds the profile, "strip" leaves the samples (see docs/color.md).
    keep: metadata that the file carries, of "icc" (the same as icc="keep"), "exif", "xmp" and
        "copyright" (author and copyright notice alone, as EXIF), in JPEG, PNG, WebP and AVIF.
    filter: "box", "triangle", "hamming", "mitchell", "catmullrom" or "lanczos3"; "box" averages
        areas, and interpolates linearly where it enlarges (see docs/quality.md).
    averaging: "fast" decodes no finer than it must and weighs each component; "exact" decodes the
        whole picture and weighs its red, green and blue with 16 bits; "linear" averages light
        instead of sRGB's samples. The last two take several times as long.
    sharpen: 0 to 1, an unsharp mask on the output.
    blur: 0 to 100, the standard deviation in output pixels of a Gaussian blur, after sharpening.

    Raises ValueError for values out of range, and for options that the format does not have.
    """

    width: Length | None
    height: Length | None
    fit: Fit = "contain"
    format: Format = "jpeg"
    quality: int = 80
    enlarge: bool = False
    subsampling: Subsampling = "4:2:0"
    progressive: bool = False
    optimize: bool = False
    lossless: bool = False
    compression: int = USUAL_COMPRESSION
    colors: int | None = None
    max_bytes: int | None = None
    gravity: Gravity = "centre"
    background: Background = WHITE
    dpr: float = 1.0
    icc: IccUse = "srgb"
    keep: Collection[Kept] = frozenset()
    filter: FilterName = "box"
    averaging: Averaging = "fast"
    sharpen: float = 0.0
    blur: float = 0.0
    padding: Padding = 0

    def __post_init__(self) -> None:
        self._check_geometry()
        _ = self.encoding
        if self.filter not in FILTERS:
            raise ValueError(f"filter must be one of {', '.join(FILTERS)}, not {self.filter!r}")
        if self.averaging not in AVERAGINGS:
            expected = ", ".join(AVERAGINGS)
            raise ValueError(f"averaging must be one of {expected}, not {self.averaging!r}")
        if not 0.0 <= self.sharpen <= 1.0:
            raise ValueError(f"sharpen must be 0 to 1, not {self.sharpen}")
        if not 0.0 <= self.blur <= MOST_SIGMA:
            raise ValueError(f"blur must be 0 to {MOST_SIGMA:.0f}, not {self.blur}")
        check_metadata(self.icc, self.keep)
        object.__setattr__(self, "keep", frozenset(self.keep))
        _make_hashable(self, "gravity", "background")

    def _check_geometry(self) -> None:
        check_box(self.width, self.height, self.fit)
        focal_point(self.gravity)
        if self.gravity == SMART and self.fit == "pad":
            raise ValueError('gravity="smart" says what "cover" keeps; "pad" cuts nothing')
        background_rgb(self.background)
        margins(self.padding)
        if not (self.dpr > 0 and isfinite(self.dpr)):
            raise ValueError(f"dpr must be above 0, not {self.dpr}")

    @property
    def encoding(self) -> Encoding:
        """How the picture is written. Raises ValueError where that makes no sense."""
        return _encoding(*_encoding_values(self))

    @property
    def icc_use(self) -> IccUse:
        return "keep" if "icc" in self.keep else self.icc


def _make_hashable(request: object, *names: str) -> None:
    """Lists may stand for the tuples of these fields."""
    for name in names:
        value = getattr(request, name)
        if value is not None and not isinstance(value, (str, tuple)):
            object.__setattr__(request, name, tuple(value))


def check_metadata(icc: str, keep: Collection[str]) -> None:
    """Raise ValueError for values out of range, and where one contradicts the other."""
    if icc not in ICC_USES:
        raise ValueError(f"icc must be one of {', '.join(ICC_USES)}, not {icc!r}")
    if isinstance(keep, str) or not set(keep) <= set(KEPT):
        raise ValueError(f"keep must hold some of {', '.join(KEPT)}, not {keep!r}")
    if icc == "strip" and "icc" in keep:
        raise ValueError("icc='strip' and keep={'icc'} contradict each other")


class SizeOptions(TypedDict, total=False):
    """The keywords of `Size`."""

    fit: Fit
    format: Format
    quality: int
    enlarge: bool
    subsampling: Subsampling
    progressive: bool
    optimize: bool
    lossless: bool
    compression: int
    colors: int | None
    max_bytes: int | None
    gravity: Gravity
    background: Background
    dpr: float
    icc: IccUse
    keep: Collection[Kept]
    filter: FilterName
    averaging: Averaging
    sharpen: float
    blur: float
    padding: Padding


@dataclass(frozen=True, slots=True)
class Pass:
    """How the source is read, for all outputs.

    auto_orient: turn the pictures upright by their EXIF orientation. strict: raise at damage in the
    coded data instead of filling in and warning. preview: of a progressive file, use the first DC
    scans alone, at 1/8, and read no further. threads: that decode the picture, this one among them;
    at least 1; None for two where it has 16 megapixels or more, else one. limits: bounds on the
    source; None for those of the environment.

    region: (x, y, width, height), each in pixels or in percent of the upright picture, as "50%":
    all outputs show that part alone. rotate: clockwise, by 0, 90, 180 or 270 degrees. mirror:
    "horizontal" (left becomes right) or "vertical", after rotating. Sizes, gravity and percent are
    meant for what is seen then. The fingerprint is always that of the whole stored picture.

    matte: what is seen behind transparent parts, a colour as in `Size.background`; JPEGs have none.

    Raises ValueError for values out of range.
    """

    auto_orient: bool = True
    strict: bool = False
    preview: bool = False
    threads: int | None = None
    limits: Limits | None = None
    region: Region | None = None
    rotate: Rotation = 0
    mirror: Mirror | None = None
    matte: Background = WHITE

    def __post_init__(self) -> None:
        if self.region is not None:
            check_region(self.region)
        if self.rotate not in ROTATIONS:
            raise ValueError(f"rotate must be 0, 90, 180 or 270, not {self.rotate!r}")
        if self.mirror not in MIRRORS:
            raise ValueError(f'mirror must be "horizontal" or "vertical", not {self.mirror!r}')
        background_rgb(self.matte, "matte")
        _make_hashable(self, "region", "matte")


class PassOptions(TypedDict, total=False):
    """The keywords of `Pass`."""

    auto_orient: bool
    strict: bool
    preview: bool
    threads: int | None
    limits: Limits | None
    region: Region | None
    rotate: Rotation
    mirror: Mirror | None
    matte: Background


class Options(SizeOptions, PassOptions, total=False):
    """The keywords of both."""


def _kept(make: Callable[Values, Request]) -> Callable[Values, Request]:
    """Gives again what it has made of the same values: to check them takes a while."""
    again = lru_cache(MOST_KEPT, typed=True)(make)

    def given(*values: Values.args, **named: Values.kwargs) -> Request:
        try:
            return again(*values, **named)  # type: ignore[arg-type]
        except TypeError:  # one of them cannot be hashed, or is wrong
            return make(*values, **named)

    return given


kept_size = _kept(Size)
kept_pass = _kept(Pass)


def split_options(options: Options) -> tuple[SizeOptions, PassOptions]:
    """What belongs to the output, unknown keywords among it, and what to the pass."""
    of_pass = PassOptions.__annotations__
    size = {name: value for name, value in options.items() if name not in of_pass}
    rest = {name: value for name, value in options.items() if name in of_pass}
    return cast(SizeOptions, size), cast(PassOptions, rest)
