"""What a batch says while it runs, on standard error: a bar on a terminal, else plain lines."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from types import TracebackType
from typing import Any

from streamresize.cli import inputs
from streamresize.cli.rows import Row

SECONDS_BETWEEN_LINES = 10.0
RESUME = "--resume"


class Progress:
    """Failures and damage only; the others say more.

    again: what goes on after an interruption.
    """

    def __init__(self, total: int, again: str = RESUME) -> None:
        self.total = total
        self._again = again
        self.counts: Counter[str] = Counter()
        self._bytes = self._outputs = 0
        self._start = monotonic()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def add(self, row: Row) -> None:
        """An input is finished."""
        self.counts[row.status] += 1
        if row.status == "made":
            self._outputs += len(row.outputs)
            self._bytes += sum(made.bytes for made in row.outputs)
        for warning in row.warnings if row.status == "made" else ():
            self.say(inputs.note(row.input, f"damaged: {warning}"))
        if row.error is not None:
            self.say(inputs.note(row.input, row.error))
        self.show()

    def say(self, line: str) -> None:
        print(line, file=sys.stderr)

    def show(self) -> None:
        """Say how far it has come, if it is time."""

    def end(self, *, interrupted: bool = False) -> None:
        """Say what has been done."""

    @property
    def done(self) -> int:
        return self.counts.total()

    @property
    def failures(self) -> int:
        return self.counts["failed"]

    def rate(self) -> str:
        """Inputs a second."""
        rate = self.done / max(monotonic() - self._start, 1e-3)
        return f"{rate:.0f}/s" if rate >= 10 else f"{rate:.1f}/s"

    def seconds_left(self) -> int:
        return round((monotonic() - self._start) * (self.total - self.done) / max(self.done, 1))

    def summary(self, *, interrupted: bool) -> str:
        if interrupted:  # others are on their way
            return (
                f"interrupted, {self.done} or more of {self.total} are done; {self._again} goes on"
            )
        counts = ", ".join(
            f"{self.counts[status]} {status}" for status in ("made", "kept", "failed")
        )
        files = f"; {self._outputs} files, {self._bytes / 1e6:.1f} MB" if self._outputs else ""
        seconds = monotonic() - self._start
        return f"{self.done} of {self.total} inputs: {counts}{files} in {seconds:.1f} s"


class PlainProgress(Progress):
    """A line every now and then, and one at the end."""

    def __init__(self, total: int, again: str = RESUME) -> None:
        super().__init__(total, again)
        self._last = self._start

    def show(self) -> None:
        if monotonic() - self._last >= SECONDS_BETWEEN_LINES:
            self._last = monotonic()
            self.say(
                f"{self.done} of {self.total} inputs, {self.failures} failed, {self.rate()}, "
                f"{self.seconds_left()} s left"
            )

    def end(self, *, interrupted: bool = False) -> None:
        self.say(self.summary(interrupted=interrupted))


class BarProgress(Progress):
    """A live bar, drawn by rich. Raises ImportError without it."""

    def __init__(self, total: int, again: str = RESUME) -> None:
        super().__init__(total, again)
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as RichProgress

        self._bar: Any = RichProgress(
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TextColumn("{task.fields[left]}"),
            TextColumn("{task.fields[failed]}", style="red"),
            console=Console(stderr=True),
            expand=True,
        )
        self._task = self._bar.add_task("", total=total, rate="", left="", failed="")

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def say(self, line: str) -> None:
        self._bar.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def show(self) -> None:
        failed = f"{self.failures} failed" if self.failures else ""
        left = f"{timedelta(seconds=self.seconds_left())} left"
        self._bar.update(
            self._task, completed=self.done, rate=self.rate(), left=left, failed=failed
        )

    def end(self, *, interrupted: bool = False) -> None:
        self.say(self.summary(interrupted=interrupted))


def choose_progress(total: int, *, quiet: bool, again: str = RESUME) -> Progress:
    if quiet:
        return Progress(total, again)
    if not sys.stderr.isatty():
        return PlainProgress(total, again)
    try:
        return BarProgress(total, again)
    except ImportError:
        return PlainProgress(total, again)


@contextmanager
def shown(progress: Progress) -> Generator[None, None, None]:
    """Show progress, and at the end say what was done, also after an interruption."""
    try:
        with progress:
            yield
    except KeyboardInterrupt:
        progress.end(interrupted=True)
        raise
    progress.end()
