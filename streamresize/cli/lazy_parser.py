"""A parser that gets its options when they are needed."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any


class LazyParser(argparse.ArgumentParser):
    """fill: adds options before arguments are parsed, and so before --help."""

    fill: Callable[[argparse.ArgumentParser], None] | None = None

    def parse_known_args(self, *arguments: Any, **options: Any) -> Any:
        self.complete()
        return super().parse_known_args(*arguments, **options)

    def complete(self) -> None:
        """Have all options."""
        if self.fill is not None:
            fill, self.fill = self.fill, None
            fill(self)
