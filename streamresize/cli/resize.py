"""streamresize resize"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, cast, get_args

import streamresize
from streamresize import Fit, Format, Size
from streamresize.cli import inputs, output

EXAMPLES = """\
SIZE is WxH in pixels, a box that the picture is fitted into; Wx or xH leaves one side open, and W
alone means WxW. In OUT, {stem} stands for the input's name without folder and extension, {size} for
the SIZE as given, {ext} for the extension of the format. OUT may be a folder, which means
{stem}_{size}.{ext} in it.

examples:
  streamresize resize photo.jpg -o small.jpg --size 400x400
  streamresize resize *.jpg -o thumbs/ --size 1600x --size 200x200
  streamresize resize *.jpg -o 'web/{stem}-{size}.{ext}' --size 800x --format webp --quality 75
  streamresize resize photo.jpg -o avatar.png --size 128x128 --fit cover
  cat photo.jpg | streamresize resize - -o - --size 400x400 > small.jpg
"""

FILE_FORMATS = tuple(name for name in get_args(Format) if name != "array")
EXTENSIONS = {"jpeg": "jpg", "png": "png", "webp": "webp"}
FORMAT_OF_SUFFIX = {".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png", ".webp": "webp"}


def add_parser(subparsers: Any) -> None:
    parser = inputs.add_subparser(
        subparsers,
        "resize",
        help="make thumbnails, several sizes from one pass over each input",
        description="Resize JPEG files; several sizes are made in one pass over each input.",
        epilog=EXAMPLES,
    )
    parser.add_argument(
        "-o", "--output", required=True, metavar="OUT", help="- for standard output"
    )
    parser.add_argument(
        "--size", dest="sizes", action="append", required=True, type=parse_size, metavar="SIZE"
    )
    parser.add_argument("--fit", choices=get_args(Fit), default="contain")
    parser.add_argument("--format", choices=FILE_FORMATS, help="default: from OUT, else jpeg")
    parser.add_argument("--quality", type=parse_quality, default=80, help="1 to 100 (default 80)")
    parser.add_argument("--enlarge", action="store_true", help="allow more pixels than IN has")
    parser.add_argument(
        "--strict", action="store_true", help="fail at damaged data, do not fill in"
    )
    parser.add_argument(
        "--preview", action="store_true", help="of progressive files, read the first scan only"
    )
    parser.add_argument(
        "--no-auto-orient", dest="auto_orient", action="store_false", help="ignore EXIF orientation"
    )
    inputs.add_jobs(parser)
    parser.add_argument(
        "--threads",
        type=inputs.positive,
        metavar="N",
        help="threads that decode a picture (default: 2 for a single one of 16 megapixels or more)",
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each file written")
    parser.set_defaults(run=run, parser=parser)


def parse_size(text: str) -> tuple[str, int | None, int | None]:
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


@dataclass(frozen=True)
class Resize:
    """Makes all sizes of one file. texts: the sizes as given, for the names of the outputs."""

    texts: tuple[str, ...]
    sizes: tuple[Size, ...]
    template: str
    auto_orient: bool
    strict: bool
    preview: bool
    threads: int | None
    verbose: bool

    def target(self, name: str, text: str) -> str:
        extension = EXTENSIONS[self.sizes[0].format]
        return output.fill(self.template, inputs.stem(name), text, extension)

    def __call__(self, name: str) -> inputs.Report:
        result = streamresize.process(
            inputs.open_input(name),
            self.sizes,
            auto_orient=self.auto_orient,
            strict=self.strict,
            preview=self.preview,
            threads=self.threads,
        )
        notes = inputs.damage(name, result)
        for text, image in zip(self.texts, result.images):
            target = self.target(name, text)
            output.write(target, cast(bytes, image.data))
            if self.verbose:
                before = f"{result.info.width}x{result.info.height}"
                after = f"{image.width}x{image.height}, {len(image.data)} bytes"
                notes.append(f"{name}: {before} -> {target} {after}")
        return inputs.Report(notes=notes)


def run(arguments: argparse.Namespace) -> int:
    template = output.template(arguments.output)
    suffix = Path(template).suffix.lower()
    format = cast(Format, arguments.format or FORMAT_OF_SUFFIX.get(suffix, "jpeg"))
    work = Resize(
        texts=tuple(text for text, _, _ in arguments.sizes),
        sizes=tuple(
            Size(width, height, arguments.fit, format, arguments.quality, arguments.enlarge)
            for _, width, height in arguments.sizes
        ),
        template=template,
        auto_orient=arguments.auto_orient,
        strict=arguments.strict,
        preview=arguments.preview,
        threads=arguments.threads or inputs.threads_of_each(arguments.inputs),
        verbose=arguments.verbose,
    )
    targets = [work.target(name, text) for name, text in product(arguments.inputs, work.texts)]
    check_names(arguments.parser, arguments.inputs, targets)
    jobs = 1 if output.STDOUT in targets else arguments.jobs
    return inputs.for_each(arguments.inputs, work, jobs=jobs)


def check_names(parser: argparse.ArgumentParser, names: list[str], targets: list[str]) -> None:
    """Leave with a usage error, before anything is written, if a result would be lost."""
    if len(set(names)) < len(names):
        parser.error("an input is given twice")
    if targets.count(output.STDOUT) > 1:
        parser.error("standard output takes one size of one input")
    files = [Path(target).absolute() for target in targets if target != output.STDOUT]
    repeated = [str(file) for file, count in Counter(files).items() if count > 1]
    if repeated:
        parser.error(
            f"several results would be written to {min(repeated)}: "
            "use {stem} for several inputs, {size} for several sizes"
        )
    sources = {Path(name).resolve() for name in names if name != inputs.STDIN}
    overwritten = [str(file) for file in files if file.resolve() in sources]
    if overwritten:
        parser.error(f"{overwritten[0]} is an input and would be overwritten")
