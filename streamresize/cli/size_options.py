"""The options of an output and of the pass over the source, shared by the subcommands."""

from __future__ import annotations

import argparse
import re
from typing import Any, NoReturn, TypeAlias, cast, get_args

from streamresize import (
    FORMATS,
    Averaging,
    FilterName,
    Fit,
    Format,
    IccUse,
    Kept,
    Length,
    Mirror,
    Padding,
    Pass,
    PassOptions,
    Region,
    Rotation,
    Size,
    Subsampling,
)
from streamresize.cli import inputs
from streamresize.sinks import USUAL_COMPRESSION

FILE_FORMATS = tuple(name for name in FORMATS if name != "array")
ENCODING_OPTIONS = (
    "subsampling", "progressive", "optimize", "lossless", "compression", "colors", "max_bytes",
)  # fmt: skip

ParsedSize: TypeAlias = tuple[str, Length | None, Length | None]

SIZE_HELP = """\
SIZE is WxH in pixels or percent, a box that the picture is fitted into; Wx or xH leaves one side
open, and W alone means WxW. FIT is one of
  contain, inside  the whole picture within the box (the default)
  cover            the box filled, what sticks out cut off; --gravity says what is kept
  pad              the whole picture, and a background around it
  outside          the smallest picture that the box fits into, nothing cut off
  fill             the box filled, whatever becomes of the shape"""


def add_size_options(
    parser: argparse._ActionsContainer, *, format_help: str, required: bool = True
) -> None:
    """What every output can be asked for; `make_sizes` reads it."""
    parser.add_argument(
        "--size",
        dest="sizes",
        action="append",
        default=[],
        required=required,
        type=parse_size,
        metavar="SIZE",
        help="box of an output; may be given several times",
    )
    parser.add_argument("--format", choices=FILE_FORMATS, help=format_help)
    parser.add_argument("--quality", type=parse_quality, default=80, help="1 to 100 (default 80)")
    parser.add_argument(
        "--filter", choices=get_args(FilterName), default="box", help="how pixels are weighed"
    )
    parser.add_argument(
        "--averaging",
        choices=get_args(Averaging),
        default="fast",
        help="fast (default); exact: of the whole picture with 16 bits; linear: of light",
    )
    parser.add_argument(
        "--sharpen", type=parse_sharpen, default=0.0, metavar="0..1", help="sharpen the outputs"
    )
    parser.add_argument(
        "--blur", type=float, default=0.0, metavar="SIGMA", help="blur the outputs, 0 to 100 pixels"
    )
    parser.add_argument(
        "--icc",
        choices=get_args(IccUse),
        default="srgb",
        help="colour profile: convert to sRGB (default), embed it, or ignore it",
    )
    parser.add_argument(
        "--keep",
        type=parse_keep,
        default=frozenset(),
        metavar="WHAT",
        help="metadata to keep: any of icc,exif,xmp,copyright",
    )
    _add_encoding_options(parser)
    _add_fit_options(parser)


def _add_encoding_options(parser: argparse._ActionsContainer) -> None:
    """What only some formats have."""
    parser.add_argument(
        "--max-bytes",
        type=inputs.positive,
        metavar="N",
        help="JPEG, WebP, AVIF: the best quality that fits into N bytes, in place of --quality",
    )
    parser.add_argument(
        "--subsampling",
        choices=get_args(Subsampling),
        default="4:2:0",
        help="JPEG, AVIF: of chroma (default 4:2:0)",
    )
    parser.add_argument("--progressive", action="store_true", help="JPEG: from coarse to fine")
    parser.add_argument("--optimize", action="store_true", help="JPEG: Huffman tables of its own")
    parser.add_argument("--lossless", action="store_true", help="WebP: without loss")
    parser.add_argument(
        "--compression",
        type=int,
        default=USUAL_COMPRESSION,
        metavar="N",
        help=f"PNG: effort, 0 to 9 (default {USUAL_COMPRESSION})",
    )
    parser.add_argument(
        "--colors", type=inputs.positive, metavar="N", help="PNG, GIF: a palette of at most N"
    )


def _add_fit_options(parser: argparse._ActionsContainer) -> None:
    """How the picture fits its sizes."""
    parser.add_argument("--fit", choices=get_args(Fit), default="contain")
    parser.add_argument(
        "--gravity",
        default="centre",
        metavar="WHERE",
        help="what cover keeps and where pad puts the picture: centre (default), north, "
        "north-east, ..., or fp:x:y, a point with x and y from 0 to 1; with cover also smart, "
        "the part that draws the eye",
    )
    parser.add_argument(
        "--background",
        default=(255, 255, 255),
        metavar="COLOR",
        help="around the picture with pad and --padding: a name or a code such as '#204060' "
        "(default: white)",
    )
    parser.add_argument(
        "--padding",
        type=parse_padding,
        default=0,
        metavar="N",
        help="pixels of background around the picture, outside of SIZE: one number, or "
        "vertical,horizontal, or top,right,bottom,left",
    )
    parser.add_argument("--enlarge", action="store_true", help="allow more pixels than IN has")
    parser.add_argument(
        "--dpr", type=float, default=1.0, metavar="N", help="multiply SIZE and --padding"
    )


