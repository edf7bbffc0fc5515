"""streamresize resize"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import streamresize
from streamresize import FORMATS, Format, Size
from streamresize.cli import inputs, output, size_options
from streamresize.request import PassOptions
from streamresize.sinks import AUTO_FORMATS

EXAMPLES = """\
In OUT, {stem} stands for the input's name without folder and extension, {size} for the SIZE as
given, {ext} for the extension of the format. OUT may be a folder, which means {stem}_{size}.{ext}
in it.

examples:
  streamresize resize photo.jpg -o small.jpg --size 400x400
  streamresize resize *.jpg -o thumbs/ --size 1600x --size 200x200
  streamresize resize *.jpg -o 'web/{stem}-{size}.{ext}' --size 800x --format webp --quality 75
  streamresize resize photo.jpg -o avatar.png --size 128x128 --fit cover --gravity north
  streamresize resize photo.jpg -o face.jpg --size 128 --dpr 2 --fit cover --gravity fp:0.3:0.4
  streamresize resize photo.jpg -o square.jpg --size 500 --fit pad --background '#204060'
  streamresize resize photo.jpg -o web.jpg --size 1600x --keep copyright
  streamresize resize photo.jpg -o half.jpg --size 50%
  streamresize resize map.jpg -o corner.jpg --size 800x --region 50%,0,50%,25%
  streamresize resize scan.jpg -o turned.jpg --size 800x --rotate 90 --mirror horizontal
  streamresize resize photo.jpg -o mail.jpg --size 1600x --max-bytes 200000
  streamresize resize *.jpg -o 'web/{stem}.{ext}' --size 800x --format auto
  cat photo.jpg | streamresize resize - -o - --size 400x400 > small.jpg
"""

FORMAT_OF_SUFFIX = {
    f".{facts.extension}": name for name, facts in FORMATS.items() if facts.extension
}
FORMAT_OF_SUFFIX[".jpeg"] = "jpeg"


def add_parser(subparsers: Any) -> None:
    parser = inputs.add_subparser(
        subparsers,
        "resize",
        help="make thumbnails, several sizes from one pass over each input",
        description="Resize pictures; several sizes are made in one pass over each input.",
        epilog=f"{size_options.SIZE_HELP}\n\n{EXAMPLES}",
    )
    parser.add_argument(
        "-o", "--output", required=True, metavar="OUT", help="- for standard output"
    )
    size_options.add_size_options(parser, format_help="default: from OUT, else jpeg")
    size_options.add_pass_options(parser)
    inputs.add_jobs(parser)
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each file written")
    parser.set_defaults(run=run, parser=parser)


@dataclass(frozen=True)
class Resize:
    """Makes all sizes of one file. texts: the sizes as given, for the names of the outputs."""

    texts: tuple[str, ...]
    sizes: tuple[Size, ...]
    template: str
    options: PassOptions
    verbose: bool

    def target(self, name: str, text: str, format: Format) -> str:
        """The output for one size of an input."""
        values = {"stem": inputs.stem(name), "size": text, **size_options.extension(format)}
        return output.fill(self.template, values)

    def targets(self, name: str) -> list[str]:
        """The outputs of an input, if the format is known."""
        return [self.target(name, text, self.format) for text in self.texts]

    def possible_targets(self, name: str) -> list[str]:
        """Every name that an output of an input could have."""
        formats = AUTO_FORMATS if self.is_open else (self.format,)
        return [
            target
            for text in self.texts
            for target in dict.fromkeys(self.target(name, text, format) for format in formats)
        ]

    def __call__(self, name: str) -> inputs.Report:
        result = streamresize.process(
            inputs.open_input(name),
            self.sizes,
            **self.options,
            to=None if self.is_open else [output.destination(t) for t in self.targets(name)],
        )
        notes = inputs.damage(name, result)
        for text, image in zip(self.texts, result.images):
            target = self.target(name, text, image.format)
            if image.data is not None:
                output.write(target, cast(bytes, image.data))
            if self.verbose:
                notes.append(f"{name}: {describe(result.info, target, image)}")
        return inputs.Report(notes=notes)

    @property
    def format(self) -> Format:
        return self.sizes[0].format

    @property
    def is_open(self) -> bool:
        """The formats, and so the names, depend on the pictures."""
        return self.format == "auto"


def describe(info: streamresize.ImageInfo, target: str, image: streamresize.OutputImage) -> str:
    """What became of a picture, in a line."""
    facts = [f"{image.width}x{image.height}", f"{image.size} bytes"]
    if image.quality is not None:
        facts.append(f"quality {image.quality}")
    if image.reason is not None:
        facts.append(image.reason)
    return f"{info.width}x{info.height} -> {target} {', '.join(facts)}"


def run(arguments: argparse.Namespace) -> int:
    template = output.template(arguments.output)
    suffix = Path(template).suffix.lower()
    format = cast(Format, arguments.format or FORMAT_OF_SUFFIX.get(suffix, "jpeg"))
    work = Resize(
        texts=size_options.size_texts(arguments),
        sizes=size_options.make_sizes(arguments, format),
        template=template,
        options=size_options.pass_options(arguments, inputs.threads_of_each(arguments.inputs)),
        verbose=arguments.verbose,
    )
    targets = [target for name in arguments.inputs for target in work.possible_targets(name)]
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
