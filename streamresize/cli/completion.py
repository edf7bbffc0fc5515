"""Shell completion, made by shtab of the parser itself, so that there is nothing to keep up."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from streamresize.cli.lazy_parser import LazyParser

SHELLS = ("bash", "zsh")  # in the others shtab knows nothing of the options of subcommands
OF_FILES = ("IN", "OUT", "DIR", "FILE", "PATH")


class PrintCompletion(argparse.Action):
    """--print-completion SHELL: print the script and leave."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,  # noqa: ARG002
        values: str | Sequence[Any] | None,
        option_string: str | None = None,  # noqa: ARG002
    ) -> None:
        try:
            import shtab
        except ImportError:
            parser.error("completion takes shtab (pip install 'streamresize[cli]')")
        for action in _actions(parser):
            if action.metavar in OF_FILES:
                action.complete = shtab.FILE  # type: ignore[attr-defined]
        print(shtab.complete(parser, str(values)))
        parser.exit()


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Those of the subcommands, too."""
    if isinstance(parser, LazyParser):
        with suppress(ModuleNotFoundError):
            parser.complete()
    for action in parser._actions:  # noqa: SLF001 - as shtab itself finds them
        yield action
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for subparser in action.choices.values():
                yield from _actions(subparser)
