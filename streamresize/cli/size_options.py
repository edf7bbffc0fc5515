"""The options of an output and of the pass over the source, shared by the subcommands."""

from __future__ import annotations

import argparse
import re
from typing import TypeAlias, cast, get_args

from streamresize import Fit, Format, Size
from streamresize.cli import inputs
from streamresize.request import PassOptions

FILE_FORMATS = tuple(name for name in get_args(Format) if name != "array")
EXTENSIONS = {"jpeg": "jpg", "png": "png", "webp": "webp"}

ParsedSize: TypeAlias = tuple[str, int | None, int | None]

SIZE_HELP = """\
SIZE is WxH in pixels, a box that the picture is fitted into; Wx or xH leaves one side open, and W
alone means WxW."""


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
    parser.add_argument("--fit", choices=get_args(Fit), default="contain")
    parser.add_argument("--format", choices=FILE_FORMATS, help=format_help)
    parser.add_argument("--quality", type=parse_quality, default=80, help="1 to 100 (default 80)")
    parser.add_argument("--enlarge", action="store_true", help="allow more pixels than IN has")


def make_sizes(arguments: argparse.Namespace, format: Format) -> tuple[Size, ...]:
    """A `Size` for each --size."""
    sizes = cast(list[ParsedSize], arguments.sizes)
    return tuple(
        Size(
            width,
            height,
            fit=arguments.fit,
            format=format,
            quality=arguments.quality,
            enlarge=arguments.enlarge,
        )
        for _, width, height in sizes
    )


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
        "--threads",
        type=inputs.positive,
        metavar="N",
        help="threads that decode a picture (default: 2 for a single one of 16 megapixels or more)",
    )


def pass_options(arguments: argparse.Namespace, threads: int | None) -> PassOptions:
    """threads: where --threads is not given."""
    return {
        "auto_orient": arguments.auto_orient,
        "strict": arguments.strict,
        "preview": arguments.preview,
        "threads": arguments.threads or threads,
    }


def parse_size(text: str) -> ParsedSize:
    """SIZE as (text, width, height)."""
    match = re.fullmatch(r"(\d*)(x?)(\d*)", text)
    if match is None or not (match[1] or match[3]):
        raise argparse.ArgumentTypeError(f"{text!r} is not WxH, Wx, xH or W")
    width = int(match[1]) if match[1] else None
    height = int(match[3]) if match[3] else None
    if not match[2]:
        height = width
    if 0 in (width, height):
        raise argparse.ArgumentTypeError(f"{text!r}: a side must be at least 1 pixel")
    return text, width, height


def parse_quality(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 100")
    return int(text)
