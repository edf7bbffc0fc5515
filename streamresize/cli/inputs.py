"""Input arguments: paths, or `-` for standard input."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import streamresize
from streamresize import Source
from streamresize.processors import processors

STDIN = "-"

# Processes take some tenths of a second to start. In that time one process reads about so much.
MIN_WEIGHT = 30_000_000
WEIGHT_OF_FILE = 50_000
MOST_TOGETHER = 16
WEIGHT_TOGETHER = 3_000_000  # what is waited for after an interruption
SAMPLE = 100


def add_subparser(
    subparsers: Any, name: str, *, help: str, description: str, epilog: str
) -> argparse.ArgumentParser:
    """A subcommand that takes input files."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        name,
        help=help,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("inputs", nargs="+", metavar="IN", help="picture, - for standard input")
    return parser


def add_jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-j",
        "--jobs",
        type=positive,
        metavar="N",
        help="processes for many inputs (default: as many as there are processors)",
    )


def threads_of_each(names: Sequence[str]) -> int | None:
    """Threads for each input, as `process` takes them: many inputs keep all processors busy."""
    return None if len(names) == 1 else 1


def positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


def open_input(name: str) -> Source:
    return sys.stdin.buffer if name == STDIN else name


def stem(name: str) -> str:
    return "stdin" if name == STDIN else Path(name).stem


class Report(NamedTuple):
    """What became of one input: lines for standard output, and for standard error."""

    output: Sequence[str] = ()
    notes: Sequence[str] = ()
    failed: bool = False


Work: TypeAlias = Callable[[str], Report]


def note(name: str, message: object) -> str:
    """A line for standard error."""
    return f"streamresize: {printable(name)}: {printable(str(message))}"


def printable(text: str) -> str:
    """The text with what would steer a terminal, or is no text, as escape sequences."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def damage(name: str, result: streamresize.Result) -> list[str]:
    """A line for each damaged place."""
    return [note(name, f"damaged: {warning}") for warning in result.warnings]


def attempt(work: Work, name: str) -> Report:
    """The report of `work`, or of what made it fail."""
    try:
        return work(name)
    except BrokenPipeError:
        raise
    except MemoryError:
        return Report(notes=[note(name, "not enough memory for the result")], failed=True)
    except (streamresize.StreamResizeError, OSError) as error:
        return Report(notes=[note(name, error)], failed=True)


def for_each(names: Sequence[str], work: Work, *, jobs: int | None = 1) -> int:
    """Do `work` for every input, print the reports in their order, return the exit status.

    jobs: inputs that take long enough go to so many processes, with None to one for each
    processor; `work` must be picklable then.
    """
    status = 0
    for report in _reports(names, partial(attempt, work), jobs):
        for line in report.output:
            print(line)
        for line in report.notes:
            print(line, file=sys.stderr)
        status = max(status, int(report.failed))
    return status


def _reports(names: Sequence[str], work: Work, jobs: int | None) -> Iterator[Report]:
    jobs = 1 if STDIN in names else worthwhile_jobs(names, jobs)
    if jobs == 1:
        return map(work, names)
    from streamresize.batch import map_in_processes

    return map_in_processes(work, names, jobs=jobs, together=inputs_together(names, jobs))


def worthwhile_jobs(names: Sequence[str], jobs: int | None) -> int:
    """As many processes as asked for, with None one for each processor, if there is work enough."""
    jobs = min(jobs or processors(), len(names))
    return jobs if jobs > 1 and worth_processes(names) else 1


def inputs_together(names: Sequence[str], jobs: int) -> int:
    """Inputs that a process is given at a time: few where they are large, or few in all."""
    weights = [WEIGHT_OF_FILE + _size(name) for name in names[:SAMPLE]]
    by_weight = WEIGHT_TOGETHER * len(weights) // sum(weights)
    return max(1, min(MOST_TOGETHER, len(names) // (4 * jobs), by_weight))


def worth_processes(names: Iterable[str]) -> bool:
    """Whether there is more to do than starting processes takes."""
    weights = accumulate(WEIGHT_OF_FILE + _size(name) for name in names)
    return any(weight >= MIN_WEIGHT for weight in weights)


def _size(name: str) -> int:
    try:
        return Path(name).stat().st_size
    except OSError:
        return 0