def make_sizes(arguments: argparse.Namespace, format: Format) -> tuple[Size, ...]:
    """A `Size` for each --size; leaves with a usage error for values out of range."""
    sizes = cast(list[ParsedSize], arguments.sizes)
    of_format: dict[str, Any] = {name: getattr(arguments, name) for name in ENCODING_OPTIONS}
    try:
        return tuple(
            Size(
                width,
                height,
                fit=arguments.fit,
                format=format,
                quality=arguments.quality,
                enlarge=arguments.enlarge,
                gravity=arguments.gravity,
                background=arguments.background,
                padding=arguments.padding,
                dpr=arguments.dpr,
                filter=arguments.filter,
                averaging=arguments.averaging,
                sharpen=arguments.sharpen,
                blur=arguments.blur,
                icc=arguments.icc,
                keep=arguments.keep,
                **of_format,
            )
            for _, width, height in sizes
        )
    except ValueError as error:
        _usage_error(arguments, error)


def _usage_error(arguments: argparse.Namespace, error: ValueError) -> NoReturn:
    parser: argparse.ArgumentParser = arguments.parser
    parser.error(str(error))


def extension(format: str) -> dict[str, str]:
    """The value of {ext} in names; none while "auto" has not been decided."""
    return {} if format == "auto" else {"ext": FORMATS[cast(Format, format)].extension}


def size_texts(arguments: argparse.Namespace) -> tuple[str, ...]:
    """The sizes as given, for the names of the outputs."""
    return tuple(text for text, _, _ in cast(list[ParsedSize], arguments.sizes))


def add_pass_options(parser: argparse._ActionsContainer) -> None:
    """How the source is read; `pass_options` reads it."""
    parser.add_argument(
        "--strict", action="store_true", help="fail at damaged data, do not fill in"
    )
    parser.add_argument(
        "--preview", action="store_true", help="of progressive files, read the first scan only"
    )
    parser.add_argument(
        "--no-auto-orient", dest="auto_orient", action="store_false", help="ignore EXIF orientation"
    )
    parser.add_argument(
        "--region",
        type=parse_region,
        metavar="X,Y,W,H",
        help="of IN, upright, in pixels or percent: show that part alone",
    )
    parser.add_argument(
        "--rotate", type=int, choices=get_args(Rotation), default=0, help="clockwise, in degrees"
    )
    parser.add_argument("--mirror", choices=get_args(Mirror), help="after rotating")
    parser.add_argument(
        "--threads",
        type=inputs.positive,
        metavar="N",
        help="threads that decode a picture (default: 2 for a single one of 16 megapixels or more)",
    )


def pass_options(arguments: argparse.Namespace, threads: int | None) -> PassOptions:
    """Leaves with a usage error for values out of range. threads: where --threads is not given."""
    options: PassOptions = {
        "auto_orient": arguments.auto_orient,
        "strict": arguments.strict,
        "preview": arguments.preview,
        "threads": arguments.threads or threads,
        "region": arguments.region,
        "rotate": arguments.rotate,
        "mirror": arguments.mirror,
    }
    try:
        Pass(**options)
    except ValueError as error:
        _usage_error(arguments, error)
    return options


def parse_length(text: str) -> Length:
    """Digits as pixels; what is no percentage is refused where the length is used."""
    return int(text) if text.isdecimal() else text


def parse_size(text: str) -> ParsedSize:
    """SIZE as (text, width, height)."""
    match = re.fullmatch(r"([\d.%]*)(x?)([\d.%]*)", text)
    if match is None or not (match[1] or match[3]):
        raise argparse.ArgumentTypeError(f"{text!r} is not WxH, Wx, xH or W")
    width = parse_length(match[1]) if match[1] else None
    height = parse_length(match[3]) if match[3] else None
    if not match[2]:
        height = width
    return text, width, height


def parse_region(text: str) -> Region:
    lengths = tuple(parse_length(part) for part in text.split(","))
    if len(lengths) != 4:
        raise argparse.ArgumentTypeError(f"{text!r} is not X,Y,W,H")
    return lengths


def parse_padding(text: str) -> Padding:
    """Whether there may be so many numbers is checked where they are used."""
    try:
        return cast(Padding, tuple(int(part) for part in text.split(",")))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of numbers") from None


def parse_quality(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 100")
    return int(text)


def parse_keep(text: str) -> frozenset[str]:
    chosen = frozenset(text.split(","))
    if not chosen <= set(get_args(Kept)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of {', '.join(get_args(Kept))}")
    return chosen


def parse_sharpen(text: str) -> float:
    try:
        amount = float(text)
    except ValueError:
        amount = -1.0
    if not 0.0 <= amount <= 1.0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return amount
