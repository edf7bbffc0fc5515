"""A parser that gets its options when they are needed."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any


class LazyParser(argparse.ArgumentParser):
    """fill: adds options before arguments are parsed, and so before --help.

    extra: of streamresize, that `fill` needs.
    """

    fill: Callable[[argparse.ArgumentParser], None] | None = None
    extra = ""

    def parse_known_args(self, *arguments: Any, **options: Any) -> Any:
        try:
            self.complete()
        except ModuleNotFoundError as error:
            self.error(f"{error}: this takes pip install 'streamresize[{self.extra}]'")
        return super().parse_known_args(*arguments, **options)

    def complete(self) -> None:
        """Have all options. Raises ModuleNotFoundError."""
        if self.fill is not None:
            fill, self.fill = self.fill, None
            fill(self)
