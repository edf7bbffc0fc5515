"""streamresize batch: its options and its help."""

from __future__ import annotations

import argparse
from typing import Any

from streamresize.cli import inputs, names, selection_options, size_options, state
from streamresize.cli.report_file import parse_report

DESCRIPTION = """\
Make thumbnails of whole folders: every size and the perceptual hash from one pass over each input,
in several processes. A file that fails does not stop the others. Outputs appear whole or not at
all. What has been finished is noted in a file in the target folder, so that --resume can go on
after an interruption or when inputs have been added."""

EPILOG = f"""\
inputs:
{selection_options.HELP}
names of outputs:
  {{dir}}             folder below the searched folder; of a file that is named, its folder as given
  {{stem}} {{name}}     name of the input without its extension, and with it
  {{size}}            SIZE as given
  {{width}} {{height}}  pixels of the output
  {{ext}}             extension of the format
  Of inputs whose outputs could get the same name all but the first fail, before anything is
  written.

resuming:
  With --resume an input is left alone if it was finished with the same options, has not changed
  since, and its outputs are all there. Failed inputs are tried again.

exit status:
  0 all done, 1 an input failed (the others are done), 2 wrong usage, 130 interrupted.

examples:
  streamresize batch photos --out thumbs --size 400x400
  streamresize batch photos --out web --size 1600x --size 800x --size 200x200 --format webp
  streamresize batch photos --out thumbs --size 200 --exclude raw --resume
  streamresize batch 'photos/**/*.jpg' --out t --size 200 --template '{{stem}}-{{size}}.{{ext}}'
  find . -newer last -name '*.jpg' -print0 | streamresize batch - -0 --out new --size 200
  streamresize batch photos --out thumbs --size 200 --fingerprint --report thumbs.parquet
  streamresize batch s3://bucket/photos --out s3://bucket/thumbs --size 400 --state done.jsonl
"""


def add_parser(subparsers: Any) -> None:
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "batch",
        help="make thumbnails of whole folders, resumable, with a report",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    selection_options.add_selection_options(parser.add_argument_group("inputs"))
    _add_output_options(parser.add_argument_group("outputs"))
    pictures = parser.add_argument_group("pictures", size_options.SIZE_HELP)
    size_options.add_size_options(pictures, format_help="default: jpeg", required=False)
    size_options.add_pass_options(pictures)
    pictures.add_argument(
        "--fingerprint", action="store_true", help="put the perceptual hash into the report"
    )
    _add_run_options(parser.add_argument_group("running"))
    parser.set_defaults(run=run, parser=parser)


def _add_output_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "-o", "--out", required=True, metavar="DIR", help="target folder or URL; it is made"
    )
    group.add_argument(
        "--template",
        type=names.parse_template,
        default=names.DEFAULT,
        help=f"names of the outputs below DIR (default: {names.DEFAULT})",
    )
    group.add_argument(
        "--report",
        type=parse_report,
        metavar="FILE",
        help="a row for each input, by extension: .jsonl, .csv, or .parquet (needs pyarrow)",
    )


def _add_run_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "-j",
        "--jobs",
        type=inputs.positive,
        metavar="N",
        help="processes (default: as many as there are processors)",
    )
    group.add_argument("--resume", action="store_true", help="leave alone what is finished")
    group.add_argument(
        "--state",
        metavar="FILE",
        help=f"where it is noted what is finished (default: DIR/{state.FILE_NAME}; none for a URL)",
    )
    group.add_argument("--fail-fast", action="store_true", help="stop at the first failure")
    group.add_argument(
        "-n", "--dry-run", action="store_true", help="print what would be written, write nothing"
    )
    group.add_argument("-q", "--quiet", action="store_true", help="print failures only")


def run(arguments: argparse.Namespace) -> int:
    from streamresize.cli.batch_run import run_batch

    return run_batch(arguments)
