"""A run of `streamresize batch`: inputs, a check that nothing is lost, rows in order."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Generator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, nullcontext
from pathlib import Path
from typing import cast

from streamresize import Format, StreamResizeError
from streamresize.batch import map_in_processes
from streamresize.cli import inputs, names, output, selection_options, size_options, state
from streamresize.cli.outputs import MakeOutputs, Task
from streamresize.cli.progress import choose_progress, shown
from streamresize.cli.report_file import report_file
from streamresize.cli.rows import Row
from streamresize.cli.selection import Item
from streamresize.cli.storage import absolute, without_slash
from streamresize.processors import processors
from streamresize.sources import is_url

DEFAULT_FORMAT: Format = "jpeg"


def run_batch(arguments: argparse.Namespace) -> int:
    """Return the exit status; leave with a usage error before anything is written."""
    _check_usage(arguments)
    try:
        apart = absolute(without_slash(arguments.out) or "/")
        selected = selection_options.select(arguments, apart=apart)
        work = _make_work(arguments, selected.items)
        for line in selected.problems:
            print(line, file=sys.stderr)
        if not selected.items:
            print("streamresize: no inputs were found", file=sys.stderr)
            return 1
        if arguments.dry_run:
            failed = _print_plan(arguments, work, selected.items)
        else:
            failed = _work_on(arguments, work, selected.items)
    except (OSError, StreamResizeError) as error:
        print(f"streamresize: {error}", file=sys.stderr)
        return 1
    except BrokenProcessPool:
        print("streamresize: a process has died; --resume goes on", file=sys.stderr)
        return 1
    return int(failed or bool(selected.problems))


def _check_usage(arguments: argparse.Namespace) -> None:
    error = arguments.parser.error
    if not arguments.sizes and not arguments.fingerprint:
        error("nothing to do: give --size or --fingerprint")
    if not arguments.out:
        error("--out is empty")
    if not arguments.inputs and not arguments.lists:
        error("no inputs are given")
    if len(arguments.sizes) > 1 and not names.tells_sizes_apart(arguments.template):
        error("several sizes would be written to one name: use {size}, or {width} and {height}")
    if is_url(arguments.out) and arguments.resume and arguments.state is None:
        error("--resume needs --state FILE where --out is a URL")
    target = _resolved(arguments.out)
    if any(_resolved(name) == target for name in arguments.inputs):
        error(f"{arguments.out} is an input, too: its outputs would be inputs the next time")


def _resolved(name: str) -> str:
    return without_slash(name) if is_url(name) else str(Path(name).resolve())


def _make_work(arguments: argparse.Namespace, items: Sequence[Item]) -> MakeOutputs:
    texts = size_options.size_texts(arguments)
    sizes = size_options.make_sizes(arguments, cast(Format, arguments.format or DEFAULT_FORMAT))
    options = size_options.pass_options(arguments, 1 if len(items) > 1 else None)
    folder = without_slash(arguments.out) or "/"
    target = absolute(folder)
    return MakeOutputs(
        texts=texts,
        sizes=sizes,
        template=arguments.template,
        folder=folder,
        options=options,
        fingerprint=arguments.fingerprint,
        state=_state_name(arguments),
        key=state.options_key(
            list(zip(texts, sizes)), arguments.template, options, fingerprint=arguments.fingerprint
        ),
        protected=frozenset(
            name
            for name in (absolute(item.name) for item in items)
            if name.startswith(f"{without_slash(target)}/")
        ),
    )


def _state_name(arguments: argparse.Namespace) -> str | None:
    if arguments.state is not None or is_url(arguments.out):
        return cast("str | None", arguments.state)
    return str(Path(arguments.out, state.FILE_NAME))


def _tasks(arguments: argparse.Namespace, work: MakeOutputs, items: Sequence[Item]) -> list[Task]:
    finished: dict[str, bytes] = {}
    if arguments.resume and work.state is not None:
        finished = state.read_finished(work.state, work.key)
    refused = names.find_collisions(
        work.template, items, work.texts, arguments.format or DEFAULT_FORMAT
    )
    return [Task(item, finished.get(absolute(item.name)), refused.get(item.name)) for item in items]


def _print_plan(arguments: argparse.Namespace, work: MakeOutputs, items: Sequence[Item]) -> bool:
    """A line for each output that would be made; whether any could not."""
    failed = False
    for task in _tasks(arguments, work, items):
        plan = work.plan(task)
        failed = failed or plan.error is not None
        if plan.error is not None:
            print(inputs.note(task.item.name, plan.error), file=sys.stderr)
        for name in plan.names:
            print(f"{inputs.printable(task.item.name)} -> {inputs.printable(name)}")
    return failed


def _work_on(arguments: argparse.Namespace, work: MakeOutputs, items: Sequence[Item]) -> bool:
    """Do it all; return whether an input failed."""
    progress = choose_progress(len(items), quiet=arguments.quiet)
    with (
        state.held(work.state) if work.state else nullcontext(),
        report_file(arguments.report) as report,
    ):
        if arguments.resume and not is_url(arguments.out):
            output.remove_leftovers(arguments.out)
        tasks = _tasks(arguments, work, items)
        with shown(progress), closing(_rows(work, tasks, arguments.jobs)) as rows:
            for row in rows:
                if report is not None:
                    report.add(row)
                progress.add(row)
                if arguments.fail_fast and progress.failures:
                    break
    return progress.failures > 0


def _rows(work: MakeOutputs, tasks: Sequence[Task], jobs: int | None) -> Generator[Row, None, None]:
    """In the order of the tasks."""
    files = [task.item.name for task in tasks]
    if jobs is None:
        jobs = processors() if inputs.worth_processes(files) else 1
    jobs = min(jobs, len(files))
    together = inputs.inputs_together(files, jobs)
    yield from map_in_processes(work, tasks, jobs=jobs, together=together)
