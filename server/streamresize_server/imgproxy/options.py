"""The options of imgproxy that are understood: a table, and what they come to.

Source: docs.imgproxy.net, "Processing an image". An empty argument is an error except where the
parser says what it means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, TypeAlias, get_args

from streamresize import Format, Kept, Pass, Rotation, Size
from streamresize_server import values
from streamresize_server.recipe import Recipe, explained, in_format
from streamresize_server.refusals import BadValue, UnknownOption, shown
from streamresize_server.sizing import (
    CENTRE,
    COMPASS,
    FOCUS,
    NO_PADDING,
    SMART,
    Anchor,
    Crop,
    Padding,
    ResizingType,
    Sizing,
)

Changes: TypeAlias = Mapping[str, object]
Arguments: TypeAlias = Sequence[str]

FORMATS = ("jpg", "jpeg", "png", "webp", "avif", "gif")
USUAL_QUALITY = 80
STRONGEST_SHARPEN = 0.5  # the sigma that stands for the library's sharpen=1


@dataclass(frozen=True)
class Options:
    """What a URL asks for.

    quality: None for the usual. extend: where the picture is put, None for no canvas. crop: width,
    height, and where, None for as `gravity` says. format: None for that of the source. filename,
    raw, expires: of the answer.
    """

    resizing_type: ResizingType = "fit"
    width: int = 0
    height: int = 0
    min_width: int = 0
    min_height: int = 0
    dpr: float = 1.0
    enlarge: bool = False
    extend: Anchor | None = None
    gravity: Anchor = CENTRE
    crop: tuple[float, float, Anchor | None] = (0.0, 0.0, None)
    padding: Padding = NO_PADDING
    rotate: Rotation = 0
    auto_rotate: bool = True
    background: tuple[int, int, int] = (255, 255, 255)
    blur: float = 0.0
    sharpen: float = 0.0
    quality: int | None = None
    max_bytes: int | None = None
    format: Format | None = None
    strip_metadata: bool = True
    keep_copyright: bool = True
    strip_color_profile: bool = True
    cachebuster: str = ""
    filename: str | None = None
    raw: bool = False
    expires: int = 0

    def recipe(self) -> Recipe:
        """Raises BadValue for options that cannot be had together."""
        size = self._size()
        return Recipe(
            sizes=(in_format(size, self.format) if self.format else size,),
            reading=Pass(auto_orient=self.auto_rotate, rotate=self.rotate, matte=self.background),
            sizing=self._sizing(),
            as_source=self.format is None,
            cachebuster=self.cachebuster,
            quality_asked=self.quality is not None,
        )

    def _size(self) -> Size:
        """In the format of the source, with a box that `Sizing` replaces."""
        effects: Any = {"blur": self.blur} if self.blur else {}
        with explained():
            return Size(
                "100%",
                "100%",
                quality=self.quality or USUAL_QUALITY,
                max_bytes=self.max_bytes,
                background=self.background,
                sharpen=min(self.sharpen / STRONGEST_SHARPEN, 1.0),
                icc="srgb" if self.strip_color_profile else "keep",
                keep=self._kept(),
                **effects,
            )

    def _kept(self) -> frozenset[Kept]:
        if not self.strip_metadata:
            return frozenset({"exif", "xmp"})
        return frozenset({"copyright"} if self.keep_copyright else ())

    def _sizing(self) -> Sizing:
        if self.gravity.kind == SMART and (self.min_width or self.min_height):
            raise BadValue("gravity", f"{SMART} cannot be had with min-width or min-height")
        given = {field.name: getattr(self, field.name) for field in fields(Sizing)}
        return Sizing(**{**given, "crop": self._crop()})

    def _crop(self) -> Crop | None:
        width, height, anchor = self.crop
        if not (width or height):
            return None
        anchor = anchor or self.gravity
        if anchor.kind == SMART:
            raise BadValue("crop", f"{SMART} cannot place it; give it another gravity")
        return Crop(width, height, anchor)


def parse_integer(name: str, arguments: Arguments) -> int:
    return values.integer(name, arguments[0])


def parse_number(name: str, arguments: Arguments) -> float:
    return values.number(name, arguments[0])


def parse_flag(name: str, arguments: Arguments) -> bool:
    return values.flag(name, arguments[0])


def parse_text(_: str, arguments: Arguments) -> str:
    return arguments[0]


def parse_dpr(name: str, arguments: Arguments) -> float:
    return values.above_zero(name, arguments[0])


def parse_quality(name: str, arguments: Arguments) -> int | None:
    """0 means the usual one."""
    return values.integer(name, arguments[0], high=100) or None


def parse_expires(name: str, arguments: Arguments) -> int:
    """Seconds since 1970; 0 means never."""
    return values.integer(name, arguments[0], high=values.MOST**2)


def parse_max_bytes(name: str, arguments: Arguments) -> int | None:
    """0 means any number."""
    return values.integer(name, arguments[0]) or None


def parse_resizing_type(name: str, arguments: Arguments) -> str:
    return values.choice(name, arguments[0], get_args(ResizingType))


def parse_extend(name: str, arguments: Arguments) -> Anchor | None:
    """A flag, and optionally a gravity other than `sm`."""
    anchor = CENTRE
    if len(arguments) > 1:
        anchor = parse_anchor(name, arguments[1:], (*COMPASS, FOCUS))
    return anchor if values.flag(name, arguments[0]) else None


def parse_gravity(name: str, arguments: Arguments) -> Anchor:
    return parse_anchor(name, arguments, (*COMPASS, FOCUS, SMART))


def parse_anchor(name: str, arguments: Arguments, kinds: Sequence[str]) -> Anchor:
    """A kind and up to two offsets; `fp` needs two from 0 to 1, `sm` has none."""
    kind = values.choice(name, arguments[0], kinds)
    if kind == FOCUS:
        if len(arguments) != 3:
            raise BadValue(name, f"{FOCUS} needs x and y")
        return Anchor(kind, *(values.number(name, text, 0, 1) for text in arguments[1:]))
    if len(arguments) > (1 if kind == SMART else 3):
        raise BadValue(name, f"too many arguments for {kind}")
    return Anchor(kind, *(values.number(name, text, -values.MOST) for text in arguments[1:]))


def parse_crop(name: str, arguments: Arguments) -> tuple[float, float, Anchor | None]:
    """Width, height and gravity; below 1 as a share of the picture, 0 for all of it."""
    width, height = (values.number(name, text) for text in (*arguments[:2], "0")[:2])
    anchor = parse_gravity(name, arguments[2:]) if len(arguments) > 2 else None
    return width, height, anchor


def parse_padding(name: str, arguments: Arguments) -> Padding:
    """Top, right, bottom, left; what is empty or missing is completed as in CSS."""
    given = [values.integer(name, text) if text else None for text in arguments]
    top, right, bottom, left = (*given, None, None, None)[:4]
    top = top or 0
    right = top if right is None else right
    return Padding(top, right, top if bottom is None else bottom, right if left is None else left)


def parse_rotate(name: str, arguments: Arguments) -> int:
    """Any multiple of 90 degrees, clockwise."""
    angle = values.integer(name, arguments[0], low=-values.MOST)
    if angle % 90:
        raise values.malformed(name, arguments[0], "a multiple of 90")
    return angle % 360


def parse_background(name: str, arguments: Arguments) -> values.RGB:
    """Red, green and blue, or a hexadecimal code; an empty one means white."""
    if len(arguments) == 3:
        red, green, blue = (values.integer(name, text, high=255) for text in arguments)
        return red, green, blue
    if len(arguments) != 1:
        raise BadValue(name, "expected R:G:B or a hexadecimal code")
    return values.hex_color(name, arguments[0]) if arguments[0] else Options.background


def parse_format(name: str, arguments: Arguments) -> Format:
    return values.format_name(name, values.choice(name, arguments[0], FORMATS))


def parse_filename(name: str, arguments: Arguments) -> str | None:
    """Percent-encoded, or with a flag behind it base64url; an empty one means none."""
    encoded = len(arguments) > 1 and bool(arguments[1]) and values.flag(name, arguments[1])
    decode = values.from_base64 if encoded else values.from_percent
    return decode(name, arguments[0]) if arguments[0] else None


class Option(NamedTuple):
    """parse: makes of the name and one to `most` arguments the field of `Options`."""

    name: str
    short: tuple[str, ...]
    parse: Callable[[str, Arguments], object]
    most: int = 1

    @property
    def field(self) -> str:
        return self.name.replace("-", "_")


class MetaOption(NamedTuple):
    """Several options in one: one argument for each, the last one gets the rest. Empty ones leave
    what was there.
    """

    name: str
    short: tuple[str, ...]
    parts: tuple[str, ...]


OPTIONS = (
    Option("resizing_type", ("rt",), parse_resizing_type),
    Option("width", ("w",), parse_integer),
    Option("height", ("h",), parse_integer),
    Option("min-width", ("mw",), parse_integer),
    Option("min-height", ("mh",), parse_integer),
    Option("dpr", (), parse_dpr),
    Option("enlarge", ("el",), parse_flag),
    Option("extend", ("ex",), parse_extend, 4),
    Option("gravity", ("g",), parse_gravity, 3),
    Option("crop", ("c",), parse_crop, 5),
    Option("padding", ("pd",), parse_padding, 4),
    Option("rotate", ("rot",), parse_rotate),
    Option("auto_rotate", ("ar",), parse_flag),
    Option("background", ("bg",), parse_background, 3),
    Option("blur", ("bl",), parse_number),
    Option("sharpen", ("sh",), parse_number),
    Option("quality", ("q",), parse_quality),
    Option("max_bytes", ("mb",), parse_max_bytes),
    Option("format", ("f", "ext"), parse_format),
    Option("strip_metadata", ("sm",), parse_flag),
    Option("keep_copyright", ("kcr",), parse_flag),
    Option("strip_color_profile", ("scp",), parse_flag),
    Option("filename", ("fn",), parse_filename, 2),
    Option("expires", ("exp",), parse_expires),
    Option("cachebuster", ("cb",), parse_text),
    Option("raw", (), parse_flag),
)
SIZE_PARTS = ("width", "height", "enlarge", "extend")
META_OPTIONS = (
    MetaOption("resize", ("rs",), ("resizing_type", *SIZE_PARTS)),
    MetaOption("size", ("s",), SIZE_PARTS),
)
PRESET = ("preset", "pr")
BY_NAME = {name: option for option in OPTIONS for name in (option.name, *option.short)}
METAS_BY_NAME = {name: meta for meta in META_OPTIONS for name in (meta.name, *meta.short)}


def changes(segments: Iterable[str], presets: Mapping[str, Changes]) -> Changes:
    """Fields of `Options` by segments such as "rs:fit:300"; a later one wins.

    Raises UnknownOption and BadValue.
    """
    result: dict[str, object] = {}
    for segment in segments:
        name, *arguments = segment.split(":")
        if name in PRESET:
            for preset in arguments:
                result.update(_preset(preset, presets))
        elif meta := METAS_BY_NAME.get(name):
            result.update(_of_meta(meta, arguments))
        else:
            result.update(_of_option(name, arguments))
    return result


def _preset(name: str, presets: Mapping[str, Changes]) -> Changes:
    if name not in presets:
        raise BadValue("preset", f"there is none of the name {shown(name)}")
    return presets[name]


def _of_meta(meta: MetaOption, arguments: Arguments) -> Changes:
    last = len(meta.parts) - 1
    groups = [[argument] for argument in arguments[:last]] + [arguments[last:]]
    result: dict[str, object] = {}
    for part, group in zip(meta.parts, groups):
        if group and group[0]:
            result.update(_of_option(part, group))
    return result


def _of_option(name: str, arguments: Arguments) -> Changes:
    option = BY_NAME.get(name)
    if option is None:
        raise UnknownOption(name)
    if not 1 <= len(arguments) <= option.most:
        raise BadValue(option.name, f"expected 1 to {option.most} arguments")
    return {option.field: option.parse(option.name, arguments)}
